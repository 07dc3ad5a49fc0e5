"""What is kept of an answer, and the rules about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Status = Literal["stored", "already_stored"]

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
