"""Fakes of the ports, ten lines each; they pass the same contract tests as the real adapters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Parcel, Series
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.traces import Trace
from services.aggregator.domain.valuing import Ended
from services.aggregator.domain.watching import Claim, Hour, Rolled, Watch, histograms_in
from services.aggregator.usecases.ports import Wanted
from services.insights.domain.adjusting import PassedDay
from shared.catalogue import Owner, Pressure, Subscription, Survey, Touchpoint
from shared.causes.answers import Given, Reading, Whose
from shared.errors import Conflict, Unavailable
from shared.limits import Limit
from shared.studies import PrioritiesFigure, ValueFigure


@dataclass
class FakeCounters:
    """Counts by what is counted and by when its window began. is_away: as if it could not be reached."""

    counted: dict[tuple[str, datetime], int] = field(default_factory=dict)
    is_away: bool = False

    def count(self, what: str, limit: Limit, now: datetime, weight: int = 1) -> bool:
        if self.is_away:
            raise Unavailable("this cannot be counted just now", retry_after=30)
        place = (what, limit.began(now))
        n = self.counted.get(place, 0) + weight
        if n > limit.most:
            return False
        self.counted[place] = n
        return True


@dataclass
class FakeMarks:
    """Sets in memory."""

    sets: dict[tuple[Series, datetime], frozenset[bytes]] = field(default_factory=dict)
    days: dict[tuple[Series, date], Rolled] = field(default_factory=dict)

    def add(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            place = (parcel.series, parcel.hour)
            self.sets[place] = self.sets.get(place, frozenset()) | parcel.marks

    def add_history(self, parcels: Sequence[Parcel]) -> None:
        self.add(parcels)

    def hours(self, series: Series, first: datetime, last: datetime) -> Iterable[Hour]:
        return [
            Hour(hour, marks)
            for (of, hour), marks in sorted(self.sets.items(), key=lambda entry: entry[0][1])
            if of == series and first <= hour <= last
        ]

    def put_day(self, series: Series, day: date, rolled: Rolled) -> None:
        self.days[series, day] = rolled

    def histograms(self, series: Series, first: date, last: date) -> dict[date, list[int]]:
        begins, ends = (datetime.combine(day, time.min, UTC) for day in (first, last + timedelta(days=1)))
        return histograms_in(self.hours(series, begins, ends - timedelta(hours=1)), series.scale.levels)


@dataclass
class FakeTraces:
    """Traces in memory, with the time until which each is kept."""

    kept: dict[Trace, datetime] = field(default_factory=dict)
    by_customer: dict[tuple[str, str], dict[Trace, None]] = field(default_factory=dict)

    def add(self, traces: Mapping[Trace, datetime]) -> None:
        self.kept |= traces
        for one in traces:
            self.by_customer.setdefault((one.customer, one.journey), {})[one] = None

    def of(self, customer: str, journey: str) -> list[Trace]:
        return list(self.by_customer.get((customer, journey), {}))


@dataclass
class FakeWatches:
    """Watches in memory, with the same optimistic lock."""

    watches: dict[Series, Watch] = field(default_factory=dict)

    def read(self, series: Series) -> Watch:
        return self.watches.get(series, Watch(series))

    def claims(self, several: Collection[Series]) -> dict[Series, Claim]:
        watches = {series: self.read(series) for series in several}
        return {series: Claim(watch.claimed_to, watch.look_at) for series, watch in watches.items()}

    def note_late(self, looks_at: Mapping[Series, datetime], now: datetime) -> None:
        for series, look_at in looks_at.items():
            watch = self.read(series)
            since = watch.late_since or now
            late_n = watch.late_n + 1
            self.watches[series] = replace(watch, late_n=late_n, late_at=now, look_at=look_at, late_since=since)

    def postpone(self, series: Series, look_at: datetime) -> None:
        self.watches[series] = replace(self.read(series), look_at=look_at)

    def claim(self, watch: Watch, to_cell: int) -> Watch:
        self._expect(watch)
        claimed = max(to_cell, watch.claimed_to)
        stored = self.read(watch.series)
        self.watches[watch.series] = replace(stored, claimed_to=claimed, version=watch.version + 1)
        return replace(watch, claimed_to=claimed, version=watch.version + 1)

    def save(self, watch: Watch) -> None:
        self._expect(watch)
        stored = self.read(watch.series)
        self.watches[watch.series] = replace(
            watch,
            version=watch.version + 1,
            late_n=stored.late_n,
            late_at=stored.late_at,
            look_at=stored.look_at,
            late_since=None,
        )

    def _expect(self, watch: Watch) -> None:
        if self.read(watch.series).version != watch.version:
            raise Conflict("another look at this series was faster")


@dataclass
class FakeEvidence:
    """What accounts said, in memory."""

    said: dict[tuple[Series, int, str], Said] = field(default_factory=dict)

    def add(self, said: Iterable[Said]) -> None:
        self.said |= {(one.series, one.at, one.kind): one for one in said}

    def replace(self, series: Series, said: Iterable[Said]) -> None:
        self.said = {place: one for place, one in self.said.items() if place[0] != series}
        self.add(said)

    def all(self) -> list[Said]:
        return sorted(self.said.values(), key=lambda one: (one.at, one.series.partition, one.kind))

    def of(self, series: Series) -> list[Said]:
        return [one for one in FakeEvidence.all(self) if one.series == series]


@dataclass
class FakeAlerts:
    """Alerts in memory, by id, and every revision in the order in which it was written."""

    facts: dict[str, AlertFact] = field(default_factory=dict)
    written: list[AlertFact] = field(default_factory=list)

    def all(self) -> list[AlertFact]:
        return sorted(self.facts.values(), key=lambda fact: (fact.event.raised_at, fact.event.alert_id))

    def write(self, fact: AlertFact) -> None:
        stands = self.facts.get(fact.event.alert_id)
        if stands is None or stands.event.revision < fact.event.revision:
            self.facts[fact.event.alert_id] = fact
            self.written.append(fact)

    def retell(self, stands: AlertFact, told: AlertFact) -> None:
        if self.facts.get(stands.event.alert_id) == stands:
            self.facts[stands.event.alert_id] = told


@dataclass
class FakeLooks:
    """The looks that were asked for, and after how many seconds decisions were."""

    asked: list[tuple[Series, int]] = field(default_factory=list)
    decisions: list[int] = field(default_factory=list)

    def ask(self, wanted: Sequence[Wanted]) -> None:
        self.asked += [(one.series, one.delay_s) for one in wanted]

    def ask_to_decide(self, delay_s: int) -> None:
        self.decisions.append(delay_s)


@dataclass
class FakeResponses:
    """Answers in memory, all of them of whoever is asked for; of more than `most` a part by lot."""

    given: list[Given] = field(default_factory=list)
    most: int = 4000

    def between(self, whose: Whose, since: datetime, until: datetime) -> Reading:
        found = [one for one in self.given if since <= one.collected_at < until]
        kept = sorted(found, key=lambda one: one.lot)[: self.most]
        return Reading(sorted(kept, key=lambda one: (one.collected_at, one.response_id)), len(kept) == len(found))

    def newest(self, whose: Whose, since: datetime, until: datetime, most: int) -> Reading:
        found = sorted(
            (one for one in self.given if since <= one.collected_at < until),
            key=lambda one: (one.collected_at, one.response_id),
        )
        return Reading(found[-most:], len(found) <= most)


@dataclass
class FakePassers:
    """People in memory, whatever the touchpoint."""

    passed: list[PassedDay] = field(default_factory=list)

    def count(self, touchpoint: str, first: date, last: date) -> int | None:
        return len({one for day in self.days(touchpoint, first, last) for one in day.everybody}) or None

    def days(self, touchpoint: str, first: date, last: date) -> Iterable[PassedDay]:
        return [one for one in self.passed if first <= one.day <= last]


@dataclass
class FakeEnds:
    """Outcomes in memory."""

    stored: list[Ended] = field(default_factory=list)

    def between(self, since: datetime, until: datetime) -> list[Ended]:
        return [one for one in self.stored if since <= one.at < until]


@dataclass
class FakeStudies:
    """Studies in memory: when each was wanted last, and what was kept, by day."""

    wanted: dict[date, datetime] = field(default_factory=dict)
    values: dict[tuple[str, date], ValueFigure] = field(default_factory=dict)
    lists: dict[tuple[str | None, date, int], PrioritiesFigure] = field(default_factory=dict)

    def want(self, day: date, at: datetime) -> None:
        self.wanted[day] = max(at, self.wanted.get(day, at))

    def keep_value(self, figure: ValueFigure) -> None:
        assert figure.day
        self.values[figure.touchpoint, figure.day] = figure

    def keep_priorities(self, figure: PrioritiesFigure, page: int) -> None:
        assert figure.day
        self.lists[figure.owner, figure.day, page] = figure

    def value(self, touchpoint: str, upto: date) -> ValueFigure | None:
        days = [day for name, day in self.values if name == touchpoint and day <= upto]
        return self.values[touchpoint, max(days)] if days else None

    def priorities(self, owner: str | None, upto: date, page: int) -> PrioritiesFigure | None:
        days = [day for of, day, _ in self.lists if of is None and day <= upto]
        return self.lists.get((owner, max(days), page)) if days else None


@dataclass
class FakeDue:
    """What is due, by hour and series."""

    noted: dict[tuple[datetime, Series], None] = field(default_factory=dict)

    def note(self, series: Series, at: datetime) -> None:
        self.noted[at.replace(minute=0, second=0, microsecond=0), series] = None

    def take(self, now: datetime) -> Iterable[Series]:
        hour = now.replace(minute=0, second=0, microsecond=0)
        for at, series in sorted(self.noted, key=lambda one: (one[0], one[1].partition)):
            if at < hour:
                yield series
                del self.noted[at, series]


@dataclass
class FakeTopic:
    published: list[AlertFact] = field(default_factory=list)

    def publish(self, fact: AlertFact) -> None:
        self.published.append(fact)


@dataclass
class FakeCatalogue:
    """Touchpoints in memory."""

    known: dict[str, Touchpoint] = field(default_factory=dict)
    rules: Pressure = field(default_factory=Pressure)

    def touchpoint(self, touchpoint: str) -> Touchpoint | None:
        return self.known.get(touchpoint)

    def touchpoints(self) -> list[str]:
        return sorted(self.known)

    def owned(self) -> list[tuple[str, str]]:
        return sorted((name, one.owner.id) for name, one in self.known.items())

    def watchers(self) -> list[Owner]:
        return [t.owner for t in self.known.values() if any(each.everywhere for each in t.owner.subscriptions)]

    def pressure(self) -> Pressure:
        return self.rules

    def owner(self, owner: str) -> Owner | None:
        return next((t.owner for t in self.known.values() if t.owner.id == owner), None)


def touchpoint(name: str = "checkout", scale: str = "csat", owner: str = "web") -> Touchpoint:
    """A touchpoint with an owner who is told by e-mail and by webhook."""
    subscriptions = (
        Subscription(id="mail", kind="email", target="web@example.com", lang="fr"),
        Subscription(id="hook", kind="webhook", target="https://example.com/hook"),
    )
    return Touchpoint(
        id=name,
        name={"en": name.title(), "fr": name.title()},
        owner=Owner(id=owner, name=owner.title(), lang="fr", subscriptions=subscriptions),
        journey="shop",
        stage="buy",
        pillar="process",
        channels=("web",),
        survey=Survey(id=scale, version=1, scale=scale, question={"en": "How was it?", "fr": "Alors ?"}),
    )
