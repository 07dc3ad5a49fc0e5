"""What customers said by segment, so that nobody can work out a small group; pure.

As staff answers do (`voices.py`), those of a segment count by whole weeks that are over, where it has five answers or
more; and where those that are left out of a week together are fewer than five, the smallest of the others is left out
with them (complementary suppression; Willenborg and de Waal 2001, *Elements of Statistical Disclosure Control*). Those
without a value are among those left out, as the week's total is told, too. So whatever figures somebody takes from each
other, what they differ by is five answers or more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.insights.domain.reports import Day, monday_of
from services.insights.domain.shares import BadShare, Difference, counts_of, difference, share_of, within
from services.insights.domain.voices import size, whole_weeks
from services.insights.domain.windows import Window
from shared.scales import Scale

SMALLEST_GROUP = 5
OF_SEGMENT = "segment"
"""Stands for the channel in the days of a segment, whose channels are not told apart."""
ByValue = dict[str, list[Day]]


@dataclass(frozen=True)
class Part:
    """A day's histograms by the value of one attribute; a day may come in several parts."""

    day: date
    values: Mapping[str, list[int]]


@dataclass(frozen=True)
class Cut:
    """A segment beside the others. gap: its share less theirs; None where there are no others."""

    value: str
    share: BadShare
    gap: Difference | None


def shown(parts: Iterable[Part], days: Iterable[Day], window: Window, today: date) -> ByValue:
    """The days of each segment that may be shown, of the window and of the one before it, each by itself.

    days: everybody's answers of the same days.
    """
    by_segment, everybody = list(parts), list(days)
    found: ByValue = {}
    for span in (window.before, window):
        for value, own in shown_in(by_segment, everybody, span, today).items():
            found.setdefault(value, []).extend(own)
    return found


def shown_in(parts: Iterable[Part], days: Iterable[Day], span: Window, today: date) -> ByValue:
    """Of the weeks, Monday to Sunday, that lie in the span and are over. days: everybody's answers."""
    weeks: dict[date, ByValue] = {}
    begins, ends = whole_weeks(span.first, span.last, today)
    for part in parts:
        if begins <= part.day <= ends:
            of_values = weeks.setdefault(monday_of(part.day), {})
            for value, counts in part.values.items():
                of_values.setdefault(value, []).append(Day(part.day, {OF_SEGMENT: counts}))
    totals = Counter[date]()
    for day in days:
        totals[monday_of(day.day)] += size([day])
    found: ByValue = {}
    for monday in sorted(weeks):
        for value, own in of_week(weeks[monday], totals[monday]).items():
            found.setdefault(value, []).extend(own)
    return found


def of_week(values: ByValue, total: int) -> ByValue:
    """The segments of a week that may be shown. total: all of its answers, also those without a value."""
    sizes = {value: size(days) for value, days in values.items()}
    kept = sorted((one for one in sizes if sizes[one] >= SMALLEST_GROUP), key=lambda one: (-sizes[one], one))
    while kept and 0 < total - sum(sizes[one] for one in kept) < SMALLEST_GROUP:
        kept.pop()
    return {value: values[value] for value in kept}


def cuts(measure: Scale, by_value: ByValue, window: Window) -> list[Cut]:
    """Each segment that is shown in the window against the others that are; the one that stands out as worst first."""
    counts = {value: counts_of(measure, within(days, window.first, window.last)) for value, days in by_value.items()}
    everybody = [sum(column) for column in zip(*counts.values(), strict=True)]
    found = []
    for value, own in counts.items():
        if sum(own):
            others = [of_all - of_own for of_all, of_own in zip(everybody, own, strict=True)]
            share = share_of(measure, own)
            found.append(Cut(value, share, difference(share, share_of(measure, others))))
    return sorted(found, key=lambda one: (-(one.gap.low if one.gap else 0.0), -one.share.n, one.value))
