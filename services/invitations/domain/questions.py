"""What a text message asks, so that a text written back can be told to be its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.invitations.domain.people import Identifier


@dataclass(frozen=True)
class Question:
    """What a text message from that number answers.

    customer: keyed hash; sent_at: when the message was to leave; has_left: whether it is known that it did,
    and not that it bounced.
    """

    phone: Identifier
    invitation_id: str
    touchpoint: str
    survey: str
    survey_version: int
    lang: str
    customer: str
    sent_at: datetime
    expires_at: datetime
    has_left: bool = False
