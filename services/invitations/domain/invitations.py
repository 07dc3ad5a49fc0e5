"""Invitations and their messages: what was asked of whom, and how far it got. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["planned", "sent", "delivered", "opened", "answered", "expired", "suppressed", "bounced"]
StepState = Literal["claimed", "sent", "failed", "unknown"]
SENT_BY_US = ("email", "sms")
"""Channels by which we send; by any other the caller asks, at once, when told that the person may be asked."""


@dataclass(frozen=True)
class Invitation:
    """One request to one person. Times are aware UTC; `…_at` is None until it is so.

    version: counts the changes, from 1; 0 where it is not stored yet.
    person_id: as it was when it was planned; the person may have been merged since.
    step: the number of the message that is due, or was the last: 1 the invitation, 2 the reminder.
    due_at: when something is to be done for it; None while nothing is.
    reason: why it was suppressed after it had been planned.
    """

    invitation_id: str
    touchpoint: str
    interaction_id: str
    person_id: str
    channel: str
    occurred_at: datetime
    planned_at: datetime
    probability: float
    version: int = 0
    state: State = "planned"
    step: int = 1
    due_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    locale: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Step:
    """One message of an invitation. Claimed before it is sent, so that it is sent once.

    number: 1 the invitation, 2 the reminder. attempts: how often sending was tried.
    unknown: sending was begun, and whether it was done cannot be known; it is not tried again.
    """

    invitation_id: str
    number: int
    state: StepState
    claimed_at: datetime
    attempts: int = 1
    message_id: str | None = None
