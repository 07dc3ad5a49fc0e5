"""What the aggregator does: fold answers into marks, look at a series, decide on alerts, publish them.

The route of an answer: `fold` adds its mark to the set of its hour and asks for a look once the
five-minute cell is over. `look` steps the series' evidence account over the complete cells and writes
down what the account says. `decide` makes alerts of what all accounts said, as facts; the table's
stream publishes them.

Counting once rests on sets (`shared.marks`). Looking at everything once rests on a claim: `look`
writes up to which cell it is going to read *before* it reads, `fold` reads that claim *after* it has
written. So either the look sees the mark, or the fold sees the claim and notes that the series has
late answers; a noted series is recomputed from its sets once answers have stopped coming late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from services.aggregator.domain import alerts, floods, publishing, watching
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import (
    Answer,
    Parcel,
    Series,
    by_series,
    parcels,
    seconds_until_complete,
)
from services.aggregator.domain.detection.detector import Settings, Transition
from services.aggregator.domain.detection.settings import CELL_SECONDS
from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.watching import Hour, Watch
from shared.catalogue import Audience, Catalogue, Touchpoint
from shared.causes.answers import Responses, Whose, spans
from shared.causes.finding import explained
from shared.errors import Conflict, NotFound
from shared.marks import cell_of
from shared.scales import Scale

LONGEST_DELAY = 900
"""Seconds an SQS message can wait."""
DECIDED_AFTER_S = 2
"""Seconds within which the index over all that was said shows what was just written."""


class Marks(Protocol):
    """Where answers are counted: sets of marks by series and hour, and the days rolled up from them."""

    def add(self, parcel: Parcel) -> None:
        """Adds the marks to their hour's set; adding them again changes nothing."""
        ...

    def add_history(self, parcels: Sequence[Parcel]) -> None:
        """The same for many parcels of the past, in few calls."""
        ...

    def hours(self, series: Series, first: datetime, last: datetime) -> Iterable[Hour]:
        """The hours that have marks, from `first` to `last`, both included, in order."""
        ...

    def put_day(self, series: Series, day: date, channels: dict[str, list[int]]) -> None:
        """Replaces the day's histograms."""
        ...


class Watches(Protocol):
    """Where each series' evidence account is kept. Writers race; each write names what it builds on."""

    def read(self, series: Series) -> Watch:
        """The watch as it stands; a fresh one where there is none."""
        ...

    def note_late(self, series: Series, now: datetime, look_at: datetime) -> None:
        """Notes that answers came behind the claim, so that the series is recomputed."""
        ...

    def postpone(self, series: Series, look_at: datetime) -> None:
        """Says when the look at late answers is due now."""
        ...

    def claim(self, watch: Watch, to_cell: int) -> Watch:
        """Says that the cells before `to_cell` are about to be read. Raises Conflict if another look won."""
        ...

    def save(self, watch: Watch) -> None:
        """Keeps what was learned. Raises Conflict if another look won."""
        ...


class Evidence(Protocol):
    """What the accounts said: their transitions, kept so that alerts can be decided over all of them."""

    def add(self, said: Iterable[Said]) -> None: ...

    def replace(self, series: Series, said: Iterable[Said]) -> None:
        """All that the series' account says, in place of all it said before."""
        ...

    def all(self) -> list[Said]:
        """What every account said; what was written a moment ago may be missing."""
        ...


class Alerts(Protocol):
    """Where alerts stand as facts."""

    def all(self) -> list[AlertFact]:
        """Every alert, oldest first; what was written a moment ago may be missing."""
        ...

    def write(self, fact: AlertFact) -> None:
        """Writes the alert, unless it stands there with this revision or a later one."""
        ...


class Looks(Protocol):
    """Asks for a series to be looked at, and for alerts to be decided, after a while."""

    def ask(self, series: Series, delay_s: int) -> None: ...

    def ask_to_decide(self, delay_s: int) -> None: ...


class Topic(Protocol):
    """The topic that owners' teams subscribe to."""

    def publish(self, fact: AlertFact) -> None: ...


@dataclass(frozen=True)
class Deps:
    """All that the verbs need from outside."""

    marks: Marks
    watches: Watches
    evidence: Evidence
    alerts: Alerts
    looks: Looks
    responses: Responses
    topic: Topic
    catalogue: Catalogue
    now: Callable[[], datetime]
    public_url: str
    lateness_s: int
    settle_s: int


def fold(answers: Sequence[Answer], deps: Deps) -> None:
    """Counts the answers, once each, and sees to it that their series are looked at."""
    now = deps.now()
    complete = cell_of(now - timedelta(seconds=deps.lateness_s))
    folded = parcels(answers)
    deps.marks.add_history([parcel for parcel in folded if parcel.newest_cell < complete])
    for parcel in folded:
        if parcel.newest_cell >= complete:
            deps.marks.add(parcel)
    for series, of_series in by_series(folded).items():
        ask_for_look(series, of_series, complete, now, deps)


def ask_for_look(series: Series, folded: Sequence[Parcel], complete: int, now: datetime, deps: Deps) -> None:
    """Asks for a look when the newest cell will be complete; what came late is noted, and looked at once it settled."""
    watch = deps.watches.read(series)
    newest = max(parcel.newest_cell for parcel in folded)
    if newest >= complete:
        delay = seconds_until_complete(newest, now, deps.lateness_s)
        deps.looks.ask(series, min(delay + 1, LONGEST_DELAY))
    if min(parcel.oldest_cell for parcel in folded) >= max(watch.claimed_to, complete):
        return
    look_at = watch.look_at
    if look_at is None or look_at <= now:
        deps.looks.ask(series, deps.settle_s)
        look_at = now + timedelta(seconds=deps.settle_s)
    deps.watches.note_late(series, now, look_at)


def look(series: Series, deps: Deps) -> None:
    """Steps the series' account over the complete cells and writes what it found as alerts."""
    watch, now = deps.watches.read(series), deps.now()
    wait = watch.unsettled_for(now, deps.settle_s)
    if wait:
        deps.watches.postpone(series, now + timedelta(seconds=wait))
        deps.looks.ask(series, wait)
        return
    touchpoint = deps.catalogue.touchpoint(series.touchpoint)
    if touchpoint is None:
        return
    to_cell = cell_of(now - timedelta(seconds=deps.lateness_s))
    claimed = deps.watches.claim(watch, to_cell)
    settings = watching.settings_of(touchpoint, series)
    seen = claimed if claimed.goes_on(settings) else claimed.afresh(settings)
    step_over(seen, touchpoint, settings, deps)


def step_over(seen: Watch, touchpoint: Touchpoint, settings: Settings, deps: Deps) -> None:
    """Steps the claimed cells; what is said before the account, so that a crash between repeats it only.

    Raises Conflict, having written nothing, where another look claimed the series while this one read.
    """
    series, measure = seen.series, watching.measure_of(seen.series, touchpoint)
    hours = list(deps.marks.hours(series, seen.reads_from, watching.hour_of_cell(seen.claimed_to)))
    stepped, transitions = watching.stepped(seen, hours, measure, settings)
    transitions = [with_flood(one, series, measure, settings, deps) for one in transitions]
    if deps.watches.read(series).version != seen.version:
        raise Conflict("another look at this series was faster")
    for day, channels in watching.whole_days(seen, hours, measure.levels):
        deps.marks.put_day(series, day, channels)
    said = watching.said(seen, hours, transitions, touchpoint)
    if seen.is_afresh:
        deps.evidence.replace(series, said)
    elif said:
        deps.evidence.add(said)
    if said:
        deps.looks.ask_to_decide(deps.settle_s if seen.is_afresh else DECIDED_AFTER_S)
    deps.watches.save(stepped)


def with_flood(told: Transition, series: Series, measure: Scale, settings: Settings, deps: Deps) -> Transition:
    """What an account said, with the flood of good answers without which it would not have said it."""
    if told.kind not in (RAISED, STRENGTHENED):
        return told
    found = floods.flood_in(deps.marks.hours(series, *floods.looked_for(told)), measure)
    if found is None:
        return told
    upto = Watch(series, claimed_to=told.at // CELL_SECONDS)
    hours = deps.marks.hours(series, upto.reads_from, watching.hour_of_cell(upto.claimed_to))
    is_said = floods.is_said_without(found, hours, upto, measure, settings)
    return told if is_said else replace(told, flood=found)


def decide(deps: Deps) -> None:
    """Writes the alerts that follow from all that the accounts said.

    The alerts are read first: whatever another decision made them of has then been said already, so that
    none is withdrawn only because it is newer than what was read.
    """
    known = deps.alerts.all()
    said = deps.evidence.all()
    decided = publishing.published(said)
    for series in {one.series for one in said} & {*decided, *(fact.series for fact in known)}:
        touchpoint = deps.catalogue.touchpoint(series.touchpoint)
        if touchpoint is not None:
            mine = [fact for fact in known if fact.series == series]
            write_news(mine, decided.get(series, []), alerts.Context(series, touchpoint, deps.public_url), deps)


def write_news(
    known: Sequence[AlertFact], transitions: Sequence[Transition], context: alerts.Context, deps: Deps
) -> None:
    """Writes what the series' alerts do not say yet."""
    measure = watching.measure_of(context.series, context.touchpoint)
    for fact in alerts.news(known, alerts.revisions(context, transitions)):
        deps.alerts.write(with_causes(fact, measure, deps))


def with_causes(fact: AlertFact, measure: Scale, deps: Deps) -> AlertFact:
    """The alert with what is seen more often between the change and the alarm, and comments that show it."""
    event, series = fact.event, fact.series
    whose = Whose(series.touchpoint, series.audience, measure)
    when = spans(event.change_started_between[0], event.change_started_at, event.raised_at)
    before = deps.responses.between(whose, when.before_from, when.before_to)
    after = deps.responses.between(whose, when.after_from, when.after_to)
    found = explained(before, after, series.audience)
    told = {"causes": found.causes, "sample_comments": found.sample_comments}
    return replace(fact, event=event.model_copy(update=told))


def publish(facts: Iterable[AlertFact], deps: Deps) -> None:
    """Publishes transitions of alerts; the same one may go out twice, under the same id and revision."""
    for fact in facts:
        deps.topic.publish(fact)


@dataclass(frozen=True)
class Trial:
    """What other settings would have made of a series' own answers.

    alerts: those whose last transition lies in the days asked for, oldest first, as they would stand.
    """

    touchpoint: Touchpoint
    settings: Settings
    alerts: list[AlertFact]


def simulate(touchpoint: str, audience: Audience, days: int, chosen: Mapping[str, float], deps: Deps) -> Trial:
    """Replays the stored answers under other settings; nothing is written. Raises NotFound.

    chosen: settings by name, in place of those of the registry. Alerts are those of this series alone:
    in a fleet, fewer are published.
    """
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r}")
    known = known.model_copy(update={"detection": {**known.detection, **chosen}})
    now, series = deps.now(), Series(touchpoint, audience, known.survey_for(audience).scale)
    measure = watching.measure_of(series, known)
    settings = watching.settings_of(known, series)
    fresh = Watch(series, claimed_to=cell_of(now - timedelta(seconds=deps.lateness_s)))
    hours = list(deps.marks.hours(series, fresh.reads_from, watching.hour_of_cell(fresh.claimed_to)))
    _, transitions = watching.stepped(fresh, hours, measure, settings)
    stood = alerts.revisions(alerts.Context(series, known, deps.public_url), transitions)
    last = {fact.event.alert_id: fact for fact in stood}
    since = now - timedelta(days=days)
    recent = [f for f in last.values() if (f.event.resolved_at or now) >= since]
    return Trial(known, settings, recent)
