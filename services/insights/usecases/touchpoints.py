"""One touchpoint whole: how it went, who answered, both voices, what people wrote, what was told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice

from services.insights.domain import segments, voices
from services.insights.domain.reports import Day, Summary, summary
from services.insights.domain.segments import Cut, Part
from services.insights.domain.shares import Point, Step, counts_of, share_of, step_of, trend, within
from services.insights.domain.voices import Voices
from services.insights.domain.windows import Window
from services.insights.usecases.handoffs import SMALLEST_GROUP, Handoff, between
from services.insights.usecases.lines import Line, as_of, by_channel, line_of
from services.insights.usecases.ports import Comment, Journey, PageDeps
from services.insights.usecases.slices import Slice, by_segment, check, read_days, read_parts, sliced
from services.insights.usecases.work import CasesAt, cases_at, remedies_at
from shared.catalogue import AUDIENCES, Touchpoint, Words
from shared.errors import Forbidden, NotFound
from shared.events import AlertEvent
from shared.remedies import Remedy
from shared.sessions import Visitor

MOST_COMMENTS = 12
MOST_ALERTS = 10
MOST_OUT = 8
"""Touchpoints whose answers are looked through for people who came from this one."""
SAME_STORY = timedelta(days=56)
"""A staff alert and a customer alert that began within so long of each other tell of the same."""


@dataclass(frozen=True)
class TouchpointView:
    """channels: answers by channel, whatever the filter. staff_trend: the weeks of staff that may be shown.

    cuts: the segments that may be shown, where they are asked for.
    comments, cases: None where the visitor may not see them. out: hand-offs to the journey's others; origins: the
    touchpoints that customers came from, by id.
    first: whose alert began first, of two on the same story.
    """

    line: Line
    window: Window
    asked: Slice
    cuts: list[Cut]
    step: Step
    trend: list[Point]
    summary: Summary
    channels: dict[str, int]
    voices: Voices | None
    staff_trend: list[Point]
    first: str | None
    comments: list[Comment] | None
    alerts: list[AlertEvent]
    cases: CasesAt | None
    remedies: list[Remedy]
    out: list[Handoff]
    origins: dict[str, Touchpoint]
    journey: Words
    stage: Words

    @property
    def values(self) -> list[str]:
        """The segments that may be chosen."""
        return [one.value for one in self.cuts]

    @property
    def touchpoint(self) -> Touchpoint:
        return self.line.touchpoint


def known_to(visitor: Visitor, touchpoint: str, deps: PageDeps) -> Touchpoint:
    """The touchpoint. Raises NotFound, and Forbidden where the visitor may not see its figures."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound("there is no such touchpoint")
    if not visitor.may_see_figures_of(known):
        raise Forbidden("another front line works there")
    return known


@dataclass(frozen=True)
class Panels:
    """What was read, side by side: each by two reads at the most, every way out by its own.

    staff: empty where staff are asked nothing.
    """

    customers: list[Day]
    parts: list[Part]
    staff: list[Day]
    comments: list[Comment] | None
    alerts: list[AlertEvent]
    journey: Journey | None
    cases: CasesAt | None
    remedies: list[Remedy]
    out: list[Handoff]


def touchpoint_view(visitor: Visitor, touchpoint: str, window: Window, chosen: Slice, deps: PageDeps) -> TouchpointView:
    """Raises NotFound, Forbidden; InvalidInput where the touchpoint does not tell segments apart as is asked."""
    known = known_to(visitor, touchpoint, deps)
    check(chosen, known.segments)
    its_parts = partial(read_by, chosen.attribute)
    persons = (latest_comments, cases_there) if visitor.may_see_persons_of(known) else (nobody, nobody)
    panels = (read_days, its_parts, staff_days, persons[0], newest_alerts, its_journey, persons[1], done_there)
    *found, others = deps.together([partial(read, known, window, deps) for read in (*panels, next_places)])
    ways = deps.together([partial(way_to, visitor, one, known, window, deps) for one in others])
    return assembled(known, window, chosen, Panels(*[*found, ways_out(ways)]), deps)


def read_by(attribute: str | None, known: Touchpoint, window: Window, deps: PageDeps) -> list[Part]:
    return read_parts(known, attribute, window, deps)


def staff_days(known: Touchpoint, window: Window, deps: PageDeps) -> list[Day]:
    if known.staff_survey is None:
        return []
    return list(deps.figures.days(known.id, "staff", known.staff_survey.measure.name, window))


def latest_comments(known: Touchpoint, window: Window, deps: PageDeps) -> list[Comment]:
    """Those with bad answers first, as they tell what to mend; of both the newest first."""
    measure = known.survey.measure
    newest = deps.comments.latest(known.id, window.first, window.last, MOST_COMMENTS)
    return sorted(newest, key=lambda one: not (measure.has(one.score) and measure.is_bad(one.score)))


def nobody(_known: Touchpoint, _window: Window, _deps: PageDeps) -> None:
    """Comments and cases are not read for whoever may not see them."""


def cases_there(known: Touchpoint, _window: Window, deps: PageDeps) -> CasesAt:
    return cases_at(known, deps)


def done_there(known: Touchpoint, _window: Window, deps: PageDeps) -> list[Remedy]:
    return remedies_at(known, deps)


def next_places(known: Touchpoint, _window: Window, deps: PageDeps) -> list[str]:
    """The journey's other touchpoints, those of the next stages first."""
    journey = deps.places.journey(known.journey)
    stages = {stage.id: number for number, stage in enumerate(journey.stages)} if journey else {}
    places = [one for one in deps.places.touchpoints() if one.journey == known.journey and one.id != known.id]
    steps = {one.id: stages.get(one.stage, 0) - stages.get(known.stage, 0) for one in places}
    places.sort(key=lambda place: (steps[place.id] < 0, abs(steps[place.id]), place.id))
    return [one.id for one in places[:MOST_OUT]]


def way_to(visitor: Visitor, other: str, known: Touchpoint, window: Window, deps: PageDeps) -> Handoff | None:
    """The hand-off to another touchpoint; None where there is too little to show, or the visitor may not see it."""
    there = deps.catalogue.touchpoint(other)
    if there is None or not visitor.may_see_figures_of(there):
        return None
    return next(iter(between(there, [known], window, deps)), None)


def ways_out(ways: Iterable[Handoff | None]) -> list[Handoff]:
    """Those that rub most first."""
    shown = [way for way in ways if way and way.difference and way.otherwise.n >= SMALLEST_GROUP]
    return sorted(shown, key=lambda way: -way.difference.low if way.difference else 0.0)


def newest_alerts(known: Touchpoint, _window: Window, deps: PageDeps) -> list[AlertEvent]:
    return [as_of(event, deps.now()) for event in islice(deps.alerts.of_touchpoint(known.id), MOST_ALERTS)]


def its_journey(known: Touchpoint, _window: Window, deps: PageDeps) -> Journey | None:
    return deps.places.journey(known.journey)


def assembled(known: Touchpoint, window: Window, asked: Slice, read: Panels, deps: PageDeps) -> TouchpointView:
    """The view of what was read."""
    measure = known.survey.measure
    by_value = by_segment(read.parts, read.customers, window, deps)
    days = sliced(read.customers, by_value, asked)
    now = within(days, window.first, window.last)
    everybody = share_of(measure, counts_of(measure, within(read.customers, window.first, window.last)))
    shown = voices.shown_weeks(read.staff, window.first, window.last, deps.now().date())
    staff = known.staff_survey
    line = line_of(known, days, window)
    origins = {one.origin: deps.catalogue.touchpoint(one.origin) for one in line.handoffs}
    step = "week" if asked.value is not None else step_of(window.first, window.last)
    return TouchpointView(
        line=line,
        window=window,
        asked=asked,
        cuts=segments.cuts(measure, by_value, window) if by_value else [],
        step=step,
        trend=trend(measure, now, step),
        summary=summary(measure, [counts for day in now for counts in day.channels.values()]),
        channels=by_channel(within(read.customers, window.first, window.last)),
        voices=voices.voices(everybody, staff.measure, read.staff, shown) if staff else None,
        staff_trend=trend(staff.measure, shown, "week") if staff else [],
        first=who_was_first(read.alerts),
        comments=[one for one in read.comments if asked.channel in (None, one.channel)]
        if read.comments is not None
        else None,
        alerts=read.alerts,
        cases=read.cases,
        remedies=read.remedies,
        out=read.out,
        origins={name: one for name, one in origins.items() if one},
        journey=read.journey.name if read.journey else {"en": known.journey},
        stage=next((one.name for one in read.journey.stages if one.id == known.stage), {}) if read.journey else {},
    )


def who_was_first(alerts: list[AlertEvent]) -> str | None:
    """`staff` or `customer`: whose answers became worse first, of the newest alerts of both; None without two."""
    newest = {audience: next((one for one in alerts if one.audience == audience), None) for audience in AUDIENCES}
    customers, staff = newest["customer"], newest["staff"]
    if customers is None or staff is None:
        return None
    if abs(customers.change_started_at - staff.change_started_at) > SAME_STORY:
        return None
    return "staff" if staff.change_started_at < customers.change_started_at else "customer"
