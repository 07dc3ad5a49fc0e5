"""The catalogue as it stands in the `registry` table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from shared.catalogue import ID, Owner, Person, Pressure, Touchpoint, address_digest
from shared.dynamo import Item, Table
from shared.tables import registry as keys


class TableCatalogue:
    """The catalogue in the `registry` table, remembered for `seconds`: a change is seen that much later."""

    def __init__(self, table: Table, now: Callable[[], datetime], seconds: float = 30.0, most: int = 5000) -> None:
        self._table, self._now, self._seconds, self._most = table, now, seconds, most
        self._seen: dict[keys.Key, tuple[datetime, Item | None]] = {}

    def touchpoint(self, touchpoint: str) -> Touchpoint | None:
        item = self._item(keys.touchpoint_key(touchpoint)) if ID.fullmatch(touchpoint) else None
        return Touchpoint.model_validate(item["value"]) if item else None

    def owner(self, owner: str) -> Owner | None:
        item = self._item(keys.owner_key(owner)) if ID.fullmatch(owner) else None
        return Owner.model_validate(item["value"]) if item else None

    def watchers(self) -> list[Owner]:
        names = [name for name, value in self._index("OWNER") if value.get("watches")]
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

    def _index(self, kind: str) -> Iterator[tuple[str, Item]]:
        """The id, and what a list shows, of each entity of the kind."""
        prefix = keys.index_key(kind, "")[1]
        for item in self._table.query_all(keys.INDEX, prefix=prefix):
            if not item.get("removed"):
                yield item["sk"].removeprefix(prefix), item["value"]

    def _item(self, place: keys.Key) -> Item | None:
        now = self._now()
        at, item = self._seen.get(place, (None, None))
        if item and at and 0 <= (now - at).total_seconds() < self._seconds:
            return item
        if len(self._seen) >= self._most:
            self._seen.clear()
        item = self._table.get(*place)
        self._seen[place] = (now, item)
        return item
