"""How an owner's or a journey's touchpoints stand at a time, from what was answered up to then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.insights.domain import windows
from services.insights.domain.windows import Window
from services.insights.usecases.lines import Line, is_open, line, recent_alerts
from services.insights.usecases.ports import PageDeps, Place
from shared.errors import NotFound
from shared.events import AlertEvent

DAYS = 28
MOST = 200
"""Touchpoints in one overview; further ones are on the next page."""


@dataclass(frozen=True)
class Overview:
    """alerts: open at that time, newest first. next: the id to go on after; None on the last page."""

    window: Window
    lines: list[Line]
    alerts: list[AlertEvent]
    next: str | None


def of_owner(owner: str, at: datetime | None, after: str, deps: PageDeps) -> Overview:
    """The touchpoints that are the team's now. Raises NotFound where the team has none, and is none."""
    places = [place for place in deps.places.touchpoints() if place.owner == owner]
    if not places and deps.catalogue.owner(owner) is None:
        raise NotFound(f"there is no owner {owner!r}")
    return overview(places, at, after, deps)


def of_journey(journey: str, at: datetime | None, after: str, deps: PageDeps) -> Overview:
    """Raises NotFound."""
    places = [place for place in deps.places.touchpoints() if place.journey == journey]
    if not places and deps.places.journey(journey) is None:
        raise NotFound(f"there is no journey {journey!r}")
    return overview(places, at, after, deps)


def overview(places: list[Place], at: datetime | None, after: str, deps: PageDeps) -> Overview:
    """The four weeks up to that time, now where none is named; by id, beyond the id `after`.

    Event time counts: an answer belongs to when it was given, however late it came in. So a time that is long past
    gives the same bytes whenever it is asked for.
    """
    window = windows.at(at or deps.now(), DAYS)
    assert window.until is not None
    rest = sorted((place for place in places if place.id > after), key=lambda place: place.id)
    shown = rest[:MOST]
    lines = deps.together([partial(line, place.id, window, deps) for place in shown])
    names = {place.id for place in shown}
    alerts = [one for one in recent_alerts(deps, window.until) if one.touchpoint in names and is_open(one)]
    return Overview(window, [one for one in lines if one], alerts, shown[-1].id if len(rest) > MOST else None)
