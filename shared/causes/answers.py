"""Answers as causes are sought in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from shared.scales import Scale

SHORTEST_BEFORE, LONGEST_BEFORE = timedelta(days=28), timedelta(days=365)
LONGEST_GAP = timedelta(days=7)
TIMES_AS_LONG = 4
"""What was before is looked at for so many times as long as what came since: it is what the change is measured by."""
Value = str | int | float | bool


@dataclass(frozen=True)
class Given:
    """One answer that counts. attributes: what its sender said of it, with channel, language and place.

    invitation_id: whose invitation it answers; None where nobody was invited. customer: keyed hash of who they are.
    """

    response_id: str
    collected_at: datetime
    is_bad: bool
    attributes: Mapping[str, Value] = field(default_factory=dict)
    comment: str | None = None
    score: int = 0
    invitation_id: str | None = None
    customer: str | None = None

    @property
    def lot(self) -> bytes:
        """Puts answers in an order that has nothing to do with what they say, and is always the same."""
        return sha256(self.response_id.encode()).digest()


@dataclass(frozen=True)
class Whose:
    """Whose answers: those of an audience at a touchpoint, on the scale that says which of them are bad."""

    touchpoint: str
    audience: str
    measure: Scale


@dataclass(frozen=True)
class Reading:
    """Answers of a span, by time. is_whole: all there are; else an even part of them."""

    answers: Sequence[Given]
    is_whole: bool = True


@dataclass(frozen=True)
class Spans:
    """Which answers are compared: collected in [before_from, before_to), and in [after_from, after_to)."""

    before_from: datetime
    before_to: datetime
    after_from: datetime
    after_to: datetime


def spans(began_between: datetime, began: datetime, until: datetime) -> Spans:
    """The spans of a change. began_between: the earliest moment at which it may have begun; began: the likeliest.

    What lies between the two is in neither, a week of it at most: a change that may have begun at any time would
    else leave nothing before it.
    """
    length = min(max(SHORTEST_BEFORE, TIMES_AS_LONG * (until - began)), LONGEST_BEFORE)
    before_to = max(began_between, began - LONGEST_GAP)
    return Spans(before_to - length, before_to, began, max(until, began))


class Responses(Protocol):
    """What was answered."""

    def between(self, whose: Whose, since: datetime, until: datetime) -> Reading:
        """The answers collected in [since, until) that count; an even part of them where they are very many."""
        ...

    def newest(self, whose: Whose, since: datetime, until: datetime, most: int) -> Reading:
        """The newest answers of [since, until) that count, by time; of at most so many that are read."""
        ...
