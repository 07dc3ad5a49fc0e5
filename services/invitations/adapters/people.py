"""People and their identifiers in the table `contacts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.invitations.adapters.ledgers import item_of_ledger
from services.invitations.adapters.versions import present, versioned, write_all, write_versioned
from services.invitations.domain.people import Identifier, Person, identifier_of
from services.invitations.usecases.ports import Merge, Named
from shared.codes import keyed_hash
from shared.customers import customer_hash
from shared.dynamo import Item, Put, Table
from shared.tables import contacts as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TablePeople:
    """secret: key of the hashes under which identifiers stand, so that a copy of the table does not list them."""

    table: Table
    secret: bytes

    def named(self, identifiers: Sequence[Identifier]) -> Named:
        """Whose an identifier is and that somebody's was erased stand together, so that one call reads both."""
        items = [item for one in identifiers for item in self.table.query_all(self._key(one)[0], consistent=True)]
        found: dict[str, Person] = {}
        for person_id in dict.fromkeys(item["person_id"] for item in items if "person_id" in item):
            person = self.get(person_id) if person_id not in found else None
            if person is not None:
                found.setdefault(person.person_id, person)
        erased = (parse_time(item["erased_at"]) for item in items if "erased_at" in item)
        return Named(list(found.values()), max(erased, default=None))

    def find(self, identifiers: Sequence[Identifier]) -> list[Person]:
        return self.named(identifiers).people

    def get(self, person_id: str) -> Person | None:
        item = self.table.get(*keys.person_key(person_id), consistent=True)
        while item and "merged_into" in item:
            item = self.table.get(*keys.person_key(item["merged_into"]), consistent=True)
        return person_in(item) if item else None

    def save(self, person: Person, added: Sequence[Identifier] = ()) -> Person:
        if added:
            links = [*(self._link(one, person.person_id) for one in added), *self._customers(added, person.person_id)]
            write_all([versioned(self.table, item_of_person(person), person.version), *links])
        else:
            write_versioned(self.table, item_of_person(person), person.version)
        return replace(person, version=person.version + 1)

    def merge(self, merge: Merge) -> None:
        people = [versioned(self.table, item_of_person(one), one.version) for one in (merge.survivor, merge.absorbed)]
        ledgers = [versioned(self.table, item_of_ledger(one), one.version) for one in (merge.ledger, merge.closed)]
        links = [
            self._link(one, merge.survivor.person_id, merge.absorbed.person_id) for one in merge.survivor.identifiers
        ]
        named = self._customers(merge.survivor.identifiers, merge.survivor.person_id)
        write_all([*people, *ledgers, *links, *named])

    def _customers(self, identifiers: Sequence[Identifier], person_id: str) -> Iterator[Put]:
        """Leads from the hash in a response to the person: of a customer's id, or of a caller's number."""
        for one in identifiers:
            if one.kind in ("id", "phone"):
                hashed = customer_hash(self.secret, one.value if one.kind == "id" else one.text)
                pk, sk = keys.customer_key(hashed)
                yield Put(self.table, {"pk": pk, "sk": sk, "kind": "customer", "person_id": person_id})

    def _link(self, identifier: Identifier, person_id: str, formerly: str = "") -> Put:
        """Makes it the person's, where it is nobody else's; formerly: whose it may have been."""
        pk, sk = self._key(identifier)
        return Put(
            self.table,
            {"pk": pk, "sk": sk, "kind": "identity", "person_id": person_id},
            condition="attribute_not_exists(pk) OR person_id IN (:person, :formerly)",
            values={":person": person_id, ":formerly": formerly},
        )

    def _key(self, identifier: Identifier) -> keys.Key:
        return keys.identity_key(keyed_hash(self.secret, "identity", identifier.text))


def item_of_person(person: Person) -> Item:
    """The person's item, but for the version, which the write gives it."""
    pk, sk = keys.person_key(person.person_id)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "person",
        "person_id": person.person_id,
        "identifiers": [one.text for one in person.identifiers],
        "locale": person.locale,
        "time_zone": person.time_zone,
        "country": person.country,
        "consent_at": person.consent_at,
        "consent_source": person.consent_source,
        "opted_out": sorted(person.opted_out),
        "unusable": sorted(one.text for one in person.unusable),
        "less_often": person.less_often or None,
        "merged_into": person.merged_into,
        "merged_from": list(person.merged_from),
    }
    consent = {} if person.consent is None else {"consent": sorted(person.consent)}
    return present(item) | consent


def person_in(item: Item) -> Person:
    """The person in an item. Raises KeyError or ValueError where it holds none."""
    return Person(
        person_id=item["person_id"],
        version=item["version"],
        identifiers=tuple(identifier_of(text) for text in item.get("identifiers", ())),
        locale=item.get("locale"),
        time_zone=item.get("time_zone"),
        country=item.get("country"),
        consent=frozenset(item["consent"]) if "consent" in item else None,
        consent_at=parse_time(item["consent_at"]) if "consent_at" in item else None,
        consent_source=item.get("consent_source"),
        opted_out=frozenset(item.get("opted_out", ())),
        unusable=frozenset(identifier_of(text) for text in item.get("unusable", ())),
        less_often=item.get("less_often", False),
        merged_into=item.get("merged_into"),
        merged_from=tuple(item.get("merged_from", ())),
    )
