"""Reports: a touchpoint's answers as a distribution and figures, in all and by week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.catalogue import SMALLEST_STAFF_GROUP
from shared.metrics import Figure, figures, merged
from shared.scales import Scale


@dataclass(frozen=True)
class Day:
    """A day's histograms by channel; day in UTC. origins: by the touchpoint that customers came from, where known."""

    day: date
    channels: dict[str, list[int]]
    origins: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """n answers with their histogram, worst score first, and the figures made of it."""

    n: int
    counts: list[int]
    figures: list[Figure]


@dataclass(frozen=True)
class Week:
    """A week from Monday to Sunday, UTC. monday: its first day."""

    monday: date
    summary: Summary


@dataclass(frozen=True)
class Report:
    """What a touchpoint's audience answered. channels: answers per channel."""

    scale: Scale
    summary: Summary
    channels: dict[str, int]
    weeks: list[Week]


def summary(scale: Scale, histograms: Iterable[list[int]]) -> Summary:
    counts = merged(list(histograms), scale.levels)
    return Summary(sum(counts), counts, figures(scale, counts))


def report(scale: Scale, days: Iterable[Day]) -> Report:
    """The report over these days; a day may come in several parts."""
    weeks: dict[date, list[list[int]]] = {}
    channels: dict[str, int] = {}
    for day in days:
        for channel, counts in day.channels.items():
            channels[channel] = channels.get(channel, 0) + sum(counts)
            weeks.setdefault(monday_of(day.day), []).append(counts)
    by_week = [Week(monday, summary(scale, weeks[monday])) for monday in sorted(weeks)]
    whole = summary(scale, (week.summary.counts for week in by_week))
    return Report(scale, whole, dict(sorted(channels.items())), by_week)


def is_shown(audience: str, n: int) -> bool:
    """Whether a group this small may be shown."""
    return audience != "staff" or n >= SMALLEST_STAFF_GROUP


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
