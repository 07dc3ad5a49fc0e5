"""Telling owners: each piece of news once to each subscription, when it suits them, tried for a day, never doubled."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.alerts.domain import deliveries
from services.alerts.domain.hours import quiet_until, told_at
from services.alerts.domain.notes import COOLDOWN
from services.alerts.usecases import telling
from services.alerts.usecases.ports import Try
from shared.catalogue import Digest, QuietHours
from shared.errors import Conflict, NotFound, Unavailable
from shared.events import AlertEvent
from tests.alerts import MINUTE, World, owner, subscription
from tests.events import RAISED, alert_event

HOUR = timedelta(hours=1)
RESOLVED = {"revision": 2, "state": "resolved", "resolved_at": RAISED + HOUR, "resolved_because": "recovered"}
NIGHT = QuietHours(start="20:00", end="08:00")


@pytest.fixture
def world() -> World:
    return World(owner("web", subscription("mail"), subscription("hook", "webhook")))


def test_what_was_cut_out_of_an_alert_meanwhile_is_quoted_to_nobody(world: World) -> None:
    """The message waited; heard again by an older copy of the same revision it brings nothing back."""
    world.hear(alert_event(sample_comments=["Trop cher", "Rappelez Jane !"]))
    world.quotes.cut = {"Rappelez Jane !"}
    world.hear(alert_event(alert_id="later", sample_comments=["Trop cher", "Rappelez Jane !"]))
    world.hear(alert_event(sample_comments=["Trop cher", "Rappelez Jane !"]))
    later = [note.event for note in world.notes.kept.values() if note.event.alert_id == "later"]
    standing = world.standings.get(alert_event().alert_id)
    assert standing is not None and later
    assert all(one.sample_comments == ["Trop cher"] for one in (*later, standing.event) if isinstance(one, AlertEvent))


def test_an_alert_is_told_once_to_each_subscription(world: World) -> None:
    """Hearing of it twice, before and after it was told, makes no second message."""
    world.hear(alert_event())
    world.hear(alert_event())
    world.run()
    world.hear(alert_event())
    world.run()
    assert len(world.senders["email"].sent) == len(world.senders["webhook"].sent) == 1
    assert {one.state for one in world.outbox.kept.values()} == {"delivered"}


def test_a_program_is_told_at_once_and_people_after_a_minute(world: World) -> None:
    """So that what begins at several places together is one mail."""
    world.hear(alert_event())
    world.run()
    assert world.senders["webhook"].sent[0][0] == RAISED
    assert world.senders["email"].sent[0][0] == RAISED + MINUTE


def test_turns_that_come_twice_send_once(world: World) -> None:
    """Queues deliver at least once."""
    world.hear(alert_event())
    while world.turns.waiting:
        at, _, turn = world.turns.waiting.pop(0)
        world.clock.now = max(world.clock.now, at)
        world.take(turn)
        with suppress(Conflict):
            world.take(turn)
    assert len(world.senders["email"].sent) == len(world.senders["webhook"].sent) == 1


def test_an_older_transition_than_was_heard_is_no_news(world: World) -> None:
    """A topic hands things over in any order: what is over is not raised afterwards."""
    world.hear(alert_event(**RESOLVED))
    world.hear(alert_event())
    world.run()
    assert world.senders["email"].news == [f"{alert_event().alert_id} resolved"]


def test_what_began_and_ended_unheard_is_told_as_ended_and_what_was_withdrawn_not_at_all() -> None:
    """In one message, in the morning; an alert that was taken back before anybody heard of it is nobody's business."""
    world = World(owner("web", subscription("mail", quiet_hours=replace_hours(NIGHT, except_for=()))))
    world.clock.now = datetime(2024, 3, 1, 22, tzinfo=UTC)
    for event in (alert_event(), alert_event(**RESOLVED)):
        world.hear(event)
    gone = alert_event(raised_at=RAISED + HOUR)
    world.hear(gone)
    world.hear(gone.model_copy(update={"revision": 2, "state": "withdrawn"}))
    world.run()
    [(at, delivery, _)] = world.senders["email"].sent
    assert at == datetime(2024, 3, 2, 8, tzinfo=UTC)
    assert [event.state for event in delivery.news] == ["resolved"]
    assert {note.state for note in world.notes.kept.values()} == {"told", "covered"}


def replace_hours(quiet: QuietHours, **fields: Any) -> QuietHours:
    return quiet.model_copy(update=fields)


def test_what_is_grave_breaks_the_quiet_and_its_end_does_not() -> None:
    """Severities that are excepted are told at night; that all is well again can wait for the morning."""
    world = World(owner("web", subscription("mail", quiet_hours=NIGHT)))
    world.clock.now = datetime(2024, 3, 1, 22, tzinfo=UTC)
    world.hear(alert_event(severity="high"))
    world.run(HOUR)
    world.hear(alert_event(severity="high", **RESOLVED))
    world.run()
    told = [at for at, _, _ in world.senders["email"].sent]
    assert told == [datetime(2024, 3, 1, 22, 1, tzinfo=UTC), datetime(2024, 3, 2, 8, tzinfo=UTC)]


def test_a_digest_gathers_everything_into_one_message() -> None:
    """A day's at its hour; nothing where there is nothing."""
    world = World(owner("web", subscription("mail", digest=Digest(every="day", at="07:00"))))
    for hours in range(5):
        world.hear(alert_event(raised_at=RAISED + hours * HOUR, touchpoint=f"t{hours}"))
    world.run()
    [(at, delivery, _)] = world.senders["email"].sent
    assert (at, len(delivery.news)) == (datetime(2024, 3, 2, 7, tzinfo=UTC), 5)


def test_what_begins_together_on_a_journey_is_one_message() -> None:
    """Three touchpoints within a minute; the one of another journey is told apart."""
    world = World(owner("web", subscription("mail")))
    for name, journey in (("a", "shop"), ("b", "shop"), ("c", "help"), ("d", "shop")):
        world.hear(alert_event(touchpoint=name, journey=journey))
        world.clock.now += timedelta(seconds=10)
    world.run()
    told = sorted([event.touchpoint for event in delivery.news] for _, delivery, _ in world.senders["email"].sent)
    assert told == [["a", "b", "d"], ["c"]]


def test_a_touchpoint_is_not_told_of_twice_within_an_hour_unless_it_got_graver() -> None:
    """One that comes and goes is told of once; the rest when the hour is over."""
    world = World(owner("web", subscription("mail")))
    world.hear(alert_event())
    world.run(timedelta(minutes=10))
    world.hear(alert_event(raised_at=RAISED + timedelta(minutes=10)))
    world.run(timedelta(minutes=10))
    world.hear(alert_event(raised_at=RAISED + timedelta(minutes=20), severity="high"))
    world.run()
    first, graver, last = (at - RAISED for at, _, _ in world.senders["email"].sent)
    assert (first, graver) == (MINUTE, timedelta(minutes=21))
    assert last == graver + COOLDOWN


def test_what_is_muted_is_not_told_and_stands_in_the_receipts(world: World) -> None:
    """A mute of a touchpoint keeps its alerts away until it ends; a program is not muted by it."""
    world.mutes.put("web/mail", "checkout", RAISED + timedelta(days=1))
    world.hear(alert_event())
    world.run()
    assert world.senders["email"].sent == []
    standing, receipts = telling.receipts(alert_event().alert_id, world.deps)
    assert standing.state == "open"
    assert {(note.subscription, note.state) for note, _ in receipts} == {("web/mail", "muted"), ("web/hook", "told")}


def test_a_subscription_hears_only_what_it_asked_for() -> None:
    """By severity, kind, touchpoint, journey and pillar."""
    for wanted in ({"severities": ["high"]}, {"kinds": ["silence"]}, {"touchpoints": ["x"]}, {"pillars": ["brand"]}):
        world = World(owner("web", subscription("some", **wanted), subscription("all", "slack")))
        world.hear(alert_event())
        world.run()
        assert world.senders["email"].sent == []
        assert len(world.senders["slack"].sent) == 1


def test_who_watches_everything_hears_of_other_owners() -> None:
    """And is told why."""
    boss = owner("boss", subscription("mail", everywhere=True), subscription("own", "slack"))
    world = World(owner("web", subscription("mail")), boss)
    world.hear(alert_event())
    world.run()
    because = {delivery.subscription: delivery.because for _, delivery, _ in world.senders["email"].sent}
    assert because == {"web/mail": "owner", "boss/mail": "watching"}
    assert world.senders["slack"].sent == []


def test_later_messages_reply_to_the_first(world: World) -> None:
    """In the thread that the way gave."""
    world.hear(alert_event())
    world.run()
    world.hear(alert_event(**RESOLVED))
    world.run()
    (_, first, none), (_, _, thread) = world.senders["email"].sent
    assert none is None
    assert thread == f"thread of {first.message_id}"


def test_a_receiver_that_is_down_for_a_day_loses_nothing(world: World) -> None:
    """Tries go on with growing waits, and the message arrives after 24 hours."""
    world.senders["webhook"].failures = 10_000
    world.hear(alert_event())
    world.run(timedelta(hours=24))
    world.senders["webhook"].failures = 0
    world.run()
    assert len(world.senders["webhook"].sent) == 1


def test_a_receiver_that_never_answers_is_parked_and_can_be_replayed(world: World) -> None:
    """After 25 hours it is parked with its last error; replaying, of one or of all, starts it over."""
    world.senders["webhook"].failures = world.senders["email"].failures = 10_000
    world.hear(alert_event())
    world.run()
    parked = world.outbox.listed("parked", None)
    assert {one.last_error for one in parked} == {"the receiver answered 500"}
    assert world.clock.now - RAISED >= deliveries.GIVES_UP_AFTER
    world.senders["webhook"].failures = world.senders["email"].failures = 0
    telling.replay(parked[0].message_id, world.deps)
    telling.replay_all(world.deps)
    world.stream()
    world.run()
    assert len(world.senders["webhook"].sent) == len(world.senders["email"].sent) == 1


def test_what_is_not_parked_cannot_be_replayed(world: World) -> None:
    """Neither a delivered message nor one that never was."""
    world.hear(alert_event())
    world.run()
    for name in (*world.outbox.kept, "msg_nothing"):
        with pytest.raises(NotFound):
            telling.replay(name, world.deps)


def test_a_slow_receiver_is_not_tried_before_it_asked(world: World) -> None:
    """Retry-After of an hour is kept to, though it takes several hops through the queue."""
    world.senders["webhook"].failures, world.senders["webhook"].retry_after = 1, HOUR
    world.hear(alert_event())
    world.run()
    assert world.senders["webhook"].sent[0][0] - RAISED >= HOUR


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (5, 480), (10, 14400), (50, 14400)])
def test_waits_double_up_to_four_hours(attempts: int, seconds: int) -> None:
    """Without jitter; with full jitter half as much again."""
    assert deliveries.wait(attempts, None, 0.0) == timedelta(seconds=seconds)
    assert deliveries.wait(attempts, None, 1.0) == timedelta(seconds=seconds * 1.5)


def test_a_turn_that_comes_twice_makes_no_second_chain_of_tries(world: World) -> None:
    """However often the queue repeats itself, a receiver that is down is tried as often as without."""
    world.senders["webhook"].failures = 10_000
    world.hear(alert_event())
    for _ in range(8):
        at, _, turn = world.turns.waiting.pop(0)
        world.clock.now = max(world.clock.now, at)
        for _ in range(3):
            world.take(turn)
    [hook] = [one for one in world.outbox.kept.values() if one.kind == "webhook"]
    assert hook.attempts == 10_000 - world.senders["webhook"].failures
    assert sum(isinstance(turn, Try) and turn.message_id == hook.message_id for _, _, turn in world.turns.waiting) <= 1


@dataclass
class Breaking:
    """A port that reads, and cannot write."""

    port: Any

    def get(self, *where: Any) -> Any:
        return self.port.get(*where)

    def save(self, *_: Any) -> None:
        raise Unavailable("no")

    put = save


@pytest.mark.parametrize("port", ["turns", "outbox"])
def test_a_try_whose_outcome_was_not_written_down_is_made_again(world: World, port: str) -> None:
    """Whatever breaks after the try: a turn is left, and the message arrives."""
    world.senders["webhook"].failures = 3
    world.hear(alert_event())
    broken, broke = replace(world.deps, **{port: Breaking(getattr(world.deps, port))}), 0
    for _ in range(4):
        at, n, turn = world.turns.waiting.pop(0)
        world.clock.now = max(world.clock.now, at)
        if isinstance(turn, Try):
            with pytest.raises(Unavailable):
                telling.deliver(turn, broken)
            broke += 1
            world.turns.waiting.append((at, n, turn))
        else:
            world.take(turn)
    assert broke > 0
    world.run()
    assert {one.state for one in world.outbox.kept.values()} == {"delivered"}


ZONES = {"time_zone": "Europe/Paris"}


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2024-03-01T18:59:59Z", "2024-03-01T18:59:59Z"),
        ("2024-03-01T19:00:00Z", "2024-03-04T07:00:00Z"),  # Friday 20:00 in Paris; quiet until Monday 8:00
        ("2024-03-03T12:00:00Z", "2024-03-04T07:00:00Z"),
        ("2024-03-04T06:59:59Z", "2024-03-04T07:00:00Z"),
        ("2024-03-04T07:00:00Z", "2024-03-04T07:00:00Z"),
        ("2024-03-30T23:30:00Z", "2024-04-01T06:00:00Z"),  # the clocks go forward on that Sunday
        ("2024-10-27T00:30:00Z", "2024-10-28T07:00:00Z"),
    ],
)
def test_quiet_hours_end_by_the_local_clock(at: str, told: str) -> None:
    """Also over a weekend, and where the clocks change."""
    quiet = replace_hours(NIGHT, weekends=True)
    one = subscription(quiet_hours=quiet, **ZONES)
    assert quiet_until(one, "low", datetime.fromisoformat(at)) == datetime.fromisoformat(told)


@pytest.mark.parametrize(
    ("every", "ready", "told"),
    [
        ("day", "2024-03-01T06:59:59Z", "2024-03-01T07:00:00Z"),
        ("day", "2024-03-01T07:00:00Z", "2024-03-01T07:00:00Z"),
        ("day", "2024-03-01T07:00:01Z", "2024-03-02T07:00:00Z"),
        ("week", "2024-03-01T07:00:00Z", "2024-03-04T07:00:00Z"),
        ("week", "2024-03-04T07:00:01Z", "2024-03-11T07:00:00Z"),
        ("day", "2024-03-31T00:00:00Z", "2024-03-31T06:00:00Z"),
    ],
)
def test_a_digest_comes_at_its_local_hour(every: str, ready: str, told: str) -> None:
    """Daily, or on Mondays; on the day the clocks change too. At 8:00 in Paris."""
    one = subscription(digest=Digest(every=every, at="08:00"), **ZONES)  # type: ignore[arg-type]
    assert told_at(one, "low", datetime.fromisoformat(ready)) == datetime.fromisoformat(told)
