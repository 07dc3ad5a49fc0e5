"""Reports: a touchpoint's answers as a distribution and figures, in all and by week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.catalogue import SMALLEST_STAFF_GROUP
from shared.metrics import Figure, figures, merged
from shared.scales import Scale


@dataclass(frozen=True)
class Day:
    """A day's histograms by channel; day in UTC."""

    day: date
    channels: dict[str, list[int]]


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


def without_small_weeks(report: Report, audience: str) -> Report:
    """The report without the weeks that may not be shown, and without any where the whole would give those away."""
    shown = [week for week in report.weeks if is_shown(audience, week.summary.n)]
    left = report.summary.n - sum(week.summary.n for week in shown)
    return replace(report, weeks=shown if left == 0 or is_shown(audience, left) else [])


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
