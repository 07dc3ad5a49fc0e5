"""How our e-mails are laid out on the wire."""

from __future__ import annotations

from email.policy import SMTP

POLICY = SMTP.clone(max_line_length=900)
"""A folded List-Unsubscribe or References would be written as encoded words, which is no address any more; RFC 5322
allows 998 characters."""
