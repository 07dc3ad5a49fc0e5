"""Decisions: alerts are made of what all accounts said, as facts; the table's stream publishes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from services.aggregator.domain import alerts, publishing, watching
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.aggregator.domain.concert import in_concert
from services.aggregator.domain.detection.detector import Transition
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.signs import SIGNS
from services.aggregator.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.causes.answers import Reading, Whose, spans
from shared.causes.finding import explained
from shared.errors import Unavailable
from shared.events import AlertEvent, Money
from shared.marks import digest, hour_of, origins
from shared.quotes import without

RETOLD = timedelta(days=30)
"""For so long after it was raised an alert is told anew; invitations are answered within so long."""


def decide(deps: Deps) -> None:
    """Writes the alerts that follow from all that the accounts said.

    The alerts are read first: whatever another decision made them of has then been said already, so that
    none is withdrawn only because it is newer than what was read.
    """
    known = deps.alerts.all()
    said = deps.evidence.all()
    told = in_concert(publishing.published(said))
    for series in {one.series for one in said} & {*told, *(fact.series for fact in known)}:
        touchpoint = deps.catalogue.touchpoint(series.touchpoint)
        if touchpoint is not None:
            mine = [fact for fact in known if fact.series == series]
            transitions = told.get(series, [])
            context = alerts.Context(series, touchpoint, deps.public_url, origins_of(series, transitions, deps))
            found = alerts.news(mine, alerts.revisions(context, transitions))
            if any(fact.event.state == "withdrawn" for fact in found):
                insist_on_all(series, said, deps)
            write(found, mine, context, deps)


def insist_on_all(series: Series, said: Iterable[Said], deps: Deps) -> None:
    """Raises Unavailable where the series' account said more than was read of it over all.

    Each read of an index may be answered by another copy of it, one that is behind: an alert may be there of which what
    was said is not. None is withdrawn for that.
    """
    read = {(one.at, one.kind) for one in said if one.series == series}
    if any((one.at, one.kind) not in read for one in deps.evidence.of(series)):
        raise Unavailable("what was said a moment ago is not in the index yet")


def origins_of(series: Series, transitions: Iterable[Transition], deps: Deps) -> dict[str, Touchpoint]:
    """The touchpoints from which those came whom the alerts are about, as far as the registry still has them."""
    names = {series.origin, *(getattr(one, "origin", None) for one in transitions)}
    found = {name: deps.catalogue.touchpoint(name) for name in names if name}
    return {name: touchpoint for name, touchpoint in found.items() if touchpoint}


def write(found: Iterable[AlertFact], known: Iterable[AlertFact], context: alerts.Context, deps: Deps) -> None:
    """Writes what the series' alerts do not say yet."""
    until = {fact.event.alert_id: fact.quotes_until for fact in known}
    for fact in found:
        told = with_causes(fact, context, deps)
        ends = until.get(fact.event.alert_id) or quotes_until(fact.event, deps)
        deps.alerts.write(replace(told, quotes_until=ends))


def quotes_until(event: AlertEvent, deps: Deps) -> datetime:
    """When the first of the answers since the change may go: they came before now by as much as before the alarm."""
    return deps.now() - (event.raised_at - event.change_started_between[0]) + deps.answers_kept


def with_causes(fact: AlertFact, context: alerts.Context, deps: Deps) -> AlertFact:
    """The alert with what is seen more often between the change and the alarm, and comments that show it."""
    if fact.series.source in SIGNS:
        return fact
    event, series = fact.event, watching.answered(fact.series, context.touchpoint)
    whose = Whose(series.touchpoint, series.audience, watching.measure_of(series, context.touchpoint))
    when = spans(event.change_started_between[0], event.change_started_at, event.raised_at)
    before = of_those(fact, series, deps.responses.between(whose, when.before_from, when.before_to), deps)
    after = of_those(fact, series, deps.responses.between(whose, when.after_from, when.after_to), deps)
    found = explained(before, after, series.audience)
    told = {"causes": found.causes, "sample_comments": found.sample_comments, "affected": affected(fact, deps)}
    told |= {"value_at_risk": value_at_risk(fact, deps)}
    return replace(fact, event=event.model_copy(update=told))


def value_at_risk(fact: AlertFact, deps: Deps) -> Money | None:
    """What friction costs at the touchpoint in four weeks, as it was known when the alert was raised.

    None where no outcomes were known, and where the alert is of staff, or of those who came from one touchpoint.
    """
    event = fact.event
    if event.audience == "staff" or event.origin is not None:
        return None
    known = deps.studies.value(event.touchpoint, event.raised_at.date())
    return known.value_at_risk if known else None


def retell(deps: Deps) -> None:
    """Tells the alerts of the last weeks as all that is stored by now tells them: how many are affected, and causes.

    What an alert was first told with was what had been stored by then; answers and interactions that come late belong
    to it all the same. It keeps its revision, as it is no news. No quote outlives the answer it was taken from.
    """
    for fact in deps.alerts.all():
        told = told_anew(fact, deps)
        if told != fact:
            deps.alerts.retell(fact, told)


def told_anew(fact: AlertFact, deps: Deps) -> AlertFact:
    """The alert as it is told by now; as it stands where it is too old for that."""
    touchpoint, now = deps.catalogue.touchpoint(fact.series.touchpoint), deps.now()
    if fact.quotes_until is not None and fact.quotes_until <= now:
        return replace(fact, event=without(fact.event, lambda _: True))
    if touchpoint is None or fact.event.raised_at < now - RETOLD or fact.event.state == "withdrawn":
        return fact
    return with_causes(fact, alerts.Context(fact.series, touchpoint, deps.public_url), deps)


def affected(fact: AlertFact, deps: Deps) -> int | None:
    """How many customers went through from the day of the change to that of the alarm; of staff, and of those who
    came from one touchpoint alone, it is not known."""
    event = fact.event
    if event.audience == "staff" or event.origin is not None:
        return None
    return deps.passers.count(event.touchpoint, event.change_started_at.date(), event.raised_at.date())


def of_those(fact: AlertFact, series: Series, read: Reading, deps: Deps) -> Reading:
    """The answers of those whom the alert is about: of a hand-off, of those who came from there."""
    if fact.event.origin is None or not read.answers:
        return read
    times = [one.collected_at for one in read.answers]
    hours = deps.marks.hours(series, hour_of(min(times)), hour_of(max(times)))
    theirs = {name for hour in hours for name, origin in origins(hour.marks).items() if origin == fact.event.origin}
    return replace(read, answers=[one for one in read.answers if digest(one.response_id) in theirs])


def publish(facts: Iterable[AlertFact], deps: Deps) -> None:
    """Publishes transitions of alerts; the same one may go out twice, under the same id and revision."""
    for fact in facts:
        deps.topic.publish(fact)
