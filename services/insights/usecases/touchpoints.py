"""One touchpoint whole: how it went, who answered, both voices, what people wrote, what was told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice

from services.insights.domain import voices
from services.insights.domain.reports import Day, Summary, summary
from services.insights.domain.shares import Point, Step, counts_of, of_channel, share_of, step_of, trend, within
from services.insights.domain.voices import Voices
from services.insights.domain.windows import Window
from services.insights.usecases.lines import Line, as_of, line_of
from services.insights.usecases.ports import Comment, Journey, PageDeps
from shared.catalogue import AUDIENCES, Touchpoint, Words
from shared.errors import Forbidden, NotFound
from shared.events import AlertEvent
from shared.sessions import Visitor

MOST_COMMENTS = 12
MOST_ALERTS = 10
SAME_STORY = timedelta(days=56)
"""A staff alert and a customer alert that began within so long of each other tell of the same."""


@dataclass(frozen=True)
class TouchpointView:
    """channels: answers by channel, whatever the filter. staff_trend: the weeks of staff that may be shown.

    comments: None where the visitor may not see them. first: whose alert began first, of two on the same story.
    """

    line: Line
    window: Window
    channel: str | None
    step: Step
    trend: list[Point]
    summary: Summary
    channels: dict[str, int]
    voices: Voices | None
    staff_trend: list[Point]
    first: str | None
    comments: list[Comment] | None
    alerts: list[AlertEvent]
    journey: Words
    stage: Words

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
    """What was read: each by two reads at the most. staff: empty where staff are asked nothing."""

    customers: list[Day]
    staff: list[Day]
    comments: list[Comment] | None
    alerts: list[AlertEvent]
    journey: Journey | None


def touchpoint_view(
    visitor: Visitor, touchpoint: str, window: Window, channel: str | None, deps: PageDeps
) -> TouchpointView:
    """Raises NotFound, Forbidden. channel: customers' answers of that channel only; None: of all."""
    known = known_to(visitor, touchpoint, deps)
    comments = latest_comments if visitor.may_see_persons_of(known) else no_comments
    asked = [
        partial(read, known, window, deps)
        for read in (customers_days, staff_days, comments, newest_alerts, its_journey)
    ]
    return assembled(known, window, channel, Panels(*deps.together(asked)), deps)


def customers_days(known: Touchpoint, window: Window, deps: PageDeps) -> list[Day]:
    """Of the window and the one before it."""
    asked = Window(window.before.first, window.last, window.until)
    return list(deps.figures.days(known.id, "customer", known.survey.measure.name, asked))


def staff_days(known: Touchpoint, window: Window, deps: PageDeps) -> list[Day]:
    if known.staff_survey is None:
        return []
    return list(deps.figures.days(known.id, "staff", known.staff_survey.measure.name, window))


def latest_comments(known: Touchpoint, window: Window, deps: PageDeps) -> list[Comment]:
    """Those with bad answers first, as they tell what to mend; of both the newest first."""
    measure = known.survey.measure
    newest = deps.comments.latest(known.id, window.first, window.last, MOST_COMMENTS)
    return sorted(newest, key=lambda one: not (measure.has(one.score) and measure.is_bad(one.score)))


def no_comments(_known: Touchpoint, _window: Window, _deps: PageDeps) -> None:
    """They are not read for whoever may not see them."""


def newest_alerts(known: Touchpoint, _window: Window, deps: PageDeps) -> list[AlertEvent]:
    return [as_of(event, deps.now()) for event in islice(deps.alerts.of_touchpoint(known.id), MOST_ALERTS)]


def its_journey(known: Touchpoint, _window: Window, deps: PageDeps) -> Journey | None:
    return deps.places.journey(known.journey)


def assembled(known: Touchpoint, window: Window, channel: str | None, read: Panels, deps: PageDeps) -> TouchpointView:
    """The view of what was read."""
    measure = known.survey.measure
    days = of_channel(read.customers, channel)
    now = within(days, window.first, window.last)
    everybody = share_of(measure, counts_of(measure, within(read.customers, window.first, window.last)))
    shown = voices.shown_weeks(read.staff, window.first, window.last, deps.now().date())
    asked = known.staff_survey
    step = step_of(window.first, window.last)
    return TouchpointView(
        line=line_of(known, days, window),
        window=window,
        channel=channel,
        step=step,
        trend=trend(measure, now, step),
        summary=summary(measure, [counts for day in now for counts in day.channels.values()]),
        channels=by_channel(within(read.customers, window.first, window.last)),
        voices=voices.voices(everybody, asked.measure, read.staff, shown) if asked else None,
        staff_trend=trend(asked.measure, shown, "week") if asked else [],
        first=who_was_first(read.alerts),
        comments=read.comments,
        alerts=read.alerts,
        journey=read.journey.name if read.journey else {"en": known.journey},
        stage=next((one.name for one in read.journey.stages if one.id == known.stage), {}) if read.journey else {},
    )


def by_channel(days: list[Day]) -> dict[str, int]:
    """How many answered by each channel."""
    found: dict[str, int] = {}
    for day in days:
        for channel, counts in day.channels.items():
            found[channel] = found.get(channel, 0) + sum(counts)
    return dict(sorted(found.items()))


def who_was_first(alerts: list[AlertEvent]) -> str | None:
    """`staff` or `customer`: whose answers became worse first, of the newest alerts of both; None without two."""
    newest = {audience: next((one for one in alerts if one.audience == audience), None) for audience in AUDIENCES}
    customers, staff = newest["customer"], newest["staff"]
    if customers is None or staff is None:
        return None
    if abs(customers.change_started_at - staff.change_started_at) > SAME_STORY:
        return None
    return "staff" if staff.change_started_at < customers.change_started_at else "customer"
