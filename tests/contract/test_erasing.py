"""A person's erasure through the true tables (moto, the deployed schema): all of theirs goes, all that counts stays.

The baton's way is struck after every write it makes; it comes to the same in the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.aggregator import app as aggregator
from services.alerts import app as alerts
from services.alerts.adapters.cases.answers import TableAnswers
from services.alerts.adapters.quotes import TableQuotes
from services.collector.adapters.responses import TableResponses
from services.collector.usecases.recording import hash_of
from services.invitations.adapters.kept import UNDER_NAMES, Tables, kept_of
from services.invitations.adapters.questions import TableQuestions
from services.invitations.adapters.suppressions import TableSuppressions
from services.invitations.domain.people import Identifier, Person
from services.invitations.domain.questions import Question
from services.invitations.usecases import intake
from services.invitations.usecases.erasing import named_in
from services.invitations.usecases.identity import CustomerErased, change_person, person_of
from services.invitations.usecases.incoming import parse_interaction
from services.invitations.usecases.sending_ports import Suppression
from shared import erasing
from shared.codes import keyed_hash
from shared.dynamo import Table, transact
from shared.events import AlertEvent, canonical
from shared.quotes import without
from shared.tables import contacts as keys
from shared.tables import responses as response_keys
from tests.aws import data_stack, table
from tests.erasing import (
    COMMENT,
    EMAIL,
    ID,
    MARKERS,
    PHONE,
    TABLES,
    Fault,
    World,
    empty,
    everything,
    left_of,
    response,
    settle,
)
from tests.events import case_event
from tests.invitations import NOW, SECRET

LATER = NOW + timedelta(days=10)
BY_EMAIL, BY_ID, BY_PHONE = Identifier("email", EMAIL), Identifier("id", ID), Identifier("phone", PHONE)
ERASED = {
    "contacts": {
        "customers": 2,
        "identifiers": 3,
        "interactions": 1,
        "invitations": 1,
        "ledgers": 1,
        "links": 1,
        "outcomes": 1,
        "people": 1,
        "replies": 1,
        "steps": 1,
        "wishes_kept_as_hashes": 2,
    },
    "responses": {"answers_made_anonymous": 3, "comments": 3, "conversations": 1, "links": 1, "openings": 1},
    "friction": {"quotes_in_alerts": 1, "traces": 1},
    "cases": {"cases": 1, "deeds": 1, "items_of_cases": 1, "quotes_in_messages": 3},
}

ABOUT = {
    "contacts.person": {"identifiers"},
    "contacts.ledger": {"contacts"},
    **{f"contacts.{kind}": {"touchpoint"} for kind in ("interaction", "invitation", "link")},
    "contacts.step": {"invitation_id", "number"},
    "contacts.outcome": {"outcome", "outcome_id"},
    **{f"contacts.{kind}": {"identifier"} for kind in ("identity", "customer", "reply", "suppression")},
    **{f"responses.{kind}": {"touchpoint"} for kind in ("response", "link", "opening")},
    "responses.conversation": {"invitation_id"},
    "friction.trace": {"journey", "touchpoint"},
    "cases.case": {"case_id"},
    "cases.deed": {"case_id"},
}
"""By the kinds of the export, what says of which touchpoint, name or other item each is."""


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, Table]]:
    with data_stack():
        yield {name: table(name) for name in TABLES}


@pytest.fixture
def world(tables: dict[str, Table]) -> World:
    for one in tables.values():
        empty(one)
    return World(tables)


@pytest.mark.parametrize("named", [BY_EMAIL, BY_ID, BY_PHONE])
def test_whatever_names_the_person_finds_everything_of_theirs(world: World, named: Identifier) -> None:
    """Nothing that they are named by, and no word that they wrote, is in any table; the receipt says what was."""
    settle(world)
    assert len(left_of(world.dump())) > len(MARKERS), "there was something to be found"
    receipt = world.erase(named)
    assert left_of(world.dump()) == []
    assert (receipt.state, receipt.found, receipt.by) == ("done", True, "key-1")
    assert receipt.erased == ERASED


@pytest.mark.parametrize(
    ("known", "typed", "named"),
    [
        ({"id": "Jane.Doe@Example.com"}, "jane.DOE@example.com", {"email": "JANE.doe@example.com"}),
        ({"email": "jane.doe@example.com"}, "Jane.Doe@Example.com", {"id": "Jane.Doe@Example.com"}),
        ({"id": "+33 6 12 34 56 78"}, "0033 612345678", {"phone": "+33612345678"}),
        ({"phone": "+33612345678"}, "+33.6.12.34.56.78", {"id": "+33 612 345 678"}),
        ({"id": "06 12 34 56 78"}, "06.12.34.56.78", {"phone": "0612345678"}),
    ],
)
def test_an_address_or_a_number_finds_whoever_has_it_as_an_id(
    world: World, known: dict[str, str], typed: str, named: dict[str, str]
) -> None:
    """However it is typed in an interaction, in an answer and in the wish; the export shows what is erased."""
    deps = world.deps()
    event = {"interaction_id": "order-1", "touchpoint": "checkout", "occurred_at": "2024-01-01T00:00:00Z"}
    intake.taken(parse_interaction(event | {"customer": known}, deps), deps)
    customer = hash_of(SECRET, typed)
    TableResponses(world.plain["responses"]).add([response("api-1", comment=COMMENT, customer=customer)])
    who = named_in({"customer": named, "country": "FR"}, deps)
    shown = kept_of([one.text for one in who], Tables(*(world.plain[name] for name in TABLES)), SECRET)
    assert {"contacts.person", "contacts.interaction", "responses.response"} <= set(shown)
    receipt = world.erase(*who)
    assert (receipt.erased["contacts"]["people"], receipt.erased["responses"]["answers_made_anonymous"]) == (1, 1)
    assert kept_of([one.text for one in who], Tables(*(world.plain[name] for name in TABLES)), SECRET) == {}


def test_the_answers_stay_as_nobody_s(world: World) -> None:
    """Place, time, score, channel and whether it counts: all that figures are made of."""
    settle(world)
    counted = (
        "pk",
        "month_pk",
        "month_sk",
        "score",
        "scale",
        "channel",
        "audience",
        "counted",
        "collected_at",
        "revision",
    )
    before = [{name: item[name] for name in counted} for item in answers(world)]
    world.erase(BY_ID)
    after = answers(world)
    assert [{name: item[name] for name in counted} for item in after] == before
    assert all("erased_at" in item and not {"customer", "customer_pk", "comment"} & set(item) for item in after)


def test_of_a_number_that_changed_hands_only_their_own_questions_go(world: World) -> None:
    """Whoever has it now can still write back; the receipt counts what was taken from beside it."""
    settle(world)
    handed_on(world, {"customer": "c0ffee"})
    receipt = world.erase(BY_PHONE)
    left = world.plain["contacts"].get(*keys.reply_key(keyed_hash(SECRET, "identity", BY_PHONE.text)))
    assert left is not None and left["invitation_id"] == "i-next"
    assert [one["customer"] for one in left["earlier"]] == ["c0ffee"]
    assert receipt.erased["contacts"]["replies"] == 1


def handed_on(world: World, *more: dict[str, Any]) -> dict[str, Any]:
    """Somebody else has the number now, and was asked; gives the person's own question, which stands as an earlier one.

    more: further earlier ones, each by what is other in it.
    """
    contacts = world.plain["contacts"]
    theirs = contacts.get(*keys.reply_key(keyed_hash(SECRET, "identity", BY_PHONE.text)))
    assert theirs is not None
    earlier = {name: theirs[name] for name in ("invitation_id", "touchpoint", "customer", "sent_at")}
    others = {"customer": "c0ffee", "invitation_id": "i-next"}
    contacts.put(theirs | others | {"earlier": [earlier, *(earlier | one for one in more)]})
    return earlier


def test_a_question_sent_while_they_are_erased_is_neither_lost_nor_brings_them_back(world: World) -> None:
    """Whoever has the number now is asked between the reading of what was asked before and its erasure."""
    settle(world)
    theirs = asked_of(world)[0]
    next_one = Question(BY_PHONE, "i-next", "checkout", "checkout", 1, "fr", "c0ffee", NOW + timedelta(days=1), LATER)
    newest = replace(next_one, invitation_id="i-newest", sent_at=NOW + timedelta(days=2))
    asked(next_one, world)
    asked_meanwhile = iter([newest])

    class Meanwhile(Fault):
        def made(self, name: str, call: Callable[[], Any]) -> Any:
            if name == "transact_write_items":
                for question in asked_meanwhile:
                    asked(question, world)
            return super().made(name, call)

    receipt = World(world.plain, Meanwhile()).erase(BY_PHONE)
    assert theirs["invitation_id"] not in {"i-next", "i-newest"}
    assert [one["invitation_id"] for one in asked_of(world)] == ["i-newest", "i-next"]
    assert receipt.erased["contacts"]["replies"] == 1


def asked(question: Question, world: World) -> None:
    """A text leaves."""
    write = TableQuestions(world.plain["contacts"], SECRET).asked(question)
    assert write is not None
    transact([write])


def asked_of(world: World) -> list[dict[str, Any]]:
    """What a text from the number may answer, the newest question first."""
    item = world.plain["contacts"].get(*keys.reply_key(keyed_hash(SECRET, "identity", BY_PHONE.text)))
    assert item is not None
    return [item, *item["earlier"]]


def answers(world: World) -> list[dict[str, Any]]:
    found = [item for item in world.dump()["responses"] if item.get("kind") == "response"]
    return sorted(found, key=lambda item: str(item["pk"]))


def test_an_answer_sent_again_stays_erased(world: World) -> None:
    """Its id is still known, so that nothing of it comes back, and no change of it does either."""
    from services.collector.adapters.responses import TableResponses

    settle(world)
    world.erase(BY_ID)
    store = TableResponses(world.plain["responses"])
    again = response("api-1", comment=COMMENT)
    assert store.add([again]) == [False]
    assert not store.change(again, NOW)
    assert left_of(world.dump()) == []


def test_somebody_else_s_things_are_left_alone(world: World) -> None:
    """The quote of another person in the same alert, and another person's every item."""
    others = (
        Identifier("id", "client-7"),
        Identifier("email", "paul@example.com"),
        Identifier("phone", "+33698765432"),
    )
    settle(world, others, number=2)
    before = world.dump()["contacts"]
    settle(world)
    world.erase(BY_ID)
    after = world.dump()
    assert [item for item in before if item not in after["contacts"]] == []
    [alert, _] = sorted(str(item["event"]) for item in after["friction"] if "event" in item)
    assert "Trop cher" in alert


def test_a_digest_that_tells_of_more_than_alerts_is_rewritten_too(world: World) -> None:
    """A case stands in the same message: what is no alert stays as it is."""
    settle(world)
    cases = world.plain["cases"]
    [delivery] = [item for item in everything(cases) if item.get("kind") == "delivery"]
    case = canonical(case_event())
    cases.put(delivery | {"news": [case, *delivery["news"]]})
    assert world.erase(BY_ID).erased == ERASED
    assert left_of(world.dump()) == []
    after = cases.get(delivery["pk"], delivery["sk"])
    assert after is not None and after["news"][0] == case


def test_copies_of_an_alert_that_quotes_others_by_now_are_rewritten(world: World) -> None:
    """It was told anew after what had come meanwhile; messages of it say what it said before."""
    settle(world)
    friction = world.plain["friction"]
    [alert] = [item for item in everything(friction) if item.get("kind") == "alert"]
    others = without(alert_event_in(alert), lambda _: True)
    friction.put(alert | {"event": canonical(others)})
    receipt = world.erase(BY_ID)
    assert left_of(world.dump()) == []
    assert receipt.erased["cases"] == ERASED["cases"]


def test_an_alert_that_waited_while_its_quotes_were_cut_out_comes_without_them(world: World) -> None:
    """Among dead letters, say; with what it still quotes, and with nothing where it is no more."""
    settle(world)
    friction = world.plain["friction"]
    [alert] = [item for item in everything(friction) if item.get("kind") == "alert"]
    waited, quotes = alert_event_in(alert), TableQuotes(friction)
    assert quotes.still_in(waited) == waited
    world.erase(BY_ID)
    [left] = [item for item in everything(friction) if item.get("kind") == "alert"]
    assert quotes.still_in(waited) == alert_event_in(left) != waited
    friction.delete(left["pk"], left["sk"])
    assert quotes.still_in(waited).sample_comments == []


def test_an_answer_made_anonymous_opens_no_case(world: World) -> None:
    """Its stream tells of the change; it is not there for who asks for it, either."""
    settle(world)
    before = {item["response_id"] for item in answers(world)}
    found = TableAnswers(world.plain["responses"])
    assert all(found.get("checkout", one) for one in before)
    world.erase(BY_ID)
    assert not any(found.get("checkout", one) for one in before)
    opened: list[Any] = []
    image = raw(world, before.pop())
    deps, consider = alerts.app._deps, alerts.opening.consider
    try:
        alerts.app._deps = lambda: None
        alerts.opening.consider = lambda answer, _: opened.append(answer)  # type: ignore[assignment]
        record = {"dynamodb": {"SequenceNumber": "1", "OldImage": {"kind": {"S": "response"}}, "NewImage": image}}
        assert alerts.open_cases({"Records": [record]}, None) == {"batchItemFailures": []}
    finally:
        alerts.app._deps, alerts.opening.consider = deps, consider
    assert opened == []


def alert_event_in(item: dict[str, Any]) -> AlertEvent:
    return AlertEvent.model_validate_json(item["event"])


def raw(world: World, response_id: str) -> dict[str, Any]:
    """The answer's item as streams have it."""
    table = world.plain["responses"]
    pk, sk = response_keys.response_key("checkout", response_id)
    return dict(table.client.get_item(TableName=table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"])


def test_the_figures_are_not_touched(world: World) -> None:
    """An answer made anonymous is no news to those who count."""
    deps = aggregator.app._deps
    folded: list[Any] = []
    try:
        aggregator.app._deps = lambda: None
        fold = aggregator.usecases.fold
        aggregator.usecases.fold = lambda answers, _: folded.extend(answers)  # type: ignore[assignment]
        image = {"kind": {"S": "response"}, "erased_at": {"S": "2024-03-01T10:00:00.000000Z"}}
        change = {"SequenceNumber": "1", "OldImage": {"kind": {"S": "response"}}, "NewImage": image}
        assert aggregator.fold({"Records": [{"dynamodb": change}]}, None) == {"batchItemFailures": []}
    finally:
        aggregator.app._deps, aggregator.usecases.fold = deps, fold
    assert folded == []


@pytest.mark.parametrize("named", [BY_EMAIL, BY_ID, BY_PHONE])
def test_what_is_kept_of_a_person_can_be_seen_whole(world: World, named: Identifier) -> None:
    """Every kind of item that an erasure would erase, with every word; and nothing once they are erased."""
    settle(world)
    tables = Tables(*(world.plain[name] for name in TABLES))
    kept = kept_of([named.text], tables, SECRET)
    assert set(kept) >= {
        *("contacts.person", "contacts.ledger", "contacts.interaction", "contacts.invitation", "contacts.step"),
        *("contacts.identity", "contacts.customer", "contacts.link", "contacts.reply"),
        *("contacts.outcome", "contacts.suppression", "responses.response", "responses.link", "responses.opening"),
        *("responses.conversation", "friction.trace", "cases.case", "cases.deed"),
    }
    found = json.dumps(kept, default=repr, ensure_ascii=False).lower()
    assert [marker for marker in MARKERS if marker.lower() not in found] == []
    world.erase(BY_ID)
    assert set(kept_of([named.text], tables, SECRET)) <= {"contacts.suppression"}


def test_everything_that_is_shown_says_what_it_is_about(world: World) -> None:
    """Also what stands only in its key: where a trace was left, and whose name it is that is kept as a hash."""
    settle(world)
    tables = Tables(*(world.plain[name] for name in TABLES))
    kept = kept_of([BY_ID.text], tables, SECRET)
    assert set(kept) == set(ABOUT)
    assert [(kind, one) for kind, items in kept.items() for one in items if not ABOUT[kind] <= set(one)] == []
    [trace] = kept["friction.trace"]
    assert (trace["journey"], trace["touchpoint"]) == ("shop", "checkout")
    names = {kind: sorted(one["identifier"] for one in kept[f"contacts.{kind}"]) for kind in UNDER_NAMES}
    assert names == {
        "identity": sorted(one.text for one in (BY_EMAIL, BY_ID, BY_PHONE)),
        "customer": sorted((ID, BY_PHONE.text)),
        "reply": [BY_PHONE.text],
        "suppression": [BY_PHONE.text],
    }
    world.erase(BY_ID)
    [left] = kept_of([BY_EMAIL.text], tables, SECRET)["contacts.suppression"]
    assert left["identifier"] == BY_EMAIL.text


def test_an_invitation_is_shown_though_its_interaction_is_gone(world: World) -> None:
    """The ledger has it: interactions end before what was asked because of them."""
    invitation_id = settle(world)
    contacts = world.plain["contacts"]
    for item in everything(contacts):
        if item["kind"] == "interaction":
            contacts.delete(item["pk"], item["sk"])
    kept = kept_of([BY_ID.text], Tables(*(world.plain[name] for name in TABLES)), SECRET)
    assert [one["invitation_id"] for one in kept["contacts.invitation"]] == [invitation_id]
    assert {"contacts.step", "contacts.link"} <= set(kept)


def test_of_a_number_that_changed_hands_only_their_own_questions_are_shown(world: World) -> None:
    """Whoever has it now is somebody else, and what they were asked is theirs."""
    settle(world)
    earlier = handed_on(world)
    kept = kept_of([BY_ID.text], Tables(*(world.plain[name] for name in TABLES)), SECRET)
    [reply] = kept["contacts.reply"]
    assert [one["invitation_id"] for one in reply["questions"]] == [earlier["invitation_id"]]
    assert "c0ffee" not in str(kept)


def test_nobody_known_has_a_receipt_that_says_so(world: World) -> None:
    """Done, and nothing was found."""
    receipt = world.erase(Identifier("email", "nobody@example.com"))
    assert (receipt.state, receipt.found) == ("done", False)
    assert not receipt.people | receipt.identities | receipt.customers


def test_the_receipt_leads_to_nobody(world: World) -> None:
    """Neither ids nor hashes of whoever was erased stand in it."""
    settle(world)
    receipt = world.erase(BY_EMAIL)
    item = world.plain["contacts"].get(*keys.erasure_key(receipt.erasure_id))
    assert item is not None
    assert not {"people", "identities", "customers"} & set(item)


def test_people_who_were_one_are_erased_together(world: World) -> None:
    """What was stored under the id of a person who was merged goes, too, and so does that they were."""
    first, second = Identifier("email", "doe.jane@example.com"), Identifier("id", "jane-2")
    deps = world.deps()
    intake.taken(happened("order-7", first), deps)
    intake.taken(happened("order-8", second), deps)
    intake.taken(happened("order-9", first, second), deps)
    receipt = world.erase(second)
    assert left_of(world.dump()) == []
    assert receipt.erased["contacts"]["people"] == 2
    assert receipt.erased["contacts"]["interactions"] == 3


def happened(interaction_id: str, *who: Identifier, at: Any = NOW) -> Any:
    from services.invitations.domain.interactions import Interaction

    return Interaction(interaction_id, "checkout", at, NOW, who, attributes={"name": "Jane Doe"})


def test_a_refused_consent_outlives_the_person(world: World) -> None:
    """Whoever imports the address again would ask somebody who said no."""
    settle(world)
    person = world.deps().people.find([BY_ID])[0]
    refused = lambda one: replace(one, consent=frozenset(), opted_out=frozenset())  # noqa: E731
    change_person(person.person_id, refused, world.deps())
    world.erase(BY_ID)
    suppressions = TableSuppressions(world.plain["contacts"], SECRET)
    assert suppressions.has(BY_EMAIL) and suppressions.has(BY_PHONE)
    assert left_of(world.dump()) == []


def test_what_was_on_its_way_is_dropped_when_it_arrives(world: World) -> None:
    """An interaction of before, read from a queue after, is not kept; one of after begins anew."""
    from datetime import timedelta

    settle(world)
    world.erase(BY_EMAIL)
    deps = world.deps()
    assert intake.taken(happened("late", BY_EMAIL), deps).status == "erased"
    assert left_of(world.dump()) == []
    with pytest.raises(CustomerErased):
        person_of(happened("late", BY_PHONE, Identifier("id", "new")), deps)
    world.now += timedelta(hours=1)
    assert intake.taken(happened("new", BY_EMAIL, at=world.now), world.deps()).status == "accepted"


@pytest.mark.parametrize("who", [(BY_EMAIL,), (BY_PHONE,), (BY_PHONE, BY_EMAIL, BY_ID)])
def test_what_was_before_stays_erased_though_the_person_is_back(world: World, who: tuple[Identifier, ...]) -> None:
    """A dead letter redriven days later names somebody who is known again; the next erasure has its own time."""
    settle(world)
    world.erase(BY_EMAIL)
    world.now += timedelta(days=1)
    back = happened("back", BY_EMAIL, BY_PHONE, at=world.now)
    assert intake.taken(back, world.deps()).status == "accepted"
    assert intake.taken(happened("late", *who), world.deps()).status == "erased"
    world.now += timedelta(days=1)
    empty_erasures(world)
    world.erase(BY_EMAIL)
    assert intake.taken(replace(back, interaction_id="later"), world.deps()).status == "erased"
    assert left_of(world.dump()) == []


def empty_erasures(world: World) -> None:
    """So that the next erasure may have the same id."""
    for item in list(world.plain["contacts"].query_all(keys.erasure_key("erasure-1")[0])):
        world.plain["contacts"].delete(item["pk"], item["sk"])


def test_that_somebody_was_erased_ends_whoever_has_the_name_since(world: World) -> None:
    """After a month; whose the name is now does not end with it."""
    settle(world)
    world.erase(BY_EMAIL)
    world.now += timedelta(days=1)
    intake.taken(happened("back", BY_EMAIL, at=world.now), world.deps())
    place = keys.identity_key(keyed_hash(SECRET, "identity", BY_EMAIL.text))[0]
    ends = {"expires_at" in item: "erased_at" in item for item in world.plain["contacts"].query_all(place)}
    assert ends == {True: True, False: False}


def test_what_was_written_meanwhile_goes_at_the_second_turn(world: World) -> None:
    """An answer and an interaction of somebody who was at work when the baton first came by."""
    from services.collector.adapters.responses import TableResponses
    from services.invitations.adapters.interactions import TableInteractions, item_of_decided
    from shared.codes import keyed_hash

    settle(world)
    decided = TableInteractions(world.plain["contacts"]).get("checkout", "order-1")
    assert decided is not None
    taken = world.takers["cases"]

    def taken_late(baton: erasing.Baton) -> None:
        if baton.turn == 1:
            late = response("late", comment=COMMENT, customer=keyed_hash(SECRET, "customer", ID))
            TableResponses(world.plain["responses"]).add([late])
            world.plain["contacts"].put(item_of_decided(decided))
        taken(baton)

    world.takers["cases"] = taken_late
    receipt = world.erase(BY_ID)
    assert left_of(world.dump()) == []
    assert receipt.erased["responses"]["answers_made_anonymous"] == 4
    assert world.messages.delays.count(900) == 1


def test_who_did_not_want_to_be_asked_is_not_asked_after_the_erasure(world: World) -> None:
    """The wish stays as a keyed hash: of the e-mail address they opted out by, and of the number that said STOP."""
    settle(world)
    world.erase(BY_ID)
    suppressions = TableSuppressions(world.plain["contacts"], SECRET)
    assert suppressions.has(BY_EMAIL) and suppressions.has(BY_PHONE)
    listed, _ = suppressions.listed(None, 10)
    assert {one.identifier for one in listed} == {None}


def test_a_complaint_that_arrives_after_the_erasure_names_nobody(world: World) -> None:
    """Nothing is sent there, and nobody can read where."""
    world.erase(BY_EMAIL)
    suppressions = TableSuppressions(world.plain["contacts"], SECRET)
    suppressions.add([Suppression(BY_EMAIL, "complaint", NOW, is_named=False)])
    assert suppressions.has(BY_EMAIL)
    assert left_of(world.dump()) == []


def test_a_person_who_is_being_changed_is_erased_as_they_are(world: World) -> None:
    """What was added between the wish and its turn goes, too."""
    settle(world)
    erasure = world.ask_to_erase(BY_ID)
    deps = world.deps()
    [person] = deps.people.find([BY_ID])

    def moved(one: Person) -> Person:
        return replace(one, locale="fr-jane")

    change_person(person.person_id, moved, deps)
    person_of(happened("order-2", BY_ID, Identifier("email", "jane@work.example.com")), deps)
    world.begin(erasure)
    world.run()
    assert left_of(world.dump()) == []


def test_a_crash_after_any_write_changes_nothing_in_the_end(tables: dict[str, Table]) -> None:
    """Each write of the whole way is struck in turn, its reply lost: the counts are exact all the same."""
    calls = whole_way(tables, Fault())
    assert {"transact_write_items", "put_item", "send_message"} == set(calls)
    for place in range(len(calls)):
        whole_way(tables, Fault(place))


def whole_way(tables: dict[str, Table], fault: Fault) -> list[str]:
    for one in tables.values():
        empty(one)
    world = World(tables, fault)
    settle(world)
    receipt = world.erase(BY_EMAIL)
    assert left_of(world.dump()) == [], fault
    assert receipt.erased == ERASED, (fault.at, fault.calls[fault.at or 0])
    return fault.calls


def test_more_than_one_message_can_do_is_done_by_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few items a message and few a transaction: the counts are the same."""
    monkeypatch.setattr(erasing, "MOST_IN_A_TURN", 2)
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    settle(world)
    assert world.erase(BY_EMAIL).erased == ERASED


def test_the_baton_is_the_same_after_its_way_through_a_queue() -> None:
    """Everything that it says is in its text."""
    baton = erasing.Baton("e", 2, ("p",), ("c",), ("t",), ("d",), ("a",), {"contacts": {"people": 1}}, is_back=True)
    assert erasing.baton_of(erasing.text_of(baton)) == baton
