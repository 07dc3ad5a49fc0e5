"""A touchpoint in one line: how bad it is, against the span before, against its promise, and where friction is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from services.insights.domain.handoffs import HandOff, handoffs
from services.insights.domain.reports import Day
from services.insights.domain.shares import (
    BadShare,
    Difference,
    Keeping,
    Point,
    counts_of,
    difference,
    keeping,
    share_of,
    trend,
    within,
)
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from services.insights.usecases.reports import AlertQuery, candidates
from services.insights.usecases.slices import EVERYBODY, Slice, by_segment, read_days, read_parts, sliced
from shared.catalogue import Touchpoint
from shared.events import AlertEvent
from shared.metrics import Figure, figures

RECENT = timedelta(days=60)
"""Alerts older than this are history: after 28 days a new level has become the usual."""
MOST_RECENT = 300
"""Alerts that are looked through for those of an owner."""


@dataclass(frozen=True)
class Line:
    """figure: the scale's own (NPS, CSAT, CES); None of no answers. weeks: of both spans, oldest first.

    promise: how the touchpoint's promise stands; None where it makes none. handoffs: by where customers came from.
    channels, values: that may be chosen instead. is_told: False where the touchpoint does not tell its segments apart
    by the attribute that was asked for.
    """

    touchpoint: Touchpoint
    share: BadShare
    before: BadShare
    change: Difference | None
    figure: Figure | None
    weeks: list[Point]
    promise: Keeping | None
    handoffs: list[HandOff] = field(default_factory=list)
    channels: Mapping[str, int] = field(default_factory=dict)
    values: Sequence[str] = ()
    is_told: bool = True


def line(touchpoint: str, window: Window, deps: Deps, asked: Slice = EVERYBODY) -> Line | None:
    """The line of what customers answered in the window; None where there is no such touchpoint."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        return None
    is_told = asked.value is None or asked.attribute in known.segments
    days = read_days(known, window, deps) if is_told else []
    by_value = by_segment(read_parts(known, asked.attribute, window, deps), days, window, deps)
    found = line_of(known, sliced(days, by_value, asked), window)
    return replace(found, channels=by_channel(days), values=sorted(by_value), is_told=is_told)


def by_channel(days: list[Day]) -> dict[str, int]:
    """How many answered by each channel."""
    found: dict[str, int] = {}
    for day in days:
        for channel, counts in day.channels.items():
            found[channel] = found.get(channel, 0) + sum(counts)
    return dict(sorted(found.items()))


def line_of(known: Touchpoint, days: list[Day], window: Window) -> Line:
    """days: of the window and of the one before it."""
    measure, before = known.survey.measure, window.before
    now = within(days, window.first, window.last)
    counts = counts_of(measure, now)
    share = share_of(measure, counts)
    earlier = share_of(measure, counts_of(measure, within(days, before.first, before.last)))
    return Line(
        touchpoint=known,
        share=share,
        before=earlier,
        change=difference(share, earlier),
        figure=next(iter(figures(measure, counts)), None),
        weeks=trend(measure, days, "week"),
        promise=keeping(share, known.promise.bad_at_most) if known.promise else None,
        handoffs=handoffs(measure, now),
    )


def recent_alerts(deps: Deps, now: datetime) -> list[AlertEvent]:
    """Everybody's of the last weeks as they stood at that time, newest first; the newest where there are very many."""
    found = islice(candidates(AlertQuery(since=now - RECENT), deps), MOST_RECENT)
    return [as_of(event, now) for event in found if now - RECENT <= event.raised_at <= now]


def as_of(event: AlertEvent, now: datetime) -> AlertEvent:
    """The alert as it stood at that time: what ended later was still open."""
    if event.resolved_at is None or event.resolved_at <= now:
        return event
    return event.model_copy(update={"state": "raised", "resolved_at": None, "resolved_because": None})


def is_open(event: AlertEvent) -> bool:
    return event.state in ("raised", "acknowledged")


def by_urgency(events: Iterable[AlertEvent]) -> list[AlertEvent]:
    """Open ones only: the gravest first, of equals the one where most answers were bad since."""
    grave = {"high": 0, "medium": 1, "low": 2}
    return sorted(filter(is_open, events), key=lambda one: (grave[one.severity], -one.after.bad, one.alert_id))
