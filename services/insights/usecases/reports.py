"""A touchpoint's report, and the alerts that were raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.insights.domain import reports
from services.insights.domain.reports import Report
from services.insights.domain.voices import shown_weeks
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from services.insights.usecases.slices import Segment, read_cuts
from shared.catalogue import Touchpoint
from shared.errors import NotFound
from shared.events import AlertEvent
from shared.times import parse_time

FIRST_YEAR = 2000
CLOCKS_APART = timedelta(days=366)
"""An alert may be raised at a time that is still to come: that of an answer from a clock that is fast."""


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts are asked for. before: only those raised before this time and id, for the next page."""

    touchpoint: str | None = None
    owner: str | None = None
    since: datetime = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    before: str | None = None
    limit: int = 100


def report(
    touchpoint: str, audience: str, window: Window, deps: Deps, by: str | None = None
) -> tuple[Touchpoint, Report, list[Segment] | None]:
    """The touchpoint, its report, and how customers answered by segment, where an attribute is asked for.

    Raises NotFound where there is no such touchpoint, or too few answers; InvalidInput where it does not name that.
    """
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r}")
    scale = known.survey_for(audience).measure
    days = list(deps.figures.days(touchpoint, audience, scale.name, window))
    if audience == "staff":
        today = (window.until or deps.now()).date()
        days = shown_weeks(days, window.first, window.last, today)
    found = reports.report(scale, days)
    if not reports.is_shown(audience, found.summary.n):
        raise NotFound("fewer than 5 staff answers: they are not shown")
    customers = days if audience == "customer" else None
    return known, found, read_cuts(known, by, window, customers, deps) if by is not None else None


def alerts(query: AlertQuery, deps: Deps) -> list[AlertEvent]:
    """The alerts asked for, newest first, at most `limit`."""
    found: list[AlertEvent] = []
    for event in candidates(query, deps):
        if event.raised_at < query.since:
            break
        if is_wanted(event, query):
            found.append(event)
        if len(found) == query.limit:
            break
    return found


def candidates(query: AlertQuery, deps: Deps) -> Iterable[AlertEvent]:
    """Alerts newest first, from the smallest place that has all those asked for."""
    if query.touchpoint is not None:
        yield from deps.alerts.of_touchpoint(query.touchpoint)
        return
    upto = time_of(query.before) or deps.now() + CLOCKS_APART
    for year in range(upto.year, query.since.year - 1, -1):
        yield from deps.alerts.of_year(year, upto)


def time_of(cursor: str | None) -> datetime | None:
    """When the alert was raised that a cursor is of; None where it is none of ours."""
    try:
        return parse_time((cursor or "").partition("~")[0] + "Z")
    except ValueError:
        return None


def is_wanted(event: AlertEvent, query: AlertQuery) -> bool:
    of_owner = query.owner is None or query.owner in event.owners
    return of_owner and (query.before is None or cursor(event) < query.before)


def cursor(event: AlertEvent) -> str:
    """Where an alert stands in the order of all; the cursor of a page is that of its last alert."""
    return f"{event.raised_at:%Y-%m-%dT%H:%M:%S}~{event.alert_id}"
