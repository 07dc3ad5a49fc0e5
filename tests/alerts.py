"""The alerts service on fakes: a world whose clock is moved by the turns that fall due."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count

from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.domain.notes import Message, Note, State, Told
from services.alerts.domain.passes import GOOD_FOR, Codes, Pass, pass_for
from services.alerts.domain.standings import Standing
from services.alerts.usecases import acting, telling
from services.alerts.usecases.ports import Bundle, Deps, Try, Turn
from shared.catalogue import Owner, Subscription, Touchpoint, Way
from shared.errors import Conflict
from shared.events import AlertEvent
from shared.quotes import without
from shared.receivers import Receiver
from shared.remedies import Remedy
from tests import fakes
from tests.events import RAISED

MINUTE = timedelta(minutes=1)
CODES = Codes(b"a secret of the tests", "https://example.com")


@dataclass
class FakeStandings:
    kept: dict[str, Standing] = field(default_factory=dict)

    def get(self, alert_id: str) -> Standing | None:
        return self.kept.get(alert_id)

    def save(self, standing: Standing) -> Standing:
        known = self.kept.get(standing.event.alert_id)
        if (known.version if known else 0) != standing.version:
            raise Conflict("the alert has gone on meanwhile")
        saved = replace(standing, version=standing.version + 1)
        self.kept[standing.event.alert_id] = saved
        return saved


@dataclass
class FakeOutbox:
    kept: dict[str, Delivery] = field(default_factory=dict)

    def get(self, message_id: str) -> Delivery | None:
        return self.kept.get(message_id)

    def add(self, delivery: Delivery) -> Delivery:
        return self.kept.setdefault(delivery.message_id, delivery)

    def save(self, delivery: Delivery, before: Delivery) -> None:
        if self.kept[delivery.message_id].attempts != before.attempts:
            raise Conflict("the delivery was tried meanwhile")
        self.kept[delivery.message_id] = delivery

    def listed(self, state: str, day: date | None) -> list[Delivery]:
        return [one for one in self.kept.values() if one.state == state and day in (None, one.created_at.date())]


@dataclass
class FakeNotes:
    """Notes in memory; what is told is put into the outbox."""

    outbox: FakeOutbox
    kept: dict[tuple[str, int, str, str], Note] = field(default_factory=dict)
    told_at: dict[tuple[str, str], Told] = field(default_factory=dict)
    passes: dict[str, Pass] = field(default_factory=dict)

    def add(self, note: Note) -> None:
        self.kept.setdefault(place(note), note)

    def get(self, alert_id: str, revision: int, state: str, subscription: str) -> Note | None:
        return self.kept.get((alert_id, revision, state, subscription))

    def due(self, subscription: str, now: datetime) -> list[Note]:
        mine = (one for one in self.kept.values() if one.subscription == subscription and one.state == "waiting")
        return sorted((one for one in mine if one.due_at <= now), key=lambda one: (one.due_at, one.event.alert_id))

    def of_alert(self, alert_id: str) -> list[Note]:
        return [one for where, one in sorted(self.kept.items()) if where[0] == alert_id]

    def tell(self, message: Message, delivery: Delivery, at: datetime) -> None:
        if any(self.kept[place(note)].state != "waiting" for note in message.notes):
            raise Conflict("the news was told by another message")
        for note in message.notes:
            event = note.event
            self.kept[place(note)] = replace(note, state="told", message_id=message.id)
            if event.state == "raised":
                self.told_at[delivery.subscription, event.touchpoint] = Told(at, event.severity)
            if (about := pass_for(event)) is not None:
                receiver = delivery.receiver
                self.passes[CODES.code(about, receiver)] = Pass(
                    about, delivery.subscription, receiver.digest, at + GOOD_FOR
                )
        self.outbox.add(delivery)

    def set_aside(self, note: Note, state: State) -> None:
        if self.kept[place(note)].state == "waiting":
            self.kept[place(note)] = replace(note, state=state)

    def postpone(self, note: Note) -> None:
        if self.kept[place(note)].state == "waiting":
            self.kept[place(note)] = note

    def told(self, subscription: str, touchpoints: Iterable[str]) -> dict[str, Told]:
        return {one: self.told_at[subscription, one] for one in touchpoints if (subscription, one) in self.told_at}


def place(note: Note) -> tuple[str, int, str, str]:
    return note.event.alert_id, note.event.revision, note.event.state, note.subscription


@dataclass
class FakeMutes:
    kept: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def put(self, subscription: str, scope: str, until: datetime) -> None:
        self.kept[subscription, scope] = until

    def of(self, subscription: str, now: datetime) -> frozenset[str]:
        return frozenset(scope for (who, scope), until in self.kept.items() if who == subscription and until > now)


@dataclass
class FakePassBook:
    notes: FakeNotes

    def get(self, code: str) -> Pass | None:
        return self.notes.passes.get(code)


@dataclass
class FakeThreads:
    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def get(self, alert_id: str, subscription: str) -> str | None:
        return self.kept.get((alert_id, subscription))

    def put(self, alert_id: str, subscription: str, thread: str) -> None:
        self.kept.setdefault((alert_id, subscription), thread)


@dataclass
class FakeRemedies:
    kept: dict[str, Remedy] = field(default_factory=dict)

    def of_alert(self, alert_id: str) -> list[Remedy]:
        mine = (one for one in self.kept.values() if one.alert_id == alert_id)
        return sorted(mine, key=lambda one: (one.on, one.remedy_id))

    def put(self, remedy: Remedy) -> None:
        self.kept[remedy.remedy_id] = remedy

    def remove(self, remedy: Remedy) -> None:
        self.kept.pop(remedy.remedy_id, None)


@dataclass
class FakeQuotes:
    """Alerts that quote what they always did, but for what was cut out of them."""

    cut: set[str] = field(default_factory=set)

    def still_in(self, event: AlertEvent) -> AlertEvent:
        return without(event, self.cut.__contains__)


@dataclass
class FakeTurns:
    """Turns by when they come: the queue's wait from when they were put."""

    clock: Clock
    waiting: list[tuple[datetime, int, Turn]] = field(default_factory=list)
    order: count[int] = field(default_factory=count)

    def put(self, turn: Turn, wait: timedelta) -> None:
        assert timedelta() <= wait <= timedelta(minutes=15)
        heapq.heappush(self.waiting, (self.clock.now + wait, next(self.order), turn))


@dataclass
class FakeSender:
    """Fails as often as told, then takes the message."""

    clock: Clock
    failures: int = 0
    retry_after: timedelta | None = None
    sent: list[tuple[datetime, Delivery, str | None]] = field(default_factory=list)

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:
        if self.failures:
            self.failures -= 1
            return Attempt("the receiver answered 500", self.retry_after)
        self.sent.append((self.clock.now, delivery, thread))
        return Attempt(answer="200", thread=f"thread of {delivery.message_id}")

    @property
    def news(self) -> list[str]:
        """`alert_id state` of everything sent, in order."""
        return [f"{event.alert_id} {event.state}" for _, delivery, _ in self.sent for event in delivery.news]


@dataclass
class Clock:
    now: datetime = RAISED

    def __call__(self) -> datetime:
        return self.now


class World:
    """Everything around the verbs, in memory. Notes and deliveries are given their turns as the stream does."""

    def __init__(self, *owners: Owner, pilot: str | None = None) -> None:
        self.clock = Clock()
        self.outbox = FakeOutbox()
        self.notes = FakeNotes(self.outbox)
        self.standings, self.mutes, self.threads = FakeStandings(), FakeMutes(), FakeThreads()
        self.remedies, self.quotes = FakeRemedies(), FakeQuotes()
        self.turns = FakeTurns(self.clock)
        ways: tuple[Way, ...] = ("email", "webhook", "slack", "teams", "sms")
        self.senders = {way: FakeSender(self.clock) for way in ways}
        self.catalogue = fakes.FakeCatalogue({one.id: one for owner in owners for one in points(owner, pilot)})
        self.seen: set[object] = set()
        self.deps = Deps(
            standings=self.standings,
            quotes=self.quotes,
            notes=self.notes,
            mutes=self.mutes,
            passes=FakePassBook(self.notes),
            outbox=self.outbox,
            threads=self.threads,
            remedies=self.remedies,
            turns=self.turns,
            senders=dict(self.senders),
            catalogue=self.catalogue,
            now=self.clock,
            jitter=lambda: 0.5,
            gathered_for=MINUTE,
            counters=fakes.FakeCounters(),
        )

    def hear(self, event: AlertEvent) -> None:
        telling.hear(event, self.deps)
        self.stream()

    def stream(self) -> None:
        """What the table's stream does: the first turn of each note, and of each delivery that starts."""
        for note in self.notes.kept.values():
            if note.state == "waiting" and place(note) not in self.seen:
                self.seen.add(place(note))
                telling.dispatch_note(note, self.deps)
        for delivery in self.outbox.kept.values():
            if delivery.state == "pending" and (delivery.message_id, delivery.created_at) not in self.seen:
                self.seen.add((delivery.message_id, delivery.created_at))
                telling.dispatch_delivery(delivery, self.deps)

    def run(self, span: timedelta = timedelta(days=400)) -> None:
        """Takes every turn that comes within the span, each at its time; the clock then stands at its end."""
        until = self.clock.now + span
        while self.turns.waiting and self.turns.waiting[0][0] <= until:
            at, _, turn = heapq.heappop(self.turns.waiting)
            self.clock.now = max(self.clock.now, at)
            self.take(turn)
        self.clock.now = max(self.clock.now, until) if span < timedelta(days=400) else self.clock.now

    def take(self, turn: Turn) -> None:
        if isinstance(turn, Bundle):
            telling.bundle(turn, self.deps)
        elif isinstance(turn, Try):
            telling.deliver(turn, self.deps)
        else:
            acting.escalate(turn, self.deps)
        self.stream()


def points(owner: Owner, pilot: str | None) -> list[Touchpoint]:
    """A touchpoint of the owner, called as it is; the web team's is the checkout."""
    known = fakes.touchpoint("checkout" if owner.id == "web" else owner.id)
    return [known.model_copy(update={"owner": owner, "pilot": pilot})]


def owner(identifier: str = "web", *subscriptions: Subscription, **fields: object) -> Owner:
    return Owner.model_validate({"id": identifier, "name": identifier, "subscriptions": subscriptions} | fields)


def receiver(name: str = "web/mail", kind: Way = "email") -> Receiver:
    """Whom a subscription of the tests reaches."""
    one = subscription(name.partition("/")[2], kind)
    return Receiver(name, one.kind, one.target)


def subscription(identifier: str = "mail", kind: Way = "email", **fields: object) -> Subscription:
    target = {"email": "web@example.com", "sms": "+33612345678", "slack": "C024BE91L"}.get(
        kind, "https://example.com/h"
    )
    return Subscription.model_validate({"id": identifier, "kind": kind, "target": target} | fields)
