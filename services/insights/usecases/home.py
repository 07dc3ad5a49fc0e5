"""What somebody sees first: what changed since they last looked, what to do first, and how their touchpoints stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.insights.domain.windows import Window, ending
from services.insights.usecases.lines import Line, by_urgency, is_open, line, recent_alerts
from services.insights.usecases.ports import PageDeps, Place
from shared.events import AlertEvent
from shared.sessions import Visitor

DAYS = 28
TILES = 12
"""Touchpoints on one page."""
FIRST_LOOK = timedelta(days=7)
"""How far back somebody sees who was never here."""


@dataclass(frozen=True)
class Home:
    """began, ended: alerts since the visitor was here before, newest first. urgent: open ones, the first to do first.

    total: touchpoints on all pages.
    """

    window: Window
    since: datetime
    began: list[AlertEvent]
    ended: list[AlertEvent]
    urgent: list[AlertEvent]
    lines: list[Line]
    open_at: frozenset[str]
    page: int
    total: int
    owners: dict[str, str]


def home(visitor: Visitor, page: int, sought: str, deps: PageDeps) -> Home:
    """page: from 1. sought: part of a touchpoint's name or id; empty for all."""
    now = deps.now()
    window, since = ending(now.date(), DAYS), visitor.seen or now - FIRST_LOOK
    alerts = [event for event in recent_alerts(deps, now) if concerns(event, visitor)]
    open_at = frozenset(event.touchpoint for event in alerts if is_open(event))
    mine = [place for place in deps.places.touchpoints() if is_mine(place, visitor) and is_sought(place, sought)]
    mine.sort(key=lambda place: (place.id not in open_at, place.id))
    shown = mine[(page - 1) * TILES : page * TILES]
    lines = deps.together([partial(line, place.id, window, deps) for place in shown])
    return Home(
        window=window,
        since=since,
        began=[event for event in alerts if event.raised_at >= since and event.state != "withdrawn"],
        ended=[event for event in alerts if event.resolved_at and event.resolved_at >= since],
        urgent=by_urgency(alerts),
        lines=[one for one in lines if one],
        open_at=open_at,
        page=page,
        total=len(mine),
        owners=deps.places.owners(),
    )


def is_mine(place: Place, visitor: Visitor) -> bool:
    """Whether it is on the visitor's own first page: a pilot's is every touchpoint."""
    if visitor.role == "front_line":
        return place.id in visitor.person.touchpoints
    return visitor.role == "pilot" or place.owner == visitor.owner


def is_sought(place: Place, sought: str) -> bool:
    text = sought.casefold()
    return text in place.id.casefold() or any(text in name.casefold() for name in place.name.values())


def concerns(event: AlertEvent, visitor: Visitor) -> bool:
    """Whether an alert is the visitor's: of their touchpoints, or of a hand-off of their team."""
    if visitor.role == "front_line":
        return event.touchpoint in visitor.person.touchpoints
    return visitor.role == "pilot" or visitor.owner in event.owners
