"""Erasures in the table `contacts`: whose they are while they go on, and their receipts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.invitations.adapters.interactions import time_in
from services.invitations.adapters.people import person_in
from services.invitations.adapters.versions import present
from services.invitations.domain.identifiers import every_kind
from services.invitations.domain.people import Identifier, Person
from services.invitations.usecases.erasing import Erasure
from shared.codes import keyed_hash
from shared.customers import customer_hash
from shared.dynamo import Item, Table
from shared.tables import contacts as keys
from shared.times import parse_time

KEPT_FOR = timedelta(days=5 * 365)
"""Of a receipt, which names nobody: as long as somebody may ask whether a wish was met (French Civil Code, 2224)."""
NAMES = ("identities", "customers", "people")


@dataclass(frozen=True)
class TableErasures:
    """One item each. secret: key of the hashes."""

    table: Table
    secret: bytes

    def add(self, erasure: Erasure) -> None:
        self.table.put_new(item_of_erasure(erasure))

    def save(self, erasure: Erasure) -> None:
        self.table.put(item_of_erasure(erasure))

    def get(self, erasure_id: str) -> Erasure | None:
        item = self.table.get(*keys.erasure_key(erasure_id), consistent=True)
        return erasure_in(item) if item else None

    def named(self, identifiers: Sequence[Identifier]) -> tuple[frozenset[str], frozenset[str]]:
        """Under every kind that they are: some senders name customers by addresses and numbers, as ids."""
        every = [one for name in identifiers for one in every_kind(name)]
        return (
            frozenset(keyed_hash(self.secret, "identity", one.text) for one in every),
            frozenset(customer_hash(self.secret, name) for one in every for name in one.as_customer),
        )

    def resolved(self, erasure: Erasure) -> Erasure:
        """With everybody whom the names meant when it began, and all their names; looked at anew at each message.

        Only who was known at first is erased: whoever comes back meanwhile is somebody new.
        """
        found = self.meant(erasure)
        if found != erasure:
            self.save(found)
        return found

    def meant(self, erasure: Erasure) -> Erasure:
        """The same, stored nowhere."""
        ids = set(erasure.people) or set(self._owners(erasure.identities))
        people: dict[str, Person] = {}
        while ids - set(people):
            person_id = min(ids - set(people))
            item = self.table.get(*keys.person_key(person_id), consistent=True)
            people[person_id] = person = person_in(item) if item else Person(person_id)
            ids |= {*person.merged_from, *([person.merged_into] if person.merged_into else ())}
        identities, customers = self.named([one for each in people.values() for one in each.identifiers])
        return replace(
            erasure,
            people=frozenset(ids),
            identities=erasure.identities | identities,
            customers=erasure.customers | customers | {customer_hash(self.secret, one) for one in ids},
        )

    def _owners(self, identities: Iterable[str]) -> Iterable[str]:
        links = (self.table.get(*keys.identity_key(one), consistent=True) for one in identities)
        return [link["person_id"] for link in links if link and "person_id" in link]


def item_of_erasure(erasure: Erasure) -> Item:
    """The erasure's item; done, it has nobody's names, and ends."""
    pk, sk = keys.erasure_key(erasure.erasure_id)
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "kind": "erasure",
        "v": 1,
        "erasure_id": erasure.erasure_id,
        "asked_at": erasure.asked_at,
        "asked_by": erasure.by,
        "state": erasure.state,
        "done_at": erasure.done_at,
        "erased": dict(erasure.erased),
        "expires_at": int((erasure.done_at + KEPT_FOR).timestamp()) if erasure.done_at else None,
    }
    return present(item | {name: sorted(getattr(erasure, name)) for name in NAMES})


def erasure_in(item: Item) -> Erasure:
    """The erasure in an item. Raises KeyError or ValueError where it holds none."""
    names = {name: frozenset(item.get(name, ())) for name in NAMES}
    return Erasure(
        erasure_id=item["erasure_id"],
        asked_at=parse_time(item["asked_at"]),
        by=item["asked_by"],
        state=item["state"],
        done_at=time_in(item, "done_at"),
        erased=item.get("erased", {}),
        **names,
    )
