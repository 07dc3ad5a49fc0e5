"""What the stores of sending promise: the same tests on the fakes and on DynamoDB (moto, the true schema)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from services.invitations.adapters.invitations import TableInvitations
from services.invitations.adapters.ledgers import TableLedgers
from services.invitations.adapters.questions import TableQuestions
from services.invitations.adapters.steps import QueueSendings, TableAnswers, TableDue, TableLinks, TableSteps, turn_of
from services.invitations.adapters.suppressions import TableSuppressions
from services.invitations.adapters.versions import write_all
from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.links import Link
from services.invitations.domain.people import Identifier
from services.invitations.domain.questions import Question
from services.invitations.domain.sending import Progress
from services.invitations.usecases.ports import Invitations, Ledgers
from services.invitations.usecases.sending_ports import Due, Steps, Suppression, Suppressions, Turn
from shared.codes import keyed_hash
from shared.dynamo import Table, transact
from shared.errors import Conflict, InvalidInput
from shared.tables.contacts import DUE_SHARDS, reply_key
from tests.aws import data_stack, table
from tests.invitations import SECRET, FakeInvitations, FakeLedgers
from tests.sending import FakeDue, FakeSteps, FakeSuppressions

AT = datetime(2024, 3, 1, 10, 0, 0, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Stores:
    steps: Steps
    due: Due
    invitations: Invitations
    ledgers: Ledgers
    suppressions: Suppressions
    asked: Callable[[Question], list[str]]


@pytest.fixture(scope="module")
def contacts() -> Iterator[Table]:
    with data_stack():
        yield table("contacts")


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        invitations, ledgers = FakeInvitations(), FakeLedgers()
        steps, due, suppressions = FakeSteps(invitations, ledgers), FakeDue(invitations), FakeSuppressions()
        known = steps.asked
        return Stores(
            steps,
            due,
            invitations,
            ledgers,
            suppressions,
            lambda one: [asked.invitation_id for asked in known.get(one.phone, [])],
        )
    contacts = request.getfixturevalue("contacts")
    return Stores(
        TableSteps(contacts, TableQuestions(contacts, SECRET)),
        TableDue(contacts),
        TableInvitations(contacts),
        TableLedgers(contacts),
        TableSuppressions(contacts, SECRET),
        lambda one: asked_in(contacts, one),
    )


def invitation(name: str, **more: Any) -> Invitation:
    plain = Invitation(name, "checkout", "order-1", f"person-{name}", "email", AT, AT, 1.0, due_at=AT)
    return replace(plain, **more)


def step(name: str, **more: Any) -> Step:
    return replace(Step(name, 1, "claimed", AT), **more)


def test_a_step_its_invitation_and_the_ledger_are_written_together(stores: Stores) -> None:
    """They come back as they were, times to the microsecond."""
    planned = stores.invitations.save(invitation("together"))
    sent, ledger = step("together", state="sent", attempts=3, message_id="m-1"), Ledger("person-together")
    stores.steps.write(Progress(replace(planned, state="sent", sent_at=AT), sent, ledger))
    assert stores.steps.get("together", 1) == sent
    assert stores.steps.get("together", 2) is None
    stands = stores.invitations.get("together")
    assert stands is not None
    assert (stands.state, stands.sent_at, stands.version) == ("sent", AT, 2)
    assert stores.ledgers.get("person-together").version == 1


def test_a_claim_is_one_s_own(stores: Stores) -> None:
    """Of two who read the same invitation, the second writes nothing, not even the ledger."""
    planned = stores.invitations.save(invitation("claimed"))
    stores.steps.write(Progress(planned, step("claimed"), Ledger("person-claimed")))
    with pytest.raises(Conflict):
        stores.steps.write(Progress(planned, step("claimed", attempts=2), Ledger("person-claimed", 1)))
    assert stores.steps.get("claimed", 1) == step("claimed")
    assert stores.ledgers.get("person-claimed").version == 1


def test_a_ledger_that_has_changed_stops_the_claim(stores: Stores) -> None:
    """Somebody else took a place meanwhile: nothing is begun."""
    planned = stores.invitations.save(invitation("overtaken"))
    stores.ledgers.save(Ledger("person-overtaken"))
    with pytest.raises(Conflict):
        stores.steps.write(Progress(planned, step("overtaken"), Ledger("person-overtaken")))
    assert stores.steps.get("overtaken", 1) is None
    stands = stores.invitations.get("overtaken")
    assert stands is not None
    assert stands.version == 1


def test_what_is_due_is_found_and_the_oldest_first(stores: Stores) -> None:
    """On each side of the edge; what is due no more is not there."""
    later = {f"due-{n}": AT + timedelta(days=9, seconds=n) for n in range(3)}
    for name, at in reversed(later.items()):
        stores.invitations.save(invitation(name, due_at=at))
    done = stores.invitations.save(invitation("done", due_at=AT + timedelta(days=9)))
    stores.invitations.save(replace(done, due_at=None))
    assert names(stores, later["due-1"]) == {"due-0", "due-1"}
    assert names(stores, later["due-2"]) == set(later)


def names(stores: Stores, now: datetime) -> set[str]:
    """Those of this test that are due."""
    found = [one.invitation_id for shard in range(DUE_SHARDS) for one in stores.due.until(shard, now, 100)]
    return {name for name in found if name.startswith("due-")} | ({"done"} & set(found))


def test_a_suppression_is_found_listed_and_taken_back(stores: Stores) -> None:
    """The first reason stays, with the last time; the list goes on after a cursor, and ends."""
    those = [Suppression(Identifier("email", f"p{n}@example.com"), "import", AT) for n in range(5)]
    stores.suppressions.add(those)
    later = AT + timedelta(days=1)
    stores.suppressions.add([replace(those[0], because="stop", at=later), replace(those[1], at=AT - timedelta(days=1))])
    those[0] = replace(those[0], at=later)
    assert stores.suppressions.has(those[0].identifier)
    first, cursor = stores.suppressions.listed(None, 3)
    rest, end = stores.suppressions.listed(cursor, 3)
    assert end is None
    assert sorted((*first, *rest), key=lambda one: one.identifier) == those
    assert not stores.suppressions.remove(those[0].identifier, AT)
    assert stores.suppressions.has(those[0].identifier)
    assert [stores.suppressions.remove(those[0].identifier, later) for _ in range(2)] == [True, True]
    assert not stores.suppressions.has(those[0].identifier)


def test_a_cursor_that_is_none_of_ours_is_refused(contacts: Table) -> None:
    """It is a hash, and nothing else."""
    with pytest.raises(InvalidInput):
        TableSuppressions(contacts, SECRET).listed("nonsense", 3)


def test_no_address_stands_in_a_key(contacts: Table) -> None:
    """Keys are hashes; so is what the list is ordered by."""
    TableSuppressions(contacts, SECRET).add([Suppression(Identifier("email", "secret@example.com"), "stop", AT)])
    hashed = keyed_hash(SECRET, "identity", "email:secret@example.com")
    item = contacts.get(f"SUPPRESSION#{hashed}", "SUPPRESSION")
    assert item is not None
    assert item["month_sk"] == hashed


def test_what_a_text_message_answers_is_kept_as_the_collector_reads_it(contacts: Table) -> None:
    """Under the hash of the number, until the invitation expires; and the link in the shape of its own."""
    asked = question("+33612345678", "i-1")
    write = TableQuestions(contacts, SECRET).asked(asked)
    assert write is not None
    transact([write])
    item = contacts.get(*reply_key(keyed_hash(SECRET, "identity", asked.phone.text)))
    assert item is not None
    assert {name: item[name] for name in ("invitation_id", "touchpoint", "survey", "survey_version", "lang")} == {
        "invitation_id": "i-1",
        "touchpoint": "checkout",
        "survey": "s",
        "survey_version": 2,
        "lang": "fr",
    }
    assert item["expires_at"] == int(asked.expires_at.timestamp())
    link = Link("a" * 32, "checkout", "sms", AT, "i-1", "c0ffee", asked.expires_at)
    for _ in range(2):
        TableLinks(contacts).add(link)
    stored = contacts.get(f"LINK#{'a' * 32}", "LINK")
    assert stored is not None
    assert (stored["mode"], stored["invitation_id"]) == ("single", "i-1")


def question(number: str, invitation_id: str, at: datetime = AT) -> Question:
    phone, ends = Identifier("phone", number), at + timedelta(days=30)
    return Question(phone, invitation_id, "checkout", "s", 2, "fr", "c0ffee", at, ends)


def test_questions_stand_the_newest_first_each_once(stores: Stores) -> None:
    """In whatever order they are told, and however often; two of one instant in the order of their invitations."""
    number, planned = "+33600000001", stores.invitations.save(invitation("asks"))
    older = question(number, "i-2", AT - timedelta(seconds=1))
    for told in (question(number, "i-1"), older, question(number, "i-0"), older):
        stores.steps.write(Progress(planned, asks=told))
        planned = replace(planned, version=planned.version + 1)
    assert stores.asked(older) == ["i-1", "i-0", "i-2"]


def test_a_question_that_is_taken_back_leaves_the_others(stores: Stores) -> None:
    """One that does not stand is no harm; and one may stand again."""
    number, planned = "+33600000002", stores.invitations.save(invitation("takes-back"))
    one, older = question(number, "i-1"), question(number, "i-2", AT - timedelta(seconds=1))
    stood = []
    for how in ({"asks": one}, {"asks": older}, *[{"takes_back": one}] * 2, {"takes_back": older}, {"asks": one}):
        stores.steps.write(Progress(planned, **how))
        planned = replace(planned, version=planned.version + 1)
        stood.append(stores.asked(one))
    assert stood == [["i-1"], ["i-1", "i-2"], ["i-2"], ["i-2"], [], ["i-1"]]


def test_a_question_that_left_takes_the_place_of_the_one_that_might(stores: Stores) -> None:
    """It is the same one, whose message is known to have left."""
    number, planned = "+33600000005", stores.invitations.save(invitation("left"))
    one = question(number, "i-1")
    for told in (one, replace(one, has_left=True)):
        stores.steps.write(Progress(planned, asks=told))
        planned = replace(planned, version=planned.version + 1)
    assert stores.asked(one) == ["i-1"]
    stores.steps.write(Progress(planned, takes_back=one))
    assert stores.asked(one) == []


def test_a_claim_that_is_lost_asks_nothing(stores: Stores) -> None:
    """Of two who read the same invitation, the second's question does not stand."""
    planned = stores.invitations.save(invitation("asks-in-vain"))
    first, second = (question("+33600000003", "i-1", AT + timedelta(seconds=n)) for n in range(2))
    stores.steps.write(Progress(planned, step("asks-in-vain"), asks=first))
    with pytest.raises(Conflict):
        stores.steps.write(Progress(planned, step("asks-in-vain"), asks=second))
    assert stores.asked(first) == ["i-1"]


def test_two_questions_at_the_same_moment_both_stand(contacts: Table) -> None:
    """The slower one is told so, and tells it again."""
    kept, number = TableQuestions(contacts, SECRET), "+33600000004"
    slower, quicker = (kept.asked(question(number, name)) for name in ("i-1", "i-2"))
    assert slower is not None and quicker is not None
    write_all([quicker])
    with pytest.raises(Conflict):
        write_all([slower])
    again = kept.asked(question(number, "i-1"))
    assert again is not None
    write_all([again])
    assert asked_in(contacts, question(number, "i-1")) == ["i-2", "i-1"]


def asked_in(contacts: Table, one: Question) -> list[str]:
    """The invitations that a text from that number may answer, the newest first."""
    item = contacts.get(*reply_key(keyed_hash(SECRET, "identity", one.phone.text)))
    return [asked["invitation_id"] for asked in (item, *item["earlier"])] if item else []


def test_an_answer_is_seen_at_once(contacts: Table) -> None:
    """By the id that all links of an invitation share."""
    answers = TableAnswers(table("responses"))
    assert not answers.has("checkout", "i-9")
    answers.table.put({"pk": "RESPONSE#checkout#invitation:i-9", "sk": "RESPONSE"})
    assert answers.has("checkout", "i-9")


def test_a_turn_goes_through_the_queue(contacts: Table) -> None:
    """And what is none of ours is refused."""
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName="etincelle-test-sendings")["QueueUrl"]
    QueueSendings(client, url).put([Turn("i-1", 2)])
    [message] = client.receive_message(QueueUrl=url)["Messages"]
    assert turn_of(message["Body"]) == Turn("i-1", 2)
    with pytest.raises(ValueError, match="unpack"):
        turn_of("[1, 2, 3]")
