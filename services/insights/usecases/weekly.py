"""An owner's week: what changed at their touchpoints, what to do first. Figures only, nothing that anybody said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Protocol

from services.insights.domain.reports import monday_of
from services.insights.domain.windows import Window
from services.insights.usecases.lines import Line, by_urgency, is_open, line, recent_alerts
from services.insights.usecases.ports import PageDeps
from services.insights.usecases.studies import what_first
from shared.errors import NotFound
from shared.events import (
    AlertEvent,
    Share,
    WeekAlert,
    WeekChange,
    WeeklyEvent,
    WeekPriority,
    WeekPromise,
    WeekTouchpoint,
)

WEEK = timedelta(days=7)
FIRST_HOUR, LAST_HOUR = 1, 6
"""Of Monday, UTC, when the week is told: an hour for answers that come late; again, should a run have failed."""
MOST_TOUCHPOINTS, MOST_ALERTS, MOST_FIRST = 20, 20, 3


class WeekNews(Protocol):
    """Where an owner's week goes, to be told. Put there twice, it is told once."""

    def put(self, event: WeeklyEvent) -> None: ...


@dataclass(frozen=True)
class WeeklyDeps(PageDeps):
    """What the weekly report needs beside. public_url: where the pages are."""

    weeks: WeekNews
    public_url: str


def tell_weeks(deps: WeeklyDeps) -> int:
    """Tells every owner's week once it is over; says how many had one. At other hours it does nothing."""
    now = deps.now()
    if now.weekday() or not FIRST_HOUR <= now.hour <= LAST_HOUR:
        return 0
    told = 0
    for owner in deps.places.owners():
        event = week_of(owner, last_monday(now), deps)
        if event is not None:
            deps.weeks.put(event)
            told += 1
    return told


def tell_week(owner: str, deps: WeeklyDeps) -> WeeklyEvent:
    """Tells the owner's last whole week now. Raises NotFound where there is no such owner, or nothing to tell."""
    event = last_week(owner, deps)
    deps.weeks.put(event)
    return event


def last_week(owner: str, deps: WeeklyDeps) -> WeeklyEvent:
    """The owner's last whole week. Raises NotFound where there is no such owner, or nothing to tell."""
    if owner not in deps.places.owners():
        raise NotFound("there is no such owner")
    event = week_of(owner, last_monday(deps.now()), deps)
    if event is None:
        raise NotFound("nothing was answered in that week, and no friction stands")
    return event


def last_monday(now: datetime) -> date:
    """The first day of the last week that is over, UTC."""
    return monday_of(now.date()) - WEEK


def week_of(owner: str, monday: date, deps: WeeklyDeps) -> WeeklyEvent | None:
    """None where there is nothing to tell."""
    window, ends = Window(monday, monday + WEEK - timedelta(days=1)), datetime.combine(monday + WEEK, time(), UTC)
    mine = [place.id for place in deps.places.touchpoints() if place.owner == owner and not place.paused]
    lines = [one for one in deps.together([partial(line, name, window, deps) for name in mine]) if one and one.share.n]
    lines.sort(key=lambda one: (not is_worse(one), -one.share.n, one.touchpoint.id))
    alerts = alerts_of(owner, ends, deps)
    if not lines and not alerts:
        return None
    return WeeklyEvent(
        owner=owner,
        owners=[owner],
        monday=monday,
        raised_at=ends,
        touchpoints=[touchpoint_of(one, deps) for one in lines[:MOST_TOUCHPOINTS]],
        more_touchpoints=max(0, len(lines) - MOST_TOUCHPOINTS),
        alerts=alerts[:MOST_ALERTS],
        first=first_of(owner, deps),
        links={"page": f"{deps.public_url}/", "cases": f"{deps.public_url}/cases"},
    )


def is_worse(one: Line) -> bool:
    return one.change is not None and one.change.verdict == "worse"


def touchpoint_of(one: Line, deps: WeeklyDeps) -> WeekTouchpoint:
    """The line as the report has it, with the way to its page."""
    known, share, change = one.touchpoint, one.share, one.change
    promise = (
        WeekPromise(bad_at_most=known.promise.bad_at_most, kept=one.promise) if known.promise and one.promise else None
    )
    moved = WeekChange(value=change.value, low=change.low, high=change.high, verdict=change.verdict) if change else None
    return WeekTouchpoint(
        touchpoint=known.id,
        name=dict(known.name),
        share=Share(bad=share.bad, n=share.n, low=share.low, high=share.high),
        change=moved,
        promise=promise,
        link=f"{deps.public_url}/touchpoints/{known.id}",
    )


def alerts_of(owner: str, ends: datetime, deps: WeeklyDeps) -> list[WeekAlert]:
    """What began in the week, the most urgent first; what has stood since before; what ended in it."""
    heard = [one for one in recent_alerts(deps, ends) if owner in one.owners and one.state != "withdrawn"]
    standing = by_urgency(heard)
    began = [one for one in standing if one.raised_at >= ends - WEEK]
    before = [one for one in standing if one.raised_at < ends - WEEK]
    ended = [one for one in heard if not is_open(one) and one.resolved_at and one.resolved_at >= ends - WEEK]
    return [
        *(alert_of(one, "began", deps) for one in began),
        *(alert_of(one, "standing", deps) for one in before),
        *(alert_of(one, "ended", deps) for one in ended),
    ]


def alert_of(event: AlertEvent, news: str, deps: WeeklyDeps) -> WeekAlert:
    return WeekAlert.model_validate(
        {
            "alert_id": event.alert_id,
            "news": news,
            "name": event.touchpoint_name,
            "sentence": event.sentence,
            "link": f"{deps.public_url}/friction/{event.alert_id}",
        }
    )


def first_of(owner: str, deps: WeeklyDeps) -> list[WeekPriority]:
    """The head of the owner's own list, which is worked out every few hours; empty before it was."""
    listed = what_first(owner, None, 0, deps).priorities[:MOST_FIRST]
    found = [(one, deps.catalogue.touchpoint(one.touchpoint)) for one in listed]
    return [
        WeekPriority(
            rank=one.rank,
            touchpoint=one.touchpoint,
            name=dict(known.name),
            link=f"{deps.public_url}/touchpoints/{one.touchpoint}",
        )
        for one, known in found
        if known
    ]
