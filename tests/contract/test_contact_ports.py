"""What the stores of people, ledgers, interactions and reservations promise: on the fakes and on DynamoDB (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.invitations.adapters.interactions import TableInteractions, item_of_decided
from services.invitations.adapters.invitations import TableInvitations, item_of_invitation
from services.invitations.adapters.ledgers import TableLedgers
from services.invitations.adapters.people import TablePeople
from services.invitations.adapters.reservations import TableReservations
from services.invitations.domain.interactions import Decided, Decision, Interaction, Planned, Suppressed
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.ledger import Contact, Ledger, added_up
from services.invitations.domain.links import Link
from services.invitations.domain.people import Identifier, Person, merged
from services.invitations.usecases.ports import (
    Displaced,
    Interactions,
    Invitations,
    Ledgers,
    Merge,
    People,
    Reservation,
    Reservations,
)
from shared.dynamo import Table
from shared.errors import Conflict
from tests.aws import data_stack, table
from tests.invitations import SECRET, FakeInteractions, FakeInvitations, FakeLedgers, FakePeople, FakeReservations

AT = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Stores:
    people: People
    ledgers: Ledgers
    interactions: Interactions
    invitations: Invitations
    reservations: Reservations


@pytest.fixture(scope="module")
def contacts() -> Iterator[Table]:
    with data_stack():
        yield table("contacts")


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "fake":
        ledgers, interactions, invitations = FakeLedgers(), FakeInteractions(), FakeInvitations()
        reservations = FakeReservations(ledgers, interactions, invitations)
        return Stores(FakePeople(ledgers), ledgers, interactions, invitations, reservations)
    return stores_in(request.getfixturevalue("contacts"))


def stores_in(table: Table) -> Stores:
    return Stores(
        TablePeople(table, SECRET),
        TableLedgers(table),
        TableInteractions(table),
        TableInvitations(table),
        TableReservations(table),
    )


def named(name: str) -> tuple[Identifier, Identifier]:
    return Identifier("id", name), Identifier("email", f"{name}@example.com")


def person(name: str, **more: Any) -> Person:
    return replace(Person(f"person-{name}", 0, named(name)), **more)


def contact(invitation_id: str, **more: Any) -> Contact:
    return replace(Contact(invitation_id, 1, "checkout", "email", AT, AT), **more)


def decided(name: str, decision: Decision, **more: Any) -> Decided:
    interaction = replace(Interaction(name, "checkout", AT, AT + timedelta(seconds=3)), **more)
    return Decided(interaction, f"person-{name}", f"invitation-{name}", decision)


def invitation(name: str, **more: Any) -> Invitation:
    plain = Invitation(f"invitation-{name}", "checkout", name, f"person-{name}", "email", AT, AT, 0.25, due_at=AT)
    return replace(plain, **more)


def reservation(name: str, **more: Any) -> Reservation:
    ledger = Ledger(f"person-{name}", 0, (contact(f"invitation-{name}"),))
    return replace(Reservation(decided(name, Planned("email", AT, 0.25)), ledger, invitation(name)), **more)


PLANNED, REFUSED = Planned("email", AT, 0.25), Suppressed("not_sampled", 0.25)


# -- people ------------------------------------------------------------------------------------------------------


def test_a_person_comes_back_as_they_were_stored(stores: Stores) -> None:
    """Every field, under every identifier and under the id; with the next version."""
    phone = Identifier("phone", "+33612345678")
    full = person(
        "full",
        identifiers=(*named("full"), phone),
        locale="fr",
        time_zone="Europe/Paris",
        country="FR",
        consent=frozenset({"email", "sms"}),
        consent_at=AT,
        consent_source="order form",
        opted_out=frozenset({"sms"}),
        unusable=frozenset({phone}),
        less_often=True,
        merged_from=("person-old",),
    )
    stored = stores.people.save(full, full.identifiers)
    assert stored == replace(full, version=1)
    assert stores.people.get("person-full") == stored
    assert [stores.people.find([one]) for one in full.identifiers] == [[stored]] * 3
    assert stores.people.find([phone, *named("full")]) == [stored]


@pytest.mark.parametrize("consent", [None, frozenset(), frozenset({"all"})])
def test_nothing_said_of_consent_is_not_a_refusal(stores: Stores, consent: frozenset[str] | None) -> None:
    """The three are told apart."""
    name = f"consent-{'none' if consent is None else len(consent)}"
    stores.people.save(person(name, consent=consent), named(name))
    found = stores.people.get(f"person-{name}")
    assert found is not None
    assert found.consent == consent


def test_who_is_not_there_is_not_found(stores: Stores) -> None:
    """Nobody, as nobody is known by that name."""
    assert stores.people.find(named("nobody")) == []
    assert stores.people.get("person-nobody") is None
    assert stores.people.find([]) == []


def test_several_are_found_in_the_order_of_the_identifiers(stores: Stores) -> None:
    """Each once."""
    first, second = (stores.people.save(person(name), named(name)) for name in ("order-1", "order-2"))
    asked = [named("order-2")[1], *named("order-1"), *named("order-2")]
    assert stores.people.find(asked) == [second, first]


def test_of_two_changes_of_one_version_the_second_is_refused(stores: Stores) -> None:
    """And changes nothing; neither does making somebody who is there."""
    stored = stores.people.save(person("twice"), named("twice"))
    changed = stores.people.save(replace(stored, locale="fr"))
    assert changed.version == 2
    for late in (replace(stored, locale="nl"), person("twice", locale="nl")):
        with pytest.raises(Conflict):
            stores.people.save(late)
        with pytest.raises(Conflict):
            stores.people.save(late, [Identifier("phone", "+33600000001")])
    assert stores.people.get("person-twice") == changed
    assert stores.people.find([Identifier("phone", "+33600000001")]) == []


def test_an_identifier_belongs_to_one_person(stores: Stores) -> None:
    """Whoever wants another's is refused, with everything else they wanted."""
    mine = stores.people.save(person("mine"), named("mine"))
    thief = person("thief", identifiers=(*named("thief"), named("mine")[0]))
    with pytest.raises(Conflict):
        stores.people.save(thief, thief.identifiers)
    assert stores.people.get("person-thief") is None
    assert stores.people.find(thief.identifiers) == [mine]
    assert stores.people.save(mine, named("mine")).version == 2


def test_two_people_become_one_with_one_ledger(stores: Stores) -> None:
    """Both are found as the survivor, by any name and by either id; the other ledger is closed."""
    merge = ready_to_merge(stores, "left", "right")
    stores.people.merge(merge)
    survivor = stores.people.get("person-right")
    assert survivor == replace(merge.survivor, version=merge.survivor.version + 1)
    assert stores.people.find([*named("right"), *named("left")]) == [survivor]
    assert {one.invitation_id for one in stores.ledgers.get("person-left").contacts} == {"of-left", "of-right"}
    closed = stores.ledgers.get("person-right")
    assert (closed.contacts, closed.merged_into) == ((), "person-left")
    assert survivor is not None
    stores.people.save(replace(survivor, locale="fr"))


def ready_to_merge(stores: Stores, left: str, right: str) -> Merge:
    people, ledgers = [], []
    for name in (left, right):
        people.append(stores.people.save(person(name), named(name)))
        stores.ledgers.save(Ledger(f"person-{name}", 0, (contact(f"of-{name}"),)))
        ledgers.append(stores.ledgers.get(f"person-{name}"))
    return Merge(*merged(*people), *added_up(*ledgers))


@pytest.mark.parametrize("changed", ["survivor", "absorbed", "ledger", "closed"])
def test_a_merge_is_refused_whole_where_anything_has_changed(stores: Stores, changed: str) -> None:
    """Two merges at once, or a reservation during one: the later is refused and changes nothing."""
    merge = ready_to_merge(stores, f"{changed}-1", f"{changed}-2")
    someone = "1" if changed in ("survivor", "ledger") else "2"
    if changed in ("survivor", "absorbed"):
        there = stores.people.get(f"person-{changed}-{someone}")
        assert there is not None
        stores.people.save(replace(there, locale="fr"))
    else:
        stores.ledgers.save(stores.ledgers.get(f"person-{changed}-{someone}").with_contact(contact("meanwhile")))
    before = [stores.people.get(f"person-{changed}-{n}") for n in "12"]
    with pytest.raises(Conflict):
        stores.people.merge(merge)
    assert [stores.people.get(f"person-{changed}-{n}") for n in "12"] == before
    assert stores.ledgers.get(f"person-{changed}-2").merged_into is None


def test_a_merge_of_people_without_ledgers_closes_the_one_that_is_not_there(stores: Stores) -> None:
    """So that nobody who has read it as empty can begin it."""
    people = [stores.people.save(person(name), named(name)) for name in ("bare-1", "bare-2")]
    ledgers = [stores.ledgers.get(one.person_id) for one in people]
    stores.people.merge(Merge(*merged(*people), *added_up(*ledgers)))
    with pytest.raises(Conflict):
        stores.ledgers.save(ledgers[1].with_contact(contact("late")))


def test_people_merged_twice_are_found_at_the_end_of_the_chain(stores: Stores) -> None:
    """Whose survivor was absorbed in turn."""
    stores.people.merge(ready_to_merge(stores, "chain-b", "chain-c"))
    last = stores.people.save(person("chain-a"), named("chain-a"))
    middle = stores.people.get("person-chain-b")
    assert middle is not None
    ledgers = [stores.ledgers.get(f"person-chain-{one}") for one in "ab"]
    stores.people.merge(Merge(*merged(last, middle), *added_up(*ledgers)))
    found = {stores.people.get(f"person-chain-{one}") for one in "abc"}
    assert len(found) == 1
    [survivor] = found
    assert survivor is not None
    assert set(survivor.merged_from) == {"person-chain-b", "person-chain-c"}
    assert stores.people.find(named("chain-c")) == [survivor]


# -- ledgers -----------------------------------------------------------------------------------------------------


def test_a_ledger_comes_back_as_it_was_saved(stores: Stores) -> None:
    """Every field of its contacts; an empty one where there is none."""
    assert stores.ledgers.get("person-new") == Ledger("person-new")
    full = contact("full", step=2, state="released", programme="p", need=0.125, at=AT + timedelta(microseconds=1))
    saved = Ledger("person-new", 0, (contact("plain", state="sent"), full))
    stores.ledgers.save(saved)
    assert stores.ledgers.get("person-new") == replace(saved, version=1)


def test_a_ledger_is_changed_by_who_read_it_last(stores: Stores) -> None:
    """Of two who read the same version one is refused."""
    stores.ledgers.save(Ledger("person-race"))
    read = stores.ledgers.get("person-race")
    stores.ledgers.save(read.with_contact(contact("first")))
    for late in (read, Ledger("person-race")):
        with pytest.raises(Conflict):
            stores.ledgers.save(late.with_contact(contact("second")))
    assert [one.invitation_id for one in stores.ledgers.get("person-race").contacts] == ["first"]


# -- interactions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decision",
    [
        Planned("sms", AT + timedelta(microseconds=5), 0.1),
        Suppressed("touchpoint_paused", 1.0),
        Suppressed("company_cap", 0.5, "delivery", AT, "email"),
    ],
)
def test_an_interaction_comes_back_with_its_decision_and_without_the_customers_names(
    stores: Stores, decision: Decision
) -> None:
    """Every other field."""
    one = decided(
        f"back-{decision.probability}",
        decision,
        customer=named("back"),
        channel="sms",
        locale="fr",
        time_zone="Europe/Paris",
        country="FR",
        consent=frozenset(),
        attributes={"shop": "Lyon", "basket": 12.5, "visits": 3, "member": True},
    )
    assert stores.interactions.add(one)
    kept = replace(one, interaction=replace(one.interaction, customer=()))
    assert stores.interactions.get("checkout", one.interaction.interaction_id) == kept


def test_the_first_of_an_id_stays(stores: Stores) -> None:
    """The second is not new, whatever it says; the same id at another touchpoint is another interaction."""
    assert stores.interactions.add(decided("first", REFUSED))
    assert not stores.interactions.add(decided("first", Suppressed("opted_out", 0.25)))
    kept = stores.interactions.get("checkout", "first")
    assert kept is not None
    assert kept.decision == REFUSED
    assert stores.interactions.add(decided("first", REFUSED, touchpoint="delivery"))
    assert stores.interactions.get("checkout", "second") is None


def test_a_persons_interactions_are_listed_by_time(stores: Stores) -> None:
    """Those under that very id, asked or not."""
    for minute, name in ((2, "listed-b"), (1, "listed-c"), (3, "listed-a")):
        at = AT + timedelta(minutes=minute)
        stores.interactions.add(replace(decided(name, REFUSED, occurred_at=at), person_id="person-listed"))
    names = [one.interaction.interaction_id for one in stores.interactions.of_person("person-listed")]
    assert names == ["listed-c", "listed-b", "listed-a"]


# -- invitations and reservations ----------------------------------------------------------------------------------


def test_an_invitation_comes_back_and_is_changed_by_who_read_it_last(stores: Stores) -> None:
    """Every field; with the next version."""
    times = {
        f"{name}_at": AT + timedelta(hours=n) for n, name in enumerate(("sent", "delivered", "opened", "answered"))
    }
    full = invitation("full", state="answered", step=2, ended_at=AT, expires_at=AT, locale="fr", reason="x", **times)
    stored = stores.invitations.save(full)
    assert stored == replace(full, version=1) == stores.invitations.get("invitation-full")
    assert stores.invitations.save(replace(stored, due_at=None)).version == 2
    for late in (stored, full):
        with pytest.raises(Conflict):
            stores.invitations.save(late)
    assert stores.invitations.get("invitation-none") is None


def test_a_reservation_writes_everything_at_once(stores: Stores) -> None:
    """Interaction, ledger and invitation; a second one of the same interaction is not new and writes nothing."""
    assert stores.reservations.reserve(reservation("granted"))
    assert stores.interactions.get("checkout", "granted") is not None
    assert stores.invitations.get("invitation-granted") == invitation("granted", version=1)
    ledger = stores.ledgers.get("person-granted")
    assert (ledger.version, len(ledger.contacts)) == (1, 1)
    again = reservation("granted", ledger=ledger.with_contact(contact("another")))
    assert not stores.reservations.reserve(again)
    assert stores.ledgers.get("person-granted") == ledger


def test_a_reservation_on_a_ledger_that_has_changed_writes_nothing(stores: Stores) -> None:
    """Nobody is asked by it, and nothing says that they were."""
    stores.ledgers.save(Ledger("person-late"))
    with pytest.raises(Conflict):
        stores.reservations.reserve(reservation("late"))
    assert stores.interactions.get("checkout", "late") is None
    assert stores.invitations.get("invitation-late") is None


def test_a_place_is_taken_over_with_all_that_belongs_to_it(stores: Stores) -> None:
    """The one that lost it says so; all or nothing."""
    stores.reservations.reserve(reservation("loser"))
    there, kept = stores.invitations.get("invitation-loser"), stores.interactions.get("checkout", "loser")
    assert there is not None
    assert kept is not None
    lost = Suppressed("displaced", 0.25, "delivery", None, "email")
    displaced = Displaced(replace(there, state="suppressed", due_at=None), replace(kept, decision=lost))
    wanted = reservation("winner", ledger=stores.ledgers.get("person-loser"), displaced=displaced)
    overtaken = replace(wanted, displaced=replace(displaced, invitation=replace(there, version=there.version + 1)))
    with pytest.raises(Conflict):
        stores.reservations.reserve(overtaken)
    assert stores.interactions.get("checkout", "winner") is None
    assert stores.reservations.reserve(wanted)
    assert stores.invitations.get("invitation-loser") == replace(displaced.invitation, version=2)
    now = stores.interactions.get("checkout", "loser")
    assert now is not None
    assert now.decision == lost


# -- what stands in the table ------------------------------------------------------------------------------------


def test_an_interaction_is_kept_as_its_readers_know_it() -> None:
    """The stream's consumers, and the indexes `person` and `month`."""
    full = decided("o-1", Suppressed("company_cap", 0.5, "delivery", AT, "email"), attributes={"shop": "Lyon"})
    assert item_of_decided(full) == {
        "pk": "INTERACTION#checkout#o-1",
        "sk": "INTERACTION",
        "person_pk": "PERSON#person-o-1",
        "person_sk": "2024-03-01T10:00:00.000000Z#checkout#o-1",
        "month_pk": "checkout#2024-03",
        "month_sk": "2024-03-01T10:00:00.000000Z#o-1",
        "kind": "interaction",
        "v": 1,
        "interaction_id": "o-1",
        "touchpoint": "checkout",
        "person_id": "person-o-1",
        "invitation_id": "invitation-o-1",
        "occurred_at": "2024-03-01T10:00:00.000000Z",
        "received_at": "2024-03-01T10:00:03.000000Z",
        "attributes": {"shop": "Lyon"},
        "decision": "suppressed",
        "reason": "company_cap",
        "whose": "delivery",
        "until": "2024-03-01T10:00:00.000000Z",
        "channel": "email",
        "probability": 0.5,
    }


def test_an_invitation_is_among_what_is_due_while_something_is() -> None:
    """In one of ten partitions, the same one whenever it is due."""
    item = item_of_invitation(invitation("due"))
    later = item_of_invitation(invitation("due", due_at=AT + timedelta(days=1)))
    assert item["due_pk"] == later["due_pk"]
    assert item["due_pk"] in {f"DUE#{n}" for n in range(10)}
    assert item["due_sk"] == "2024-03-01T10:00:00.000000Z#invitation-due"
    assert not {"due_pk", "due_sk", "due_at"} & set(item_of_invitation(invitation("due", due_at=None)))


def test_a_link_is_kept_in_the_shape_the_collector_knows(contacts: Table) -> None:
    """As those in `responses`: single, of its invitation, without the code."""
    link = Link("0" * 32, "checkout", "web", AT, "invitation-linked", "c0ffee", AT + timedelta(days=30))
    stores_in(contacts).reservations.reserve(reservation("linked", link=link))
    assert contacts.get("LINK#" + "0" * 32, "LINK") == {
        "pk": "LINK#" + "0" * 32,
        "sk": "LINK",
        "kind": "link",
        "link_id": "0" * 32,
        "touchpoint": "checkout",
        "mode": "single",
        "channel": "web",
        "audience": "customer",
        "created_at": "2024-03-01T10:00:00.000000Z",
        "invitation_id": "invitation-linked",
        "customer": "c0ffee",
        "expires_at_time": "2024-03-31T10:00:00.000000Z",
    }


def test_no_name_of_a_person_stands_in_a_key(contacts: Table) -> None:
    """Identities stand under keyed hashes; only the person's own item has the address."""
    stores_in(contacts).people.save(person("secret"), named("secret"))
    items = contacts.client.scan(TableName=contacts.name)["Items"]
    holding = [one for one in items if "secret@example.com" in str(one)]
    assert [one["kind"]["S"] for one in holding] == ["person"]
    assert all("secret@" not in one[name]["S"] for one in items for name in ("pk", "sk"))


class Conflicting:
    """A client whose every write meets a transaction of somebody else's; no engine at hand does that."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def put_item(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "PutItem")

    def transact_write_items(self, **arguments: Any) -> None:
        reasons = [{"Code": "TransactionConflict"}] + [{"Code": "None"}] * (len(arguments["TransactItems"]) - 1)
        reply = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise ClientError(reply, "TransactWriteItems")


def test_two_transactions_at_once_are_a_conflict_like_any_other(contacts: Table) -> None:
    """Whoever meets one reads again and decides again."""
    stores = stores_in(Table(Conflicting(contacts.client), contacts.name))
    with pytest.raises(Conflict):
        stores.reservations.reserve(reservation("met"))
    with pytest.raises(Conflict):
        stores.ledgers.save(Ledger("person-met"))
    with pytest.raises(Conflict):
        stores.people.save(person("met"), named("met"))
