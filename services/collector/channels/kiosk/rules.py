"""The rules about answers that a device took by itself: whose time holds, and what is no person's answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

BURST = "burst"
OLD_SURVEY = "old_survey"
"""Why an answer is kept but left out of every figure: `not_counted_because`."""
MINUTE_MS = 60_000
SOONEST_MS = 5_000
"""After another answer: 3 seconds of thanks, and 2 in which nobody has read a question and thought about it."""
MOST_A_MINUTE = 10
"""Answers of one device that count in any 60 seconds."""
WRONG_AT_MOST = timedelta(minutes=5)
"""Of a clock that is taken to be right: the way to us takes a while too."""
OLDEST = timedelta(days=14)
Clock = Literal["device", "corrected", "arrival"]


@dataclass(frozen=True)
class Taken:
    """When an answer was given, and by which clock: the device's, the device's put right, or ours as it came in."""

    at: datetime
    clock: Clock


def is_burst(ago_ms: Sequence[int]) -> bool:
    """Whether an answer is one of many pressed in a row. ago_ms: how long before it the device took the others.

    It depends on nothing but the answer itself, so that it holds in whatever order and batches answers come in.
    """
    latest = [ago for ago in ago_ms if ago < MINUTE_MS]
    return any(ago < SOONEST_MS for ago in latest) or len(latest) >= MOST_A_MINUTE


def taken_at(at: datetime, sent_at: datetime, now: datetime) -> Taken:
    """When the answer was given. at, sent_at: by the device's clock, at the answer and as it sends it; now: by ours.

    A clock that is right as it sends, to 5 minutes, was right before, where that can be: at most 14 days ago. One that
    is wrong is taken to be wrong by as much as it was: the time is put right by `now - sent_at`. Where that is no
    help, as the clock was set between, the device's time holds if it can be true; else it is now.
    """
    age = sent_at - at
    is_right = abs(now - sent_at) <= WRONG_AT_MOST
    if is_plausible(at, now) and (is_right or not timedelta() <= age <= OLDEST):
        return Taken(at, "device")
    return Taken(now - age, "corrected") if timedelta() <= age <= OLDEST else Taken(now, "arrival")


def is_plausible(at: datetime, now: datetime) -> bool:
    return now - OLDEST <= at <= now + WRONG_AT_MOST
