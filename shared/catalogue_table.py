"""The catalogue as it stands in the `registry` table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from shared.catalogue import ID, Owner, Person, Pressure, Subscription, Touchpoint, address_digest
from shared.dynamo import Item, Table
from shared.tables import registry as keys


class TableCatalogue:
    """The catalogue in the `registry` table, remembered for `seconds`: a change is seen that much later."""

    def __init__(self, table: Table, now: Callable[[], datetime], seconds: float = 30.0, most: int = 5000) -> None:
        self._table, self._now, self._seconds, self._most = table, now, seconds, most
        self._seen: dict[keys.Key, tuple[datetime, list[Item]]] = {}

    def touchpoint(self, touchpoint: str) -> Touchpoint | None:
        item = self._item(keys.touchpoint_key(touchpoint)) if ID.fullmatch(touchpoint) else None
        return Touchpoint.model_validate(item["value"]) if item else None

    def owner(self, owner: str) -> Owner | None:
        """The owner with all its subscriptions: the journey file's, and those that were made without one.

        Where both have one of an id, as two who wrote at the same moment may, the file's holds.
        """
        items = self._partition(keys.owner_key(owner)[0]) if ID.fullmatch(owner) else []
        current = next((item for item in items if item["sk"] == keys.owner_key(owner)[1]), None)
        if current is None:
            return None
        known = Owner.model_validate(current["value"])
        if current.get("removed"):
            return known
        by_file = {one.id for one in known.subscriptions}
        kept = (item["value"] for item in items if item.get("kind") == "subscription" and not item["removed"])
        made = [one for one in map(Subscription.model_validate, kept) if one.id not in by_file]
        return known.model_copy(update={"subscriptions": (*known.subscriptions, *made)})

    def watchers(self) -> list[Owner]:
        names = {name for name, value in self._index("OWNER") if value.get("watches")}
        lines = self._table.query_all(keys.SUBSCRIPTIONS)
        names |= {str(item["owner"]) for item in lines if item["watches"] and not item["removed"]}
        return [owner for name in sorted(names) if (owner := self.owner(name))]

    def pressure(self) -> Pressure:
        item = self._item(keys.index_key("PRESSURE", "company"))
        return Pressure.model_validate(item["value"]) if item and not item.get("removed") else Pressure()

    def person(self, person: str) -> Person | None:
        item = self._item(keys.person_key(person)) if ID.fullmatch(person) else None
        return Person.model_validate(item["value"]) if item and not item.get("removed") else None

    def person_at(self, email: str) -> Person | None:
        item = self._item(keys.address_key(address_digest(email)))
        return self.person(item["value"]["person"]) if item and not item.get("removed") else None

    def touchpoints(self) -> list[str]:
        return sorted(name for name, _ in self._index("TOUCHPOINT"))

    def owned(self) -> list[tuple[str, str]]:
        return sorted((name, str(value["owner"])) for name, value in self._index("TOUCHPOINT"))

    def _index(self, kind: str) -> Iterator[tuple[str, Item]]:
        """The id, and what a list shows, of each entity of the kind."""
        prefix = keys.index_key(kind, "")[1]
        for item in self._table.query_all(keys.INDEX, prefix=prefix):
            if not item.get("removed"):
                yield item["sk"].removeprefix(prefix), item["value"]

    def _item(self, place: keys.Key) -> Item | None:
        return next(iter(self._remembered(place, lambda: [item] if (item := self._table.get(*place)) else [])), None)

    def _partition(self, pk: str) -> list[Item]:
        """Everything under a partition key, which is little."""
        return self._remembered((pk, ""), lambda: list(self._table.query_all(pk)))

    def _remembered(self, place: keys.Key, read: Callable[[], list[Item]]) -> list[Item]:
        """What was read there a while ago, or is now; that nothing stands there is not remembered."""
        now = self._now()
        at, items = self._seen.get(place, (None, []))
        if items and at and 0 <= (now - at).total_seconds() < self._seconds:
            return items
        if len(self._seen) >= self._most:
            self._seen.clear()
        self._seen[place] = (now, read())
        return self._seen[place][1]
