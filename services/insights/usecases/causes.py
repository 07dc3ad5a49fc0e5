"""The causes of an alert, sought anew in all that has been answered since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.insights.usecases.ports import Deps
from shared.causes.answers import Reading, Spans, Whose, spans
from shared.causes.finding import Explained, explained
from shared.errors import NotFound
from shared.events import AlertEvent
from shared.marks import digest
from shared.scales import Scale, scale, told_from


@dataclass(frozen=True)
class FreshCauses:
    """The alert, the spans that were compared, and what was found."""

    event: AlertEvent
    spans: Spans
    found: Explained


def alert_named(alert_id: str, deps: Deps) -> AlertEvent:
    """The alert. Raises NotFound."""
    event = deps.alerts.named(alert_id)
    if event is None:
        raise NotFound("there is no such alert")
    return event


def causes(alert_id: str, deps: Deps) -> FreshCauses:
    """What is seen more often since the change, up to the last moment of the alert. Raises NotFound."""
    event = alert_named(alert_id, deps)
    whose = Whose(event.touchpoint, event.audience, measure_of(event, deps))
    when = spans(event.change_started_between[0], event.change_started_at, last_moment(event, deps.now()))
    before = read(event, whose, (when.before_from, when.before_to), deps)
    after = read(event, whose, (when.after_from, when.after_to), deps)
    return FreshCauses(event, when, explained(before, after, event.audience))


def read(event: AlertEvent, whose: Whose, span: tuple[datetime, datetime], deps: Deps) -> Reading:
    """The answers of those whom the alert is about: of a hand-off, of those who came from there."""
    reading = deps.responses.between(whose, *span)
    if event.origin is None:
        return reading
    theirs = deps.figures.came_from(event.origin, whose, *span)
    return replace(reading, answers=[one for one in reading.answers if digest(one.response_id) in theirs])


def last_moment(event: AlertEvent, now: datetime) -> datetime:
    """Up to when the alert holds: its end; now, while it stands; its beginning, where it was withdrawn.

    Of staff always its beginning: two looks an hour apart would tell a colleague's answer.
    """
    if event.state == "withdrawn" or event.audience == "staff":
        return event.raised_at
    return event.resolved_at or now


def measure_of(event: AlertEvent, deps: Deps) -> Scale:
    """The scale of the answers it is told from, with the cut of the survey where there still is one."""
    known = deps.catalogue.touchpoint(event.touchpoint)
    return told_from(event.scale, known.survey_for(event.audience).measure) if known else scale(event.scale)
