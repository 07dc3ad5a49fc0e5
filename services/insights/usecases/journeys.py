"""A journey as a customer lives it: its stages, their touchpoints, who owns them, and where it rubs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from services.insights.domain.handoffs import HandOff
from services.insights.domain.voices import Voices, shown_weeks, voices
from services.insights.domain.windows import Window
from services.insights.usecases.home import Seeking, told_apart
from services.insights.usecases.lines import Line, is_open, line, recent_alerts
from services.insights.usecases.ports import Journey, PageDeps, Place, Stage
from services.insights.usecases.slices import Slice
from services.insights.usecases.touchpoints import staff_days
from shared.catalogue import Touchpoint
from shared.errors import NotFound
from shared.events import AlertEvent
from shared.sessions import Visitor

MOST_SHOWN = 24
"""Touchpoints on one page."""
MOST_WAYS = 15


@dataclass(frozen=True)
class Stop:
    """A touchpoint in its stage. staff: both voices; None where staff are asked nothing."""

    line: Line
    staff: Voices | None


@dataclass(frozen=True)
class StageView:
    stage: Stage
    stops: list[Stop]


@dataclass(frozen=True)
class Way:
    """A hand-off on the map. origin: None where it is no touchpoint of this journey any more."""

    origin: Place | None
    to: Touchpoint
    handoff: HandOff


@dataclass(frozen=True)
class JourneyView:
    """open_at: touchpoints with open friction; handoffs: open alerts between two teams; ways: how hand-offs go."""

    journey: Journey
    window: Window
    stages: list[StageView]
    open_at: frozenset[str]
    handoffs: list[AlertEvent]
    owners: dict[str, str]
    page: int
    total: int
    ways: list[Way]


def journeys(deps: PageDeps) -> list[tuple[Journey, int]]:
    """Every journey, with how many touchpoints it has. A document without journeys is one of its own name."""
    known = {journey.id: journey for journey in deps.places.journeys()}
    counted: dict[str, int] = {}
    for place in deps.places.touchpoints():
        counted[place.journey] = counted.get(place.journey, 0) + 1
    return [(known.get(name) or bare(name), counted.get(name, 0)) for name in sorted(known.keys() | counted.keys())]


def bare(name: str, stages: tuple[str, ...] = ()) -> Journey:
    """A journey that no document describes: its id stands for its name."""
    return Journey(name, {"en": name}, tuple(Stage(one, {"en": one}) for one in stages))


def journey_view(visitor: Visitor, name: str, seeking: Seeking, deps: PageDeps) -> JourneyView:
    """Of the front line only the touchpoints where they work. Raises NotFound, and InvalidInput as `home` does."""
    places = [place for place in deps.places.touchpoints() if place.journey == name]
    found = deps.places.journey(name)
    if found is None and not places:
        raise NotFound("there is no such journey")
    journey = found or bare(name, tuple(dict.fromkeys(place.stage for place in places)))
    order = {stage.id: number for number, stage in enumerate(journey.stages)}
    seen = [p for p in places if visitor.role != "front_line" or p.id in visitor.person.touchpoints]
    seen.sort(key=lambda place: (order.get(place.stage, len(order)), place.id))
    shown, window = seen[(seeking.page - 1) * MOST_SHOWN : seeking.page * MOST_SHOWN], seeking.window
    read = deps.together([partial(stop, place, window, seeking.asked, deps) for place in shown])
    stops = [one for one in read if one]
    told_apart([one.line for one in stops], seeking.asked)
    alerts = [event for event in recent_alerts(deps, deps.now()) if event.journey == name and is_open(event)]
    return JourneyView(
        journey=journey,
        window=window,
        stages=[StageView(one, [s for s in stops if s.line.touchpoint.stage == one.id]) for one in journey.stages],
        open_at=frozenset(event.touchpoint for event in alerts),
        handoffs=[event for event in alerts if event.kind == "handoff" and visitor.role != "front_line"],
        owners=deps.places.owners(),
        page=seeking.page,
        total=len(seen),
        ways=ways(stops, {place.id: place for place in places}),
    )


def ways(stops: list[Stop], places: dict[str, Place]) -> list[Way]:
    """The hand-offs between the touchpoints that are shown; those that rub most first."""
    found = [Way(places.get(one.origin), stop.line.touchpoint, one) for stop in stops for one in stop.line.handoffs]
    return sorted(found, key=lambda way: (-way.handoff.gap.low, way.to.id, way.handoff.origin))[:MOST_WAYS]


def stop(place: Place, window: Window, asked: Slice, deps: PageDeps) -> Stop | None:
    """What customers and staff said at a touchpoint; of some customers only, staff are left out."""
    found = line(place.id, window, deps, asked)
    if found is None:
        return None
    known = found.touchpoint
    if known.staff_survey is None or asked.channel or asked.value:
        return Stop(found, None)
    days = staff_days(known, window, deps)
    shown = shown_weeks(days, window.first, window.last, deps.now().date())
    return Stop(found, voices(found.share, known.staff_survey.measure, days, shown))
