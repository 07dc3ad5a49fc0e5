"""Everything that the tables keep of a person, as it stands there: what a person may ask to see. Read only.

Found as their erasure finds it: by what names them, by their ids, and by the keyed hashes under which answers came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.invitations.domain.identifiers import every_kind
from services.invitations.domain.people import identifier_of
from shared.codes import keyed_hash
from shared.customers import customer_hash
from shared.dynamo import Item, Table
from shared.tables import cases, contacts, friction, responses

PLACES = ("pk", "sk", "v", "version", "expires_at", "customer")
"""Of an item, what says where it stands or how it is kept, and nothing of the person."""
INDEXES = ("_pk", "_sk")


@dataclass(frozen=True)
class Tables:
    """The four tables that keep something of people."""

    contacts: Table
    responses: Table
    friction: Table
    cases: Table


def kept_of(names: Sequence[str], tables: Tables, secret: bytes) -> dict[str, list[Item]]:
    """Items by the table and their kind, such as `contacts.interaction`. names: as identities are hashed."""
    people = people_of(every_name(names), tables.contacts, secret)
    every = every_name([*names, *(name for one in people for name in one.get("identifiers", ()))])
    ids = [str(one["person_id"]) for one in people]
    called = [one for name in every for one in identifier_of(name).as_customer]
    customers = dict.fromkeys(customer_hash(secret, one) for one in [*called, *ids])
    found: dict[str, list[Item]] = {}
    for table, items in (
        ("contacts", [*people, *in_contacts(ids, every, tables.contacts, secret)]),
        ("responses", in_responses(customers, tables.responses)),
        ("friction", in_friction(customers, tables.friction)),
        ("cases", in_cases(customers, tables.cases)),
    ):
        for item in items:
            found.setdefault(f"{table}.{item['kind']}", []).append(without_places(item))
    return found


def every_name(names: Iterable[str]) -> list[str]:
    """The names under every kind that they are, each once."""
    return list(dict.fromkeys(one.text for name in names for one in every_kind(identifier_of(name))))


def people_of(names: Iterable[str], table: Table, secret: bytes) -> list[Item]:
    """The people whom the names mean, and those who turned out to be them."""
    links = [table.get(*contacts.identity_key(keyed_hash(secret, "identity", name))) for name in names]
    waiting = [str(link["person_id"]) for link in links if link and "person_id" in link]
    people: dict[str, Item] = {}
    while waiting:
        person_id = waiting.pop()
        item = table.get(*contacts.person_key(person_id)) if person_id not in people else None
        if item:
            people[person_id] = item
            waiting += [*item.get("merged_from", ()), *([item["merged_into"]] if "merged_into" in item else ())]
    return list(people.values())


def in_contacts(ids: Iterable[str], names: Iterable[str], table: Table, secret: bytes) -> Iterator[Item]:
    """What was asked of them, what happened, and that nothing is sent to an address or a number."""
    for person_id in ids:
        yield from filter(None, [table.get(*contacts.ledger_key(person_id))])
        for partition in (
            contacts.person_partition(person_id),
            contacts.outcomes_partition(person_id),
            contacts.replies_partition(person_id),
        ):
            for item in table.query_all(partition, index=contacts.PERSON_INDEX):
                yield item
                if "decision" in item:
                    yield from table.query_all(contacts.invitation_key(item["invitation_id"])[0])
    hashes = [keyed_hash(secret, "identity", name) for name in names]
    yield from filter(None, (table.get(*contacts.suppression_key(one)) for one in hashes))


def in_responses(customers: Iterable[str], table: Table) -> Iterator[Item]:
    """Answers, links, openings and texts."""
    for customer in customers:
        yield from table.query_all(responses.customer_partition(customer), index=responses.CUSTOMER_INDEX)


def in_friction(customers: Iterable[str], table: Table) -> Iterator[Item]:
    """Where they were lately."""
    for customer in customers:
        yield from table.query_all(friction.traces_of(customer, "")[0])


def in_cases(customers: Iterable[str], table: Table) -> Iterator[Item]:
    """Each case once, with its story."""
    for customer in customers:
        for link in table.query_all(cases.customer_case_key(customer, "")[0]):
            copy = cases.among_all_key(link["case_id"])[1]
            items = table.query_all(cases.case_key(link["case_id"])[0])
            yield from (item for item in items if item["sk"] != copy)


def without_places(item: Mapping[str, object]) -> Item:
    """What the item says, without its keys."""
    return {name: value for name, value in item.items() if name not in PLACES and not name.endswith(INDEXES)}
