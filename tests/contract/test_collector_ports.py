"""What the collector's stores promise: the same tests on the fakes and on DynamoDB (moto, the true schema)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.collector.adapters.links import TableLinks
from services.collector.adapters.openings import TableOpenings
from services.collector.adapters.responses import TableResponses, item_of, response_of
from services.collector.domain.links import Link
from services.collector.domain.responses import BY_INPUT, MAY_CHANGE_FOR, MOST_REVISIONS, Response
from services.collector.usecases.ports import Links, Openings, Responses
from shared.dynamo import Table
from tests.aws import data_stack, table
from tests.collector import FakeLinks, FakeOpenings, FakeResponses

AT = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def tables() -> Iterator[Table]:
    with data_stack():
        yield table("responses")


@pytest.fixture(params=["fake", "dynamodb"])
def responses(request: pytest.FixtureRequest) -> Responses:
    return FakeResponses() if request.param == "fake" else TableResponses(request.getfixturevalue("tables"))


@pytest.fixture(params=["fake", "dynamodb"])
def links(request: pytest.FixtureRequest) -> Links:
    return FakeLinks() if request.param == "fake" else TableLinks(request.getfixturevalue("tables"))


@pytest.fixture(params=["fake", "dynamodb"])
def openings(request: pytest.FixtureRequest) -> Openings:
    return FakeOpenings() if request.param == "fake" else TableOpenings(request.getfixturevalue("tables"))


def response(identifier: str, touchpoint: str, **more: Any) -> Response:
    plain = Response(
        response_id=identifier,
        touchpoint=touchpoint,
        owner="shop",
        survey="visit",
        survey_version=2,
        scale="nps",
        score=9,
        audience="customer",
        channel="web",
        collected_at=AT,
        stored_at=AT,
    )
    return replace(plain, **more)


def link(identifier: str, touchpoint: str, minute: int = 0, **more: Any) -> Link:
    made = AT + timedelta(minutes=minute)
    return replace(Link(identifier, touchpoint, "open", "web", "customer", made), **more)


def test_an_answer_is_new_once(responses: Responses) -> None:
    """The second time the same id comes it is not new, alone or in a list."""
    one = response("a", "once")
    assert responses.add([one]) == [True]
    assert responses.add([one]) == [False]
    assert responses.add([one, response("b", "once")]) == [False, True]


def test_the_first_answer_of_an_id_stays(responses: Responses) -> None:
    """A later answer with the same id does not replace it, and holds() knows it."""
    responses.add([response("a", "stays", score=9)])
    responses.add([response("a", "stays", score=0), response("b", "stays")])
    assert responses.holds("stays", "a")
    assert not responses.holds("stays", "c")
    if isinstance(responses, TableResponses):
        assert responses.table.get("RESPONSE#stays#a", "RESPONSE")["score"] == 9  # type: ignore[index]


def test_an_id_belongs_to_its_touchpoint(responses: Responses) -> None:
    """Two systems that both count from 1 do not meet."""
    assert responses.add([response("1", "here"), response("1", "there")]) == [True, True]


@pytest.mark.parametrize("size", [100, 101])
def test_a_list_of_any_size_is_stored_whole(responses: Responses, size: int) -> None:
    """On both sides of a transaction's limit every answer is told apart; sending again adds none."""
    answers = [response(str(number), f"size-{size}") for number in range(size)]
    responses.add([answers[size // 2]])
    expected = [place != size // 2 for place in range(size)]
    assert responses.add(answers) == expected
    assert responses.add(answers) == [False] * size


def test_an_answer_is_kept_as_the_contract_says(tables: Table) -> None:
    """Every field of the stored item, as the aggregator reads it from the stream."""
    full = response(
        "r:1",
        "kept",
        lang="fr",
        comment="Très bien",
        customer="c0ffee",
        invited_at=AT - timedelta(days=1),
        attributes={"shop": "Lyon", "basket": 12.5, "visits": 3, "member": True},
        not_counted_because="honeypot",
        evidence={"form": "page"},
    )
    TableResponses(tables).add([full])
    assert tables.get("RESPONSE#kept#r:1", "RESPONSE") == {
        "pk": "RESPONSE#kept#r:1",
        "sk": "RESPONSE",
        "month_pk": "kept#2024-03",
        "month_sk": "2024-03-01T10:00:00.000000Z#r:1",
        "customer_pk": "CUSTOMER#c0ffee",
        "customer_sk": "RESPONSE#kept#r:1#RESPONSE",
        "kind": "response",
        "v": 1,
        "revision": 1,
        "response_id": "r:1",
        "touchpoint": "kept",
        "owner": "shop",
        "survey": "visit",
        "survey_version": 2,
        "scale": "nps",
        "score": 9,
        "audience": "customer",
        "channel": "web",
        "lang": "fr",
        "comment": "Très bien",
        "customer": "c0ffee",
        "collected_at": "2024-03-01T10:00:00.000000Z",
        "stored_at": "2024-03-01T10:00:00.000000Z",
        "invited_at": "2024-02-29T10:00:00.000000Z",
        "attributes": {"shop": "Lyon", "basket": 12.5, "visits": 3, "member": True},
        "counted": False,
        "not_counted_because": "honeypot",
        "evidence": {"form": "page"},
    }


def test_what_is_absent_has_no_attribute() -> None:
    """An answer without a comment has no empty one, and one that counts gives no reason."""
    item = item_of(response("r", "t"))
    assert item["counted"] is True
    assert not {"comment", "lang", "customer", "attributes", "evidence", "not_counted_because"} & set(item)


FULL = {
    "lang": "fr",
    "comment": "Très bien",
    "customer": "c0ffee",
    "invited_at": AT - timedelta(days=1),
    "attributes": {"shop": "Lyon", "basket": 12.5},
    "not_counted_because": "honeypot",
    "evidence": {"form": "page"},
    "follow_up": "late",
    "follow_up_text": "Hm",
    "revision": 3,
}


def test_an_answer_comes_back_as_it_was_given(responses: Responses) -> None:
    """With everything, and with nothing but what it needs; None where there is none."""
    for one in (response("full", "back", **FULL), response("bare", "back")):
        responses.add([one])
        assert responses.get("back", one.response_id) == one
        assert response_of(item_of(one)) == one
    assert responses.get("back", "other") is None


def test_a_change_replaces_what_a_person_may_change(responses: Responses) -> None:
    """Everything said now, nothing said before; time, channel and survey stay; each change is a revision."""
    responses.add([response("a", "changed", **FULL | {"revision": 1})])
    later = AT + timedelta(minutes=10)
    new = response("a", "changed", score=2, collected_at=later, stored_at=later, channel="email", survey_version=9)
    assert responses.change(new, later)
    expected = response("a", "changed", **FULL | {"revision": 2, "score": 2, "stored_at": later})
    absent = dict.fromkeys(("lang", "comment", "follow_up", "follow_up_text", "not_counted_because"))
    assert responses.get("changed", "a") == replace(expected, **absent, evidence={})  # type: ignore[arg-type]
    assert responses.change(replace(new, comment="Mais"), later)
    changed = responses.get("changed", "a")
    assert changed is not None
    assert (changed.comment, changed.revision) == ("Mais", 3)


def test_an_answer_is_changed_within_the_hour(responses: Responses) -> None:
    """A microsecond before it is over, and not when it is; nor where there is none, or on another scale."""
    one = response("a", "hour")
    responses.add([one])
    assert not responses.change(replace(one, score=1), AT + MAY_CHANGE_FOR)
    assert not responses.change(replace(one, scale="csat", score=1), AT)
    assert not responses.change(response("b", "hour", score=1), AT)
    assert responses.get("hour", "b") is None
    assert responses.get("hour", "a") == one
    assert responses.change(replace(one, score=1), AT + MAY_CHANGE_FOR - timedelta(microseconds=1))


def test_an_answer_changed_often_enough_stays(responses: Responses) -> None:
    """At the last revision nothing more is taken."""
    responses.add([response("a", "often", revision=MOST_REVISIONS - 1)])
    assert [responses.change(response("a", "often", score=1), AT) for _ in range(2)] == [True, False]


def test_what_a_movement_confirmed_is_voided_and_changed_only_as_such(responses: Responses) -> None:
    """Not what the form was sent for, not twice, and not after Send."""
    confirmed, sent = {"confirmed_by": BY_INPUT}, {"form": "page"}
    responses.add([response("moved", "void", evidence=confirmed), response("sent", "void", evidence=sent)])
    for key in ("moved", "sent", "nobody"):
        changed = responses.change(response(key, "void", score=4, evidence=confirmed), AT, only_confirmed=True)
        assert changed is (key == "moved")
    assert [responses.void("void", key, "sweep") for key in ("sent", "nobody", "moved", "moved")] == [
        *(False, False),
        *(True, False),
    ]
    voided = responses.get("void", "moved")
    assert voided == response("moved", "void", score=4, evidence=confirmed, not_counted_because="sweep", revision=3)
    assert not responses.change(response("moved", "void", evidence=confirmed), AT, only_confirmed=True)
    assert responses.change(response("moved", "void", evidence=sent), AT)
    assert responses.void("void", "moved", "trap") is False


def test_an_opening_keeps_the_first_time_and_the_last_of_each_score(openings: Openings) -> None:
    """However often; a suspicion, once noted, stays the first one; the invitation is named."""
    one = link("d" * 32, "opened", mode="single", invitation_id="i-1")
    assert openings.get(one.link_id) is None
    assert openings.note(one, AT, score=9).opened == {9: AT}
    openings.note(one, AT + timedelta(minutes=1), score=9)
    later = openings.note(one, AT + timedelta(minutes=2), score=0)
    assert later.opened == {9: AT + timedelta(minutes=1), 0: AT + timedelta(minutes=2)}
    assert (later.first_opened_at, later.invitation_id, later.touchpoint, later.marked) == (AT, "i-1", "opened", None)
    openings.note(one, AT + timedelta(minutes=3), marked="trap")
    marked = openings.note(one, AT + timedelta(minutes=4), marked="sweep")
    assert marked == replace(later, marked="trap") == openings.get(one.link_id)


def test_an_opening_is_an_item_that_the_stream_tells(tables: Table) -> None:
    """What other services read: whose, when first; no attribute where there is no invitation."""
    TableOpenings(tables).note(link("e" * 32, "told", mode="single", invitation_id="i-2"), AT, score=9)
    assert tables.get("LINK#" + "e" * 32, "OPENED") == {
        "pk": "LINK#" + "e" * 32,
        "sk": "OPENED",
        "kind": "opening",
        "v": 1,
        "link_id": "e" * 32,
        "touchpoint": "told",
        "invitation_id": "i-2",
        "first_opened_at": "2024-03-01T10:00:00.000000Z",
        "at_9": "2024-03-01T10:00:00.000000Z",
    }


class Client:
    """A DynamoDB client that does everything as the true one, but what a test makes different."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class Piecemeal(Client):
    """Names only the first of the writes that a transaction failed for, as if the others came to be later."""

    def transact_write_items(self, **arguments: Any) -> Any:
        try:
            return self.client.transact_write_items(**arguments)
        except ClientError as error:
            failed = [place for place, one in enumerate(error.response["CancellationReasons"]) if one["Code"] != "None"]
            for place in failed[1:]:
                error.response["CancellationReasons"][place]["Code"] = "None"
            raise


def test_a_list_is_told_right_when_answers_come_in_between(tables: Table) -> None:
    """Another sender stores some of them between two attempts: each is told as it is."""
    TableResponses(tables).add([response(key, "between") for key in "bd"])
    store = TableResponses(Table(Piecemeal(tables.client), tables.name))
    assert store.add([response(key, "between") for key in "abcde"]) == [True, False, True, False, True]
    assert store.add([response(key, "between") for key in "abcdef"]) == [False] * 5 + [True]


class Conflicting(Client):
    """Every transaction meets another one."""

    def transact_write_items(self, **arguments: Any) -> None:
        reasons = [{"Code": "TransactionConflict"}] + [{"Code": "None"}] * (len(arguments["TransactItems"]) - 1)
        reply = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise ClientError(reply, "TransactWriteItems")  # type: ignore[arg-type]


def test_a_list_that_meets_another_one_is_stored_all_the_same(tables: Table) -> None:
    """Two senders of the same list at once: each answer is new to one of them."""
    store = TableResponses(Table(Conflicting(tables.client), tables.name))
    assert store.add([response(str(n), "conflict") for n in range(3)]) == [True] * 3
    assert store.add([response(str(n), "conflict") for n in range(4)]) == [False, False, False, True]


def test_a_link_comes_back_as_it_was_made(links: Links) -> None:
    """Every field, and times to the microsecond."""
    plain = link("0" * 32, "back")
    full = link(
        "1" * 32,
        "back",
        mode="single",
        invitation_id="inv-1",
        customer="c0ffee",
        expires_at=AT + timedelta(days=1, microseconds=7),
        must_send=True,
    )
    for one in (plain, full):
        links.add(one)
        assert links.get(one.link_id) == one
    assert links.get("2" * 32) is None


def test_links_are_listed_as_they_were_made_and_go_on_after_one(links: Links) -> None:
    """By time and then by id; only the touchpoint's own; at most as many as asked for."""
    made = [link(f"{n:031}f", "listed", minute=n // 2) for n in range(5)]
    for one in [*reversed(made), link("9" * 32, "another")]:
        links.add(one)
    assert links.of("listed", None, 10) == made
    assert links.of("listed", None, 2) == made[:2]
    assert links.of("listed", made[1], 2) == made[2:4]
    assert links.of("listed", made[4], 2) == []


def test_a_link_is_revoked_once_and_stays_so(links: Links) -> None:
    """The time of the first revocation stays; a link that is not there cannot be revoked, nor made by it."""
    links.add(link("a" * 32, "revoked"))
    assert links.revoke("a" * 32, AT) == links.get("a" * 32) == link("a" * 32, "revoked", revoked_at=AT)
    again = links.revoke("a" * 32, AT + timedelta(hours=1))
    assert again is not None
    assert again.revoked_at == AT
    assert links.revoke("b" * 32, AT) is None
    assert links.get("b" * 32) is None
