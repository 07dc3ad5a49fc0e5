"""Invitations: interactions in; who is asked, what, when and how; and the reason where somebody is not."""
