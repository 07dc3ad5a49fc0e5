"""How many are asked at a touchpoint, so that it gets the answers it needs and nobody is asked in vain. Pure.

A touchpoint aims at a number of answers a week, or at a half width of the 95 % interval of a month's share of bad
answers, or names the share itself. What share of its customers that takes follows from how many come to the draw
and how many of those drawn answer, both over the last four weeks, with a little of what one would have guessed
beforehand mixed in (a beta prior of the rate, a gamma prior of the volume): so a first day is neither everybody nor
nobody, and a quiet week does not change everything.

A day's share is worked out once and kept, so that it is the same for everybody who asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from services.invitations.domain.funnel import Tally, counts, passages
from shared.catalogue import Sampling
from shared.metrics import Z95

DAYS = 28
"""Of the past, that a share is worked out from; four whole weeks, so that each weekday weighs the same."""
STILL_ANSWERING = 3
"""Days whose people may yet answer: they count for the volume, not for the rate."""
PRIOR_RATE, PRIOR_DRAWN = 0.15, 20
"""Of those drawn so many answer, as long as nothing is known: as if that had been seen of twenty."""
PRIOR_A_DAY, PRIOR_DAYS = 50, 1
"""So many come to the draw a day, as long as nothing is known: as if that had been seen for one day."""
SMALLEST = 0.01
"""No share is smaller: those who are asked speak for one in a hundred, at the least."""
WIDEST = 0.25
"""Variance where half of the answers are bad: no interval is wider, so the half width is kept whatever is answered."""


@dataclass(frozen=True)
class Plan:
    """A day's share, and all that it was made of. need: 0 where the target is met, 1 where nothing is.

    a_day: how many come to the draw; rate: how many of those drawn answer; answered: in the last seven days.
    """

    probability: float
    need: float
    a_day: float
    rate: float
    answered: int


@dataclass(frozen=True)
class Past:
    """What the funnel says of the last four weeks. days: since something first happened, 28 at the most.

    eligible: who came to the draw; drawn, answered: of the days on which nobody answers any more;
    answered_lately: in the last seven days.
    """

    days: int = 0
    eligible: int = 0
    drawn: int = 0
    answered: int = 0
    answered_lately: int = 0


def past_of(tallies: Iterable[Tally], today: date) -> Past:
    """The past as it stood when `today` began. tallies: of the 28 days before it; others are passed over."""
    by_day = {one.day: counts(passages(one.marks)) for one in tallies if 0 < (today - one.day).days <= DAYS}
    settled = [one for day, one in by_day.items() if (today - day).days > STILL_ANSWERING]
    return Past(
        days=(today - min(by_day)).days if by_day else 0,
        eligible=sum(one.eligible for one in by_day.values()),
        drawn=sum(one.sampled for one in settled),
        answered=sum(one.answered for one in settled),
        answered_lately=sum(one.answered for day, one in by_day.items() if today - day <= timedelta(days=7)),
    )


def plan(target: Sampling, past: Past) -> Plan:
    """What share is asked, and how badly answers are needed."""
    a_day = (past.eligible + PRIOR_A_DAY * PRIOR_DAYS) / (past.days + PRIOR_DAYS)
    rate = (past.answered + PRIOR_RATE * PRIOR_DRAWN) / (past.drawn + PRIOR_DRAWN)
    wanted = answers_a_week(target)
    if wanted is None:
        share, need = target.share if target.share is not None else 1.0, 0.0
    else:
        share = wanted / (7 * a_day * rate)
        need = max(0.0, 1 - past.answered_lately / wanted)
    return Plan(min(1.0, max(SMALLEST, share)), need, a_day, rate, past.answered_lately)


def answers_a_week(target: Sampling) -> int | None:
    """How many answers a week the target takes; None where it names a share itself.

    An interval of half width h takes z² / 4h² answers a month of four weeks: that many where half of them are
    bad, fewer are enough where few are.
    """
    if target.answers_per_week is not None:
        return target.answers_per_week
    if target.half_width is not None:
        return ceil(Z95 * Z95 * WIDEST / target.half_width**2 / 4)
    return None


def name_of(target: Sampling) -> str:
    """The target as text: a share holds for a day and a target, so a new target holds at once."""
    return " ".join(f"{name}={value:g}" for name, value in target.model_dump(exclude_none=True).items())
