"""What leaves the services, as the cloud keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Mail:
    """One e-mail that SES took. tags: empty of alerts."""

    at: datetime
    to: str
    content: bytes
    tags: dict[str, str]


@dataclass
class Text:
    """One text message that was taken. context: empty of answers to answers."""

    at: datetime
    to: str
    context: dict[str, str]


@dataclass
class Hook:
    """One webhook that a receiver got."""

    at: datetime
    url: str
    identifier: str
    body: bytes
