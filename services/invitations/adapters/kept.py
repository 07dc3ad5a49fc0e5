"""Everything that the tables keep of a person, as it stands there: what a person may ask to see. Read only.

Found as their erasure finds it: in `contacts` by its own finder, in the other tables by the keyed hashes that it hands
on. Quotes in alerts and in messages of them are copies of comments, which the answers have whole. What an item says by
its keys alone is told with it: where a trace was left, and which of the person's names stands there as a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.invitations.adapters.erasing import Finder
from services.invitations.adapters.erasures import TableErasures
from services.invitations.adapters.people import person_in
from services.invitations.adapters.questions import questions_in
from services.invitations.domain.identifiers import every_kind
from services.invitations.domain.people import NEVER, identifier_of
from services.invitations.usecases.erasing import Erasure
from shared.codes import keyed_hash
from shared.customers import customer_hash
from shared.dynamo import Item, Put, Table, Write
from shared.erasing import Progress
from shared.tables import SEPARATOR, cases, contacts, friction, responses

PLACES = ("pk", "sk", "v", "version", "expires_at", "customer")
"""Of an item, what says where it stands or how it is kept, and nothing of the person."""
INDEXES = ("_pk", "_sk")
UNDER_NAMES = ("identity", "customer", "reply", "suppression")
"""Kinds of items that stand under the hash of a name."""


@dataclass(frozen=True)
class Tables:
    """The four tables that keep something of people."""

    contacts: Table
    responses: Table
    friction: Table
    cases: Table


def kept_of(names: Sequence[str], tables: Tables, secret: bytes) -> dict[str, list[Item]]:
    """Items by the table and their kind, such as `contacts.interaction`. names: as identities are hashed."""
    erasures = TableErasures(tables.contacts, secret)
    identities, customers = erasures.named([identifier_of(name) for name in names])
    whose = erasures.meant(Erasure("", NEVER, "", identities, customers))
    of_tables = {
        "contacts": list(in_contacts(whose, tables.contacts, secret)),
        "responses": in_responses(whose.customers, tables.responses),
        "friction": in_friction(whose.customers, tables.friction),
        "cases": in_cases(whose.customers, tables.cases),
    }
    people = (person_in(item) for item in of_tables["contacts"] if item["kind"] == "person")
    hashed = by_hash([*names, *(one.text for person in people for one in person.identifiers)], secret)
    found: dict[str, list[Item]] = {}
    for table, items in of_tables.items():
        for item in items:
            found.setdefault(f"{table}.{item['kind']}", []).append(without_places(item) | told_by_keys(item, hashed))
    return found


def in_contacts(whose: Erasure, table: Table, secret: bytes) -> Iterator[Item]:
    """What their erasure would write over or remove, each item once; and that nothing is sent to them, which stays."""
    finder = Finder(table, secret, lambda: NEVER)
    places = [place_of(scrub.write) for scrub in finder.found(whose, Progress({}, frozenset()))]
    places += [contacts.suppression_key(identity) for identity in sorted(whose.identities)]
    for place in dict.fromkeys(places):
        item = table.get(*place)
        if item:
            yield theirs(item, whose) if item["kind"] == "reply" else item


def place_of(write: Write) -> contacts.Key:
    """The key of the item that is written."""
    return (write.item["pk"], write.item["sk"]) if isinstance(write, Put) else (write.pk, write.sk)


def theirs(reply: Item, whose: Erasure) -> Item:
    """Of the questions that texts from a number answer, those of the person: it may be somebody else's by now."""
    questions = (one for one in questions_in(reply) if one.get("customer") in whose.customers)
    return {"kind": "reply", "pk": reply["pk"], "questions": [without_places(one) for one in questions]}


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


def by_hash(names: Iterable[str], secret: bytes) -> dict[str, str]:
    """The names by what stands for them in keys: of an identity, and of a customer as answers name them."""
    every = [one for name in names for one in every_kind(identifier_of(name))]
    identities = {keyed_hash(secret, "identity", one.text): one.text for one in every}
    return identities | {customer_hash(secret, name): name for one in every for name in one.as_customer}


def told_by_keys(item: Item, hashed: Mapping[str, str]) -> Item:
    """What of the item its keys alone say. hashed: the person's names by their hashes."""
    if item["kind"] == "trace":
        journey, touchpoint, _ = friction.trace_parts(item["sk"])
        return {"journey": journey, "touchpoint": touchpoint}
    name = hashed.get(item["pk"].partition(SEPARATOR)[2]) if item["kind"] in UNDER_NAMES else None
    return {"identifier": name} if name else {}


def without_places(item: Mapping[str, object]) -> Item:
    """What the item says, without its keys."""
    return {name: value for name, value in item.items() if name not in PLACES and not name.endswith(INDEXES)}
