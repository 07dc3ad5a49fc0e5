"""Floods: days on which far more people answered than as a rule, and happier ones.

An account knows no segments. Such days are learned as usual, and their end looks like a worsening, though only the mix
of those who answer changed. So what an account says after a flood is asked once more, as if those days had not been.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median

from services.aggregator.domain.detection.detector import Settings, Transition
from services.aggregator.domain.detection.transition import ADOPTED, RAISED, RESOLVED, Flood
from services.aggregator.domain.watching import Hour, Watch, stepped
from shared.scales import Scale
from shared.times import from_unix

LOOKED_BACK = timedelta(days=28)
"""Floods are looked for so long before the change."""

TIMES = 2.5
"""A day of a flood has so many times the answers of the middle day."""
LEAST_ANSWERS = 20
"""Fewer answers on one day are no flood, whatever came on the other days."""
Z_CERTAIN = 2.326347874040841
"""Normal quantile of 1 %: so seldom chance alone gives such a difference, one way."""


@dataclass(frozen=True)
class DayCount:
    """Answers of one day, UTC, and how many of them were bad."""

    day: date
    n: int
    bad: int


def flooded(days: Iterable[DayCount]) -> Flood | None:
    """The days with far more answers than the middle one, where they are certainly better than the others.

    days: some weeks, in any order. None where there is no such day, or where they were no better.
    """
    some = sorted((day for day in days if day.n), key=lambda day: day.day)
    rule = median([day.n for day in some]) if some else 0
    wet = [day for day in some if day.n >= max(TIMES * rule, LEAST_ANSWERS)]
    if not is_better(wet, [day for day in some if day not in wet]):
        return None
    return Flood(tuple(day.day for day in wet), total(wet)[1] / len(wet) / rule)


def looked_for(told: Transition) -> tuple[date, date]:
    """The days among which floods are looked for, both included: those before the alarm's own."""
    first, alarm = from_unix(told.change_started_at) - LOOKED_BACK, from_unix(told.at)
    return first.date(), alarm.date() - timedelta(days=1)


def counted(histograms: Mapping[date, Sequence[int]], measure: Scale) -> list[DayCount]:
    """Each day's answers, and how many of them were bad."""
    return [DayCount(day, sum(counts), sum(counts[: measure.bad_levels])) for day, counts in histograms.items()]


def is_said_without(flood: Flood, hours: Iterable[Hour], upto: Watch, measure: Scale, settings: Settings) -> bool:
    """Whether an account that saw all days of a series but the flood's would have an alert open.

    hours: all of the series up to the moment; upto: its watch, as before the first look, claimed to that moment.
    """
    dry = [hour for hour in hours if hour.start.date() not in flood.days]
    _, transitions = stepped(upto, dry, measure, settings)
    kinds = [one.kind for one in transitions if one.kind in (RAISED, RESOLVED, ADOPTED)]
    return kinds[-1:] == [RAISED]


def is_better(these: Sequence[DayCount], others: Sequence[DayCount]) -> bool:
    """Whether the share of bad answers is certainly smaller: the pooled test of two shares, one way, at 1 %."""
    (bad, n), (other_bad, other_n) = total(these), total(others)
    if not n or not other_n:
        return False
    pooled = (bad + other_bad) / (n + other_n)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
    return spread > 0 and (other_bad / other_n - bad / n) / spread > Z_CERTAIN


def total(days: Iterable[DayCount]) -> tuple[int, int]:
    """Bad answers and answers of all of them."""
    several = list(days)
    return sum(day.bad for day in several), sum(day.n for day in several)
