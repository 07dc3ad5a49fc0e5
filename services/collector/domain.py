"""What is kept of an answer and of a link, and the rules about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Mode = Literal["open", "single"]
Status = Literal["stored", "already_stored"]
State = Literal["ready", "answered", "expired", "revoked", "paused"]

PAUSED = "paused"
HONEYPOT = "honeypot"
"""Why an answer is kept but left out of every figure: `not_counted_because`."""


@dataclass(frozen=True)
class Response:
    """One person's answer, as it is stored. Times are aware UTC.

    owner, survey, survey_version, scale: as they were when it was taken in.
    customer: keyed hash of the customer's id; the id itself is not kept.
    not_counted_because: None where it counts in every figure.
    """

    response_id: str
    touchpoint: str
    owner: str
    survey: str
    survey_version: int
    scale: str
    score: int
    audience: str
    channel: str
    collected_at: datetime
    stored_at: datetime
    lang: str | None = None
    comment: str | None = None
    customer: str | None = None
    invited_at: datetime | None = None
    attributes: dict[str, str | int | float | bool] = field(default_factory=dict)
    not_counted_because: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def is_counted(self) -> bool:
        return self.not_counted_because is None


@dataclass(frozen=True)
class Receipt:
    """What the sender is told of one answer."""

    response_id: str
    status: Status


@dataclass(frozen=True)
class Link:
    """A way to the page of a touchpoint. link_id: the keyed hash of its code; the code itself is not kept.

    mode: `open` takes any number of answers, `single` takes one.
    expires_at: from then on it takes none; None: it stays.
    """

    link_id: str
    touchpoint: str
    mode: Mode
    channel: str
    audience: str
    created_at: datetime
    invitation_id: str | None = None
    customer: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def only_response_id(self) -> str | None:
        """The id of the one answer a single link can have; links of one invitation share it."""
        if self.mode == "open":
            return None
        return f"invitation:{self.invitation_id}" if self.invitation_id else f"link:{self.link_id}"

    def state(self, now: datetime, *, is_answered: bool, is_paused: bool) -> State:
        """What somebody who opens it finds; an answer given outlives the link."""
        if is_answered:
            return "answered"
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "paused" if is_paused else "ready"
