"""What is kept of an answer and of a link, and the rules about them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

Mode = Literal["open", "single"]
Status = Literal["stored", "already_stored"]
State = Literal["ready", "answered", "expired", "revoked", "paused"]

PAUSED = "paused"
HONEYPOT = "honeypot"
SWEEP = "sweep"
TRAP = "trap"
AUTOMATIC = "automatic"
"""Why an answer is kept but left out of every figure: `not_counted_because`."""
BY_INPUT = "input"
"""`confirmed_by` in the evidence: the score of a message's link, confirmed by a first real movement on the page."""
MAY_CHANGE_FOR = timedelta(hours=1)
"""How long a person may change an answer: enough to finish a thought, or to mend a slip of the thumb; figures
and alerts older than that no longer move."""
MOST_REVISIONS = 100
"""Nobody changes an answer more often; the marks of the aggregator tell 127 apart."""
SWEEP_WITHIN = timedelta(seconds=10)
"""A person who chose one score takes longer to choose another; a mail gateway opens all of them at once."""


@dataclass(frozen=True)
class Response:
    """One person's answer, as it is stored. Times are aware UTC.

    owner, survey, survey_version, scale: as they were when it was taken in.
    customer: keyed hash of the customer's id; the id itself is not kept.
    follow_up: id of the choice made in answer to the survey's follow-up question; follow_up_text: in own words.
    call_back: the person would like to be called back.
    not_counted_because: None where it counts in every figure.
    revision: 1, and 1 more with each change.
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
    follow_up: str | None = None
    follow_up_text: str | None = None
    call_back: bool = False
    revision: int = 1

    @property
    def is_counted(self) -> bool:
        return self.not_counted_because is None

    def may_change(self, now: datetime) -> bool:
        """Whether the person may still replace it by another."""
        return now < self.collected_at + MAY_CHANGE_FOR and self.revision < MOST_REVISIONS


@dataclass(frozen=True)
class Receipt:
    """What the sender is told of one answer."""

    response_id: str
    status: Status


@dataclass(frozen=True)
class Link:
    """A way to the page of a touchpoint. link_id: the keyed hash of its code; the code itself is not kept.

    mode: `open` takes any number of answers, `single` takes one.
    must_send: a score in its address only counts once the person presses Send, whatever else they do.
    expires_at: from then on it takes none; None: it stays.
    place: where it hangs or who has it: the label of a counter, a table, a parcel, a device.
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
    must_send: bool = False
    place: str | None = None

    @property
    def evidence(self) -> dict[str, str]:
        """What an answer by this link says of it."""
        known = {"link": self.link_id, "place": self.place, "invitation": self.invitation_id}
        return {name: value for name, value in known.items() if value is not None}

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


@dataclass(frozen=True)
class Opening:
    """When a single link was opened with a score in its address, as a message's buttons do.

    opened: by score, when it was last opened. marked: SWEEP or TRAP once that was noticed; it stays.
    """

    link_id: str
    touchpoint: str
    invitation_id: str | None
    first_opened_at: datetime
    opened: Mapping[int, datetime]
    marked: str | None = None

    @property
    def suspicion(self) -> str | None:
        """Why no score may be taken for a person's without their own press on Send; None where one may."""
        times = sorted(self.opened.values())
        is_sweep = any(later - earlier <= SWEEP_WITHIN for earlier, later in pairwise(times))
        return self.marked or (SWEEP if is_sweep else None)
