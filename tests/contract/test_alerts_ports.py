"""What the alerts service's stores promise: the same tests on the fakes and on DynamoDB (moto, the true schema)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from services.alerts.adapters.notes import TableNotes
from services.alerts.adapters.outbox import TableOutbox
from services.alerts.adapters.passes import TablePasses
from services.alerts.adapters.queue import body_of, turn_of
from services.alerts.adapters.remedies import TableRemedies
from services.alerts.adapters.standings import TableMutes, TableStandings, TableThreads
from services.alerts.domain.deliveries import Delivery, delivery
from services.alerts.domain.notes import Message, Note, note
from services.alerts.domain.passes import GOOD_FOR, Pass
from services.alerts.domain.standings import Standing, acknowledged
from services.alerts.domain.subscribers import Subscriber
from services.alerts.usecases.ports import (
    Bundle,
    Escalate,
    Mutes,
    Notes,
    Outbox,
    PassBook,
    Remedies,
    Standings,
    Threads,
    Try,
    Turn,
)
from shared.dynamo import Table
from shared.errors import Conflict
from shared.events import AlertEvent
from shared.receivers import Receiver
from shared.remedies import ReadRemedies, Remedy
from tests.alerts import (
    CODES,
    MINUTE,
    FakeMutes,
    FakeNotes,
    FakeOutbox,
    FakePassBook,
    FakeRemedies,
    FakeStandings,
    FakeThreads,
    owner,
    subscription,
)
from tests.aws import data_stack, table
from tests.events import RAISED, alert_event


@dataclass
class Stores:
    notes: Notes
    outbox: Outbox
    passes: PassBook
    standings: Standings
    mutes: Mutes
    threads: Threads
    remedies: Remedies


@pytest.fixture(scope="module")
def built() -> Iterator[Table]:
    with data_stack():
        yield table("cases")


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        outbox = FakeOutbox()
        notes = FakeNotes(outbox)
        return Stores(notes, outbox, FakePassBook(notes), FakeStandings(), FakeMutes(), FakeThreads(), FakeRemedies())
    cases: Table = request.getfixturevalue("built")
    return Stores(
        TableNotes(cases, CODES),
        TableOutbox(cases, "tests"),
        TablePasses(cases, CODES),
        TableStandings(cases),
        TableMutes(cases),
        TableThreads(cases),
        TableRemedies(cases),
    )


@pytest.fixture
def who(request: pytest.FixtureRequest) -> Subscriber:
    """A subscription of the test's own."""
    name = re.sub("[^a-z]", "-", request.node.name.lower())[:40]
    return Subscriber(owner("web"), subscription(name))


def event_of(who: Subscriber, minutes: int = 0, **fields: object) -> AlertEvent:
    """An alert at a touchpoint of the test's own."""
    return alert_event(touchpoint=who.subscription.id, raised_at=RAISED + minutes * MINUTE, **fields)


def waiting(who: Subscriber, minutes: int = 0, **fields: object) -> Note:
    return note(event_of(who, minutes, **fields), who, "owner", RAISED + minutes * MINUTE, MINUTE)


def told(stores: Stores, who: Subscriber, *notes: Note) -> Delivery:
    message = Message(notes)
    written = delivery(message, who, RAISED)
    stores.notes.tell(message, written, RAISED)
    return written


def read(stores: Stores, one: Note) -> Note:
    found = stores.notes.get(one.event.alert_id, one.event.revision, one.event.state, one.subscription)
    assert found is not None
    return found


def test_a_note_waits_until_it_is_due(stores: Stores, who: Subscriber) -> None:
    """In the order in which notes fall due; one that is due later is not there yet."""
    notes = [waiting(who, minutes) for minutes in (2, 0, 1)]
    for one in notes:
        stores.notes.add(one)
    assert stores.notes.due(who.name, RAISED) == []
    assert stores.notes.due(who.name, notes[2].due_at) == [notes[1], notes[2]]
    assert read(stores, notes[0]) == notes[0]


def test_a_note_that_is_there_stays_as_it_is(stores: Stores, who: Subscriber) -> None:
    """Hearing of it again does not make it wait anew."""
    one = waiting(who)
    stores.notes.add(one)
    stores.notes.set_aside(one, "muted")
    stores.notes.add(one)
    assert read(stores, one).state == "muted"
    assert stores.notes.due(who.name, RAISED + timedelta(days=1)) == []


def test_notes_are_told_together_with_their_delivery_or_not_at_all(stores: Stores, who: Subscriber) -> None:
    """Where another message was faster with one of them, nothing of it is written."""
    first, second = waiting(who), waiting(who, 1)
    stores.notes.add(first)
    stores.notes.add(second)
    written = told(stores, who, first)
    with pytest.raises(Conflict):
        told(stores, who, second, first)
    assert read(stores, first) == replace(first, state="told", message_id=written.message_id)
    assert read(stores, second).state == "waiting"
    assert stores.outbox.get(written.message_id) == written
    assert stores.outbox.get(Message((second,)).id) is None


def test_when_a_touchpoint_was_told_of_is_kept(stores: Stores, who: Subscriber) -> None:
    """Of what began; how it ended does not count."""
    one = waiting(who, severity="high")
    stores.notes.add(one)
    told(stores, who, one)
    over = waiting(who, 1, state="resolved", revision=2)
    stores.notes.add(over)
    stores.notes.tell(Message((over,)), delivery(Message((over,)), who, RAISED), RAISED + timedelta(days=1))
    [(touchpoint, last)] = stores.notes.told(who.name, [who.subscription.id, "elsewhere"]).items()
    assert (touchpoint, last.at, last.severity) == (who.subscription.id, RAISED, "high")


def test_a_postponed_note_is_due_later_and_one_that_was_told_is_not_postponed(stores: Stores, who: Subscriber) -> None:
    """Whoever was slow brings nothing back."""
    one = waiting(who)
    stores.notes.add(one)
    later = replace(one, due_at=one.due_at + timedelta(hours=1))
    stores.notes.postpone(later)
    assert stores.notes.due(who.name, one.due_at) == []
    assert stores.notes.due(who.name, later.due_at) == [later]
    told(stores, who, later)
    stores.notes.postpone(later)
    stores.notes.set_aside(later, "covered")
    assert read(stores, later).state == "told"


def test_all_that_was_told_of_an_alert_is_found(stores: Stores, who: Subscriber) -> None:
    """By revision, whoever it was told to."""
    notes = [waiting(who), waiting(who, state="resolved", revision=2)]
    notes[1] = replace(notes[1], event=notes[1].event.model_copy(update={"alert_id": notes[0].event.alert_id}))
    for one in reversed(notes):
        stores.notes.add(one)
    assert stores.notes.of_alert(notes[0].event.alert_id) == notes


def test_a_message_carries_a_pass_and_no_other_code_opens_it(stores: Stores, who: Subscriber) -> None:
    """The pass says whose it is, of which alert, whom it reached, and until when."""
    one = waiting(who)
    receiver = Receiver(who.name, who.subscription.kind, who.subscription.target)
    code = CODES.code(one.event.alert_id, receiver)
    assert stores.passes.get(code) is None
    stores.notes.add(one)
    told(stores, who, one)
    found = stores.passes.get(code)
    assert found is not None
    assert found == Pass(one.event.alert_id, who.name, receiver.digest, RAISED + GOOD_FOR)
    assert [stores.passes.get(wrong) for wrong in (code.swapcase(), code[:-1], f"{code}#", "")] == [None] * 4


def test_a_delivery_is_written_once_and_changed_by_whoever_saw_it_last(stores: Stores, who: Subscriber) -> None:
    """Written again it stays as it stands; of two who tried it at the same moment, one is told so."""
    first = told_at(stores, who, 80)
    tried = replace(first, attempts=1, last_error="busy")
    stores.outbox.save(tried, first)
    assert stores.outbox.add(first) == tried
    with pytest.raises(Conflict):
        stores.outbox.save(replace(first, attempts=1, state="delivered"), first)
    assert stores.outbox.get(first.message_id) == tried
    new = replace(first, message_id=f"{first.message_id}.new")
    assert stores.outbox.add(new) == new == stores.outbox.get(new.message_id)


def test_deliveries_are_listed_by_state_and_day(stores: Stores, who: Subscriber) -> None:
    """Parked ones whenever they were written; a delivery is in one list at a time."""
    found = [told_at(stores, who, days) for days in (0, 40)]
    stores.outbox.save(replace(found[0], state="parked", last_error="gone"), found[0])
    stores.outbox.save(replace(found[1], state="delivered", answer="200", delivered_at=RAISED), found[1])
    mine = {one.message_id for one in found}
    parked = [one for one in stores.outbox.listed("parked", None) if one.message_id in mine]
    delivered = [one for one in stores.outbox.listed("delivered", found[1].created_at.date()) if one.message_id in mine]
    pending = [one for one in stores.outbox.listed("pending", RAISED.date()) if one.message_id in mine]
    assert [one.last_error for one in parked] == ["gone"]
    assert [(one.answer, one.delivered_at) for one in delivered] == [("200", RAISED)]
    assert pending == []


def told_at(stores: Stores, who: Subscriber, days: int) -> Delivery:
    one = waiting(who, days * 1440)
    stores.notes.add(one)
    message = Message((one,))
    written = delivery(message, who, RAISED + timedelta(days=days))
    stores.notes.tell(message, written, RAISED)
    return written


def test_a_standing_is_saved_on_what_was_read(stores: Stores, who: Subscriber) -> None:
    """Of two who acknowledge at once, one is told that the other was faster."""
    fresh = Standing(event_of(who), told=frozenset({"web/a", "web/b"}))
    saved = stores.standings.save(fresh)
    with pytest.raises(Conflict):
        stores.standings.save(fresh)
    mine = stores.standings.save(acknowledged(saved, "web/a", RAISED))
    with pytest.raises(Conflict):
        stores.standings.save(acknowledged(saved, "web/b", RAISED))
    assert stores.standings.get(fresh.event.alert_id) == mine
    assert stores.standings.get("another") is None


def test_a_mute_holds_until_it_ends_for_its_subscription_alone(stores: Stores, who: Subscriber) -> None:
    """Several at once; a later one of the same thing replaces the earlier."""
    stores.mutes.put(who.name, "checkout", RAISED + MINUTE)
    stores.mutes.put(who.name, "*", RAISED + 3 * MINUTE)
    stores.mutes.put(who.name, "checkout", RAISED + 2 * MINUTE)
    at = [stores.mutes.of(who.name, RAISED + minutes * MINUTE) for minutes in (0, 1, 2, 3)]
    assert at == [frozenset({"checkout", "*"}), frozenset({"checkout", "*"}), frozenset({"*"}), frozenset()]
    assert stores.mutes.of(f"{who.name}x", RAISED) == frozenset()


def test_a_thread_is_that_of_the_first_message(stores: Stores, who: Subscriber) -> None:
    """A second try does not begin another one."""
    alert_id = event_of(who).alert_id
    assert stores.threads.get(alert_id, who.name) is None
    stores.threads.put(alert_id, who.name, "1")
    stores.threads.put(alert_id, who.name, "2")
    assert stores.threads.get(alert_id, who.name) == "1"


@pytest.mark.parametrize(
    "turn",
    [Bundle("drop.a", 2, "raised", "web/mail", RAISED), Try("msg_1", RAISED, 3), Escalate("drop.a", 1, RAISED)],
)
def test_a_turn_comes_out_of_the_queue_as_it_went_in(turn: Turn) -> None:
    """Whichever kind it is."""
    assert turn_of(body_of(turn)) == turn


@pytest.mark.parametrize("body", ["", "[]", "{}", '["bundle"]', '["try", "m", "yesterday", 0]', '["other", 1]'])
def test_what_is_no_turn_is_refused(body: str) -> None:
    """It is retried, then set aside; the others of its batch go on."""
    with pytest.raises((ValueError, TypeError, KeyError)):
        turn_of(body)


def remedy(who: Subscriber, identifier: str, day: int, *, is_shown: bool = True) -> Remedy:
    event = event_of(who)
    on, text = date(2024, 3, day), {"fr": "Une caisse de plus", "en": "One more till"}
    return Remedy(identifier, event.alert_id, event.touchpoint, on, text, is_shown, "web/mail", RAISED)


def test_what_was_done_is_kept_in_the_order_of_its_days(stores: Stores, who: Subscriber) -> None:
    """Written again under its id it is replaced; removed it is gone, and may be removed again."""
    first, later = remedy(who, "b", 4), remedy(who, "a", 6)
    for one in (later, first, replace(later, is_shown=False)):
        stores.remedies.put(one)
    assert stores.remedies.of_alert(first.alert_id) == [first, replace(later, is_shown=False)]
    for _ in range(2):
        stores.remedies.remove(first)
    assert stores.remedies.of_alert(first.alert_id) == [replace(later, is_shown=False)]
    assert stores.remedies.of_alert("another") == []


def test_what_was_done_is_found_by_its_touchpoint_newest_first(built: Table, who: Subscriber) -> None:
    """As the collector and insights read it; no more than are asked for."""
    kept = [remedy(who, f"r{day}", day) for day in (4, 8, 6)]
    for one in kept:
        TableRemedies(built).put(one)
    reading = ReadRemedies(built)
    assert reading.of_touchpoint(who.subscription.id, 2) == [kept[1], kept[2]]
    assert reading.of_touchpoint("nowhere", 2) == []
