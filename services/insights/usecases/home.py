"""What somebody sees first: what changed since they last looked, what to do first, and how their touchpoints stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.insights.domain.windows import Window
from services.insights.usecases.lines import Line, by_urgency, is_open, line, recent_alerts
from services.insights.usecases.ports import PageDeps, Place
from services.insights.usecases.slices import EVERYBODY, Slice, check
from services.insights.usecases.work import CasesAt, cases_of
from shared.events import AlertEvent
from shared.sessions import Visitor
from shared.studies import PriorityFigure

TILES = 12
"""Touchpoints on one page."""
FIRST_LOOK = timedelta(days=7)
"""How far back somebody sees who was never here."""


@dataclass(frozen=True)
class Home:
    """began, ended: alerts since the visitor was here before, newest first. urgent: of each touchpoint with open ones
    the gravest, the first to do first. cases: None for the front line. next: what to mend where nothing is urgent.

    total: touchpoints on all pages.
    """

    window: Window
    since: datetime
    began: list[AlertEvent]
    ended: list[AlertEvent]
    urgent: list[AlertEvent]
    cases: CasesAt | None
    next: PriorityFigure | None
    lines: list[Line]
    open_at: frozenset[str]
    page: int
    total: int
    owners: dict[str, str]


@dataclass(frozen=True)
class Seeking:
    """What of the touchpoints is shown. page: from 1; sought: part of a touchpoint's name or id, empty for all."""

    window: Window
    asked: Slice = EVERYBODY
    page: int = 1
    sought: str = ""


def home(visitor: Visitor, seeking: Seeking, deps: PageDeps) -> Home:
    """Raises InvalidInput where none of the touchpoints that are shown tells segments apart as was asked."""
    now, page, window = deps.now(), seeking.page, seeking.window
    since = visitor.seen or now - FIRST_LOOK
    alerts = [event for event in recent_alerts(deps, now) if concerns(event, visitor)]
    open_at = frozenset(event.touchpoint for event in alerts if is_open(event))
    mine = [one for one in deps.places.touchpoints() if is_mine(one, visitor) and is_sought(one, seeking.sought)]
    mine.sort(key=lambda place: (place.id not in open_at, place.id))
    shown = mine[(page - 1) * TILES : page * TILES]
    reads = [partial(line, place.id, window, deps, seeking.asked) for place in shown]
    cases, first, *lines = deps.together(
        [partial(cases_of, visitor, since, deps), partial(next_of, visitor, deps), *reads]
    )
    lines = told_apart(lines, seeking.asked)
    return Home(
        window=window,
        since=since,
        began=[event for event in alerts if event.raised_at >= since and event.state != "withdrawn"],
        ended=[event for event in alerts if event.resolved_at and event.resolved_at >= since],
        urgent=one_each(by_urgency(alerts)),
        cases=cases,
        next=first,
        lines=lines,
        open_at=open_at,
        page=page,
        total=len(mine),
        owners=deps.places.owners(),
    )


def next_of(visitor: Visitor, deps: PageDeps) -> PriorityFigure | None:
    """The first of the list of what to mend; None for the front line, or where nothing was learned yet."""
    found = deps.studies.priorities(visitor.owner, deps.now().date(), 0) if visitor.role != "front_line" else None
    return next(iter(found.priorities), None) if found else None


def one_each(events: Iterable[AlertEvent]) -> list[AlertEvent]:
    """The first of each touchpoint."""
    first: dict[str, AlertEvent] = {}
    for event in events:
        first.setdefault(event.touchpoint, event)
    return list(first.values())


def told_apart(lines: Iterable[Line | None], asked: Slice) -> list[Line]:
    """Those that there are. Raises InvalidInput where there are some, and none tells segments apart as was asked."""
    there = [one for one in lines if one]
    if there:
        check(asked, sorted({name for one in there for name in one.touchpoint.segments}))
    return there


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
