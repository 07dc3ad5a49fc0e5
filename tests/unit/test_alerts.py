"""Telling owners: one message for each transition and subscription, tried for a day, never doubled."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.bindings import filters_of, matches
from services.alerts import domain, usecases
from services.alerts.adapters import TableOutbox, WebhookSender, event_of, item_of
from services.alerts.app import app, to_dispatch
from services.alerts.domain import Attempt, Delivery
from services.alerts.letters import letter
from services.alerts.usecases import Deps, Turn
from services.alerts.views import ReplayRequest, shortened, wanted
from shared.bodies import parse_as
from shared.catalogue import Owner
from shared.dynamo import marshal_item
from shared.errors import InvalidInput, NotFound, Unavailable
from shared.streams import Change
from tests import aws, fakes
from tests.events import RAISED, alert_event

ROOT = Path(__file__).parents[2]


@dataclass
class FakeOutbox:
    """Deliveries in memory."""

    kept: dict[tuple[str, int, str], Delivery] = field(default_factory=dict)

    def add(self, delivery: Delivery) -> None:
        self.kept.setdefault(place(delivery), delivery)

    def get(self, alert_id: str, revision: int, subscription: str) -> Delivery | None:
        return self.kept.get((alert_id, revision, subscription))

    def save(self, delivery: Delivery) -> None:
        self.kept[place(delivery)] = delivery

    def listed(self, state: str, day: date | None) -> list[Delivery]:
        return [d for d in self.kept.values() if d.state == state and day in (None, d.created_at.date())]


@dataclass
class FakeTurns:
    put_back: list[tuple[Turn, timedelta]] = field(default_factory=list)

    def put(self, turn: Turn, wait: timedelta) -> None:
        self.put_back.append((turn, wait))


@dataclass
class FakeSender:
    """Fails as often as told, then takes the message."""

    failures: int = 0
    sent: list[str] = field(default_factory=list)
    retry_after: timedelta | None = None

    def send(self, delivery: Delivery) -> Attempt:
        if self.failures:
            self.failures -= 1
            return Attempt("the receiver answered 500", self.retry_after)
        self.sent.append(delivery.message_id)
        return Attempt()


@dataclass
class Clock:
    now: datetime = RAISED

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    clock: Clock
    outbox: FakeOutbox
    turns: FakeTurns
    mail: FakeSender
    hook: FakeSender
    deps: Deps

    def run(self) -> None:
        """Hands out every turn when it is due, until none is left."""
        while self.turns.put_back:
            turn, wait = self.turns.put_back.pop(0)
            assert timedelta() <= wait <= timedelta(minutes=15)
            self.clock.now = max(self.clock.now, self.clock.now + wait)
            usecases.deliver(turn, self.deps)


@pytest.fixture
def world() -> World:
    clock, outbox, turns, mail, hook = Clock(), FakeOutbox(), FakeTurns(), FakeSender(), FakeSender()
    catalogue = fakes.FakeCatalogue({"checkout": fakes.touchpoint()})
    senders = {"email": mail, "webhook": hook}
    deps = Deps(outbox, turns, senders, catalogue, clock, lambda: 0.5)  # type: ignore[arg-type]
    return World(clock, outbox, turns, mail, hook, deps)


def place(delivery: Delivery) -> tuple[str, int, str]:
    return delivery.event.alert_id, delivery.event.revision, delivery.subscription


def told(world: World) -> None:
    usecases.hear(alert_event(), world.deps)
    for delivery in list(world.outbox.kept.values()):
        usecases.dispatch(delivery, world.deps)


def test_an_alert_is_told_once_to_each_subscription(world: World) -> None:
    """Hearing of it twice writes no second message."""
    told(world)
    usecases.hear(alert_event(), world.deps)
    world.run()
    assert len(world.mail.sent) == len(world.hook.sent) == 1
    assert {d.state for d in world.outbox.kept.values()} == {"delivered"}


def test_a_turn_that_comes_twice_sends_once(world: World) -> None:
    """Queues deliver at least once; a delivered message is not sent again."""
    told(world)
    world.turns.put_back *= 2
    world.run()
    assert len(world.mail.sent) == 1


def test_a_receiver_that_is_down_for_a_day_loses_nothing(world: World) -> None:
    """Tries go on with growing waits, and the message arrives after 24 hours."""
    world.hook.failures = 10_000
    told(world)
    while world.clock.now < RAISED + timedelta(hours=24):
        turn, wait = world.turns.put_back.pop(0)
        world.clock.now += wait
        usecases.deliver(turn, world.deps)
    world.hook.failures = 0
    world.run()
    assert len(world.hook.sent) == 1


def test_a_receiver_that_never_answers_is_parked_and_can_be_replayed(world: World) -> None:
    """After 25 hours it is parked with its last error; replaying starts it over."""
    world.hook.failures = 10_000
    told(world)
    world.run()
    [parked] = [d for d in world.outbox.kept.values() if d.state == "parked"]
    assert parked.last_error == "the receiver answered 500"
    assert world.clock.now - RAISED >= domain.GIVES_UP_AFTER
    world.hook.failures = 0
    usecases.dispatch(usecases.replay(*place(parked), world.deps), world.deps)
    world.run()
    assert len(world.hook.sent) == 1


def test_what_is_not_parked_cannot_be_replayed(world: World) -> None:
    """Neither a delivered message nor one that never was."""
    told(world)
    world.run()
    with pytest.raises(NotFound):
        usecases.replay(alert_event().alert_id, 1, "web.mail", world.deps)
    with pytest.raises(NotFound):
        usecases.replay("nothing", 1, "mail", world.deps)


def test_a_slow_receiver_is_not_tried_before_it_asked(world: World) -> None:
    """Retry-After of an hour is kept to, though it takes several hops through the queue."""
    world.hook.failures, world.hook.retry_after = 1, timedelta(hours=1)
    told(world)
    world.run()
    [delivery] = [d for d in world.outbox.kept.values() if d.kind == "webhook"]
    assert delivery.delivered_at is not None
    assert delivery.delivered_at - RAISED >= timedelta(hours=1)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (5, 480), (10, 14400), (50, 14400)])
def test_waits_double_up_to_four_hours(attempts: int, seconds: int) -> None:
    """Without jitter; with full jitter half as much again."""
    assert domain.wait(attempts, None, 0.0) == timedelta(seconds=seconds)
    assert domain.wait(attempts, None, 1.0) == timedelta(seconds=seconds * 1.5)


def test_the_letter_is_in_the_subscribers_language_and_escapes_comments(world: World) -> None:
    """French facts; a comment with markup is shown as it was typed."""
    usecases.hear(alert_event(sample_comments=["<script>alert(1)</script>"]), world.deps)
    [delivery] = [d for d in world.outbox.kept.values() if d.kind == "email"]
    message = letter(delivery, "etincelle@example.com")
    plain, html = (part.get_content() for part in message.iter_parts())
    assert message["Subject"] == "Friction : Checkout".replace("Checkout", "Paiement")
    assert "Depuis mardi" in plain and "19 % de mauvaises réponses (15 %–25 %, 240 réponses)" in plain
    assert "<script>" in plain and "<script>" not in html and "&lt;script&gt;" in html


def test_a_touchpoints_name_cannot_add_headers(world: World) -> None:
    """A name with line breaks stays one subject line."""
    event = alert_event(touchpoint_name={"fr": "A\r\nBcc: x@example.com"})
    usecases.hear(event, world.deps)
    [delivery] = [d for d in world.outbox.kept.values() if d.kind == "email"]
    raw = letter(delivery, "etincelle@example.com").as_bytes()
    assert b"\r\nBcc:" not in raw.split(b"\r\n\r\n")[0]


def test_addresses_are_shortened_where_messages_are_listed() -> None:
    """A list of messages gives away neither a mailbox nor a webhook's secret path."""
    assert shortened("anna@example.com") == "a…@example.com"
    assert shortened("https://hooks.example.com/T1/secret") == "https://hooks.example.com/…"


def test_every_owner_of_an_alert_is_told(world: World) -> None:
    """An alert on a hand-off names two owners; both hear of it."""
    support = fakes.touchpoint("support-call", owner="support")
    catalogue = fakes.FakeCatalogue({"checkout": fakes.touchpoint(), "support-call": support})
    deps = replace(world.deps, catalogue=catalogue)
    usecases.hear(alert_event(owners=["web", "support"]), deps)
    assert {d.owner for d in world.outbox.kept.values()} == {"web", "support"}


@pytest.mark.parametrize(
    "wrong",
    [{"alert_id": "a#b"}, {"alert_id": "x" * 3000}, {"alert_id": ""}, {"subscription": "a#b"}, {"revision": 0}],
)
def test_a_replay_of_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """Named as a wrong field; no key is made of it."""
    with pytest.raises(InvalidInput) as raised:
        parse_as(ReplayRequest, {"alert_id": "drop.a", "revision": 1, "subscription": "web.mail"} | wrong)
    assert [error.pointer for error in raised.value.errors] == [f"#/{name}" for name in wrong]


def test_what_is_parked_is_listed_whenever_it_was_written() -> None:
    """Unless a day is asked for; a message is parked a day after it was written, so today's alone would be none."""
    with aws.data_stack():
        outbox = TableOutbox(aws.table("cases"))
        for revision, age in ((1, 40), (2, 2)):
            written = RAISED - timedelta(days=age)
            [mail, _] = domain.deliveries(alert_event(revision=revision), [fakes.touchpoint().owner], written)
            outbox.save(replace(mail, state="parked"))
        listed = outbox.listed(*wanted(None, None, RAISED))
        assert [delivery.event.revision for delivery in listed] == [1, 2]
        of_a_day = outbox.listed(*wanted("parked", "2024-02-28", RAISED))
        assert [delivery.event.revision for delivery in of_a_day] == [2]
        assert outbox.listed(*wanted("delivered", None, RAISED)) == []


@contextmanager
def receiver(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """The address of a server that takes one connection and says these things, however little they are HTTP."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


def posted(target: str, **changes: float) -> Attempt:
    [_, hook] = domain.deliveries(alert_event(), [fakes.touchpoint().owner], RAISED)
    sender = WebhookSender(fakes.FakeCatalogue(), lambda: RAISED, is_laptop=True, **changes)
    return sender.send(replace(hook, target=target))


@pytest.mark.parametrize(
    "said",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, b"HTTP/1.1 200 " + b"x" * 70_000],
)
def test_a_receiver_that_speaks_no_http_is_a_failed_try(said: bytes) -> None:
    """And no exception, which nobody would try again for a day, nor park."""
    with receiver(said) as target:
        assert (posted(target).error or "").startswith("the receiver could not be reached")


def test_a_receiver_is_not_waited_for_beyond_the_deadline() -> None:
    """Even where it says a word now and then, so that no single wait is long."""
    with receiver(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, pause=0.1) as target:
        began = time.monotonic()
        assert posted(target, answers_within_s=0.5).error == "the receiver did not answer within 0.5 s"
        assert time.monotonic() - began < 2


def test_a_redirect_is_not_followed_and_a_long_answer_not_read() -> None:
    """A redirect is a failed try; of a receipt only the status counts."""
    with receiver(b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n") as target:
        assert posted(target).error == "the receiver answered 307"
    with receiver(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 1000] * 1000, pause=0.1) as target:
        assert posted(target) == Attempt()


def test_a_batch_of_deliveries_ends_before_its_function_does() -> None:
    """Were every receiver silent for as long as it may be; else those behind them would be set aside untried."""
    functions = json.loads((ROOT / "chalice.json").read_text())["services"]["alerts"]["lambda_functions"]
    [source] = [source for source in app.event_sources if source.name == "deliver"]
    assert source.batch_size * WebhookSender.answers_within_s < functions["deliver"]["lambda_timeout"]


def test_a_turn_that_comes_twice_makes_no_second_chain_of_tries(world: World) -> None:
    """However often the queue repeats itself, a receiver that is down is tried as often as without."""
    world.hook.failures = 10_000
    told(world)
    for _ in range(6):
        turn, wait = world.turns.put_back.pop(0)
        world.clock.now += wait
        for _ in range(3):
            usecases.deliver(turn, world.deps)
    [hook] = [delivery for delivery in world.outbox.kept.values() if delivery.kind == "webhook"]
    assert hook.attempts == 10_000 - world.hook.failures
    assert len(world.turns.put_back) <= 1


def test_a_try_whose_outcome_was_not_written_down_is_made_again(world: World) -> None:
    """Whatever breaks after the try: a turn is left, and the message arrives."""
    world.hook.failures = 3
    told(world)
    for place in ("turns", "outbox"):
        broken = replace(world.deps, **{place: Breaking(getattr(world.deps, place))})
        turns, world.turns.put_back = world.turns.put_back, []
        for turn, _ in turns:
            with suppress(Unavailable):
                usecases.deliver(turn, broken)
            world.turns.put_back.append((turn, timedelta()))
    world.run()
    assert {delivery.state for delivery in world.outbox.kept.values()} == {"delivered"}


@dataclass
class Breaking:
    """A port that reads, and cannot write."""

    port: Any

    def get(self, *place: Any) -> Any:
        return self.port.get(*place)

    def save(self, *_: Any) -> None:
        raise Unavailable("no")

    put = save


def test_a_replay_gets_its_turn_from_the_table_like_any_message(world: World) -> None:
    """So that nothing can break between the two: once it is written that it starts over, it does."""
    [mail, _] = domain.deliveries(alert_event(), [fakes.touchpoint().owner], RAISED)
    parked = replace(mail, state="parked", attempts=3, last_error="gone")
    world.outbox.save(parked)
    fresh = usecases.replay(*place(parked), world.deps)
    assert world.turns.put_back == []
    assert to_dispatch(change(None, mail)) == to_dispatch(change(parked, fresh)) == ([mail], [])
    image = marshal_item(item_of(fresh))
    record = {"eventName": "MODIFY", "dynamodb": {"Keys": image, "NewImage": image}}
    [pattern] = filters_of(ROOT / "infra/merge/alerts.yaml")["dispatch"]
    assert matches(pattern, record)
    assert to_dispatch(change(mail, replace(mail, attempts=1))) == to_dispatch(change(mail, parked)) == ([], [])


def change(before: Delivery | None, after: Delivery) -> list[Change]:
    return [Change("1", item_of(before) if before else None, item_of(after))]


def test_a_message_that_is_no_alert_fails_without_its_words_in_the_error() -> None:
    """What fails is logged with its cause; a person's comment does not belong there, nor does an address."""
    spoilt = alert_event(sample_comments=["my name is Anna"]).model_dump(mode="json") | {"kind": "Anna", "n": None}
    for body in (spoilt, spoilt | {"sample_comments": ["Anna"] * 9}, {"sample_comments": "Anna"}):
        with pytest.raises(ValueError) as raised:
            event_of(json.dumps({"Message": json.dumps(body)}))
        assert "Anna" not in str(raised.value)
    with pytest.raises(ValueError) as raised:
        Owner.model_validate({"id": "web", "subscriptions": [{"id": "m", "target": "anna@example.com"}]})
    assert "anna" not in str(raised.value)


def test_in_the_cloud_nothing_is_posted_to_the_functions_own_machine() -> None:
    """There the address of a laptop's test receiver is that of the runtime that feeds the function."""
    [_, hook] = domain.deliveries(alert_event(), [fakes.touchpoint().owner], RAISED)
    target = "http://127.0.0.1:9001/2018-06-01/runtime/init/error"
    refused = WebhookSender(fakes.FakeCatalogue(), lambda: RAISED).send(replace(hook, target=target))
    assert refused.error == "the receiver needs an https address"
