"""What customers said by segment, so that nobody can work out a small group; pure.

As staff answers do (`voices.py`), those of a segment count by whole weeks that are over, where it has five answers or
more; and where those that are left out of a week together are fewer than five, the smallest of the others is left out
with them (complementary suppression; Willenborg and de Waal 2001, *Elements of Statistical Disclosure Control*). So
whatever figures somebody takes from each other, what they differ by is five answers or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.insights.domain.reports import Day, monday_of
from services.insights.domain.shares import BadShare, Difference, counts_of, difference, share_of, within
from services.insights.domain.voices import size
from services.insights.domain.windows import Window
from shared.scales import Scale

SMALLEST_GROUP = 5
DAY, WEEK = timedelta(days=1), timedelta(days=7)
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


def shown(parts: Iterable[Part], window: Window, today: date) -> ByValue:
    """The days of each segment that may be shown, of the window and of the one before it, each by itself."""
    read = list(parts)
    found: ByValue = {}
    for span in (window.before, window):
        for value, days in shown_in(read, span.first, span.last, today).items():
            found.setdefault(value, []).extend(days)
    return found


def shown_in(parts: Iterable[Part], first: date, last: date, today: date) -> ByValue:
    """Of the weeks, Monday to Sunday, that lie in the span and are over."""
    weeks: dict[date, ByValue] = {}
    end = min(last, today - DAY) + DAY
    for part in parts:
        monday = monday_of(part.day)
        if first <= monday and monday + WEEK <= end:
            for value, counts in part.values.items():
                weeks.setdefault(monday, {}).setdefault(value, []).append(Day(part.day, {OF_SEGMENT: counts}))
    found: ByValue = {}
    for monday in sorted(weeks):
        for value, days in of_week(weeks[monday]).items():
            found.setdefault(value, []).extend(days)
    return found


def of_week(values: ByValue) -> ByValue:
    """The segments of a week that may be shown."""
    sizes = {value: size(days) for value, days in values.items()}
    kept = sorted((one for one in sizes if sizes[one] >= SMALLEST_GROUP), key=lambda one: (-sizes[one], one))
    left_out = sum(n for n in sizes.values() if n < SMALLEST_GROUP)
    if 0 < left_out < SMALLEST_GROUP:
        kept = kept[:-1]
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
