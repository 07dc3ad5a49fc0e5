"""Sets of bytes in DynamoDB that may grow beyond one item: each is spread over pieces, and is their union.

Adding members is one write that reads nothing, and adding them again changes nothing. Which piece a member stands
in does not matter. The piece that still has room is only remembered here to save writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, ItemTooLarge, Table, Update, transact
from shared.errors import Conflict, Unavailable

Place = TypeVar("Place", bound=Hashable)
FULL = 32_000
"""Bytes of members from which on the next go to a further item: small items are cheap to add to."""
SMALL = 10
"""Members; an addition of more is worth a write of its own, which tells how full its item is."""
FEW = 4
"""Additions; so few are made one by one."""
PIECES = 1000
MOST_REMEMBERED = 1000


@dataclass(frozen=True)
class Addition(Generic[Place]):
    """Members of the set at a place. about: what its items say beside, the same whenever it is said."""

    place: Place
    members: frozenset[bytes]
    about: Mapping[str, Any] = field(default_factory=dict)


class Pieces(Generic[Place]):
    """The sets of a table. key: of a piece of the set at a place; their items have the members as `marks`."""

    def __init__(self, table: Table, key: Callable[[Place, int], tuple[str, str]]) -> None:
        self._table, self._key = table, key
        self._room: dict[Place, int] = {}
        self._added: Counter[Place] = Counter()

    def add(self, addition: Addition[Place]) -> None:
        """Raises Conflict where every piece is full."""
        for piece in range(self._room.get(addition.place, 0), PIECES):
            try:
                held = self._add_to(addition, piece)
            except ItemTooLarge:
                continue
            if held > FULL:
                self._remember(addition.place, piece + 1)
            return
        raise Conflict(f"the set has no room left in {PIECES} items")

    def add_all(self, additions: Sequence[Addition[Place]]) -> None:
        """Many small ones by transactions: twice the write units of single writes, in a hundredth of the calls.

        No two of them may have the same place.
        """
        limit = SMALL if len(additions) > FEW else 0
        small = [one for one in additions if len(one.members) <= limit]
        for first in range(0, len(small), TRANSACTION_LIMIT):
            self._together(small[first : first + TRANSACTION_LIMIT])
        self._each(one for one in additions if len(one.members) > limit)

    def _together(self, group: Sequence[Addition[Place]]) -> None:
        """In one transaction. One that fails was not made at all; its additions are then made one by one.

        It does not tell how full the items are; what is added here alone is noted, so that none grows for ever.
        """
        try:
            transact([self._update(one, self._room.get(one.place, 0)) for one in group])
        except (ItemTooLarge, ConditionFailed, Unavailable):
            self._each(group)
            return
        for one in group:
            self._added[one.place] += sum(map(len, one.members))
            if self._added[one.place] > FULL:
                del self._added[one.place]
                self._remember(one.place, self._room.get(one.place, 0) + 1)

    def _each(self, additions: Iterable[Addition[Place]]) -> None:
        for addition in additions:
            self.add(addition)

    def _update(self, addition: Addition[Place], piece: int) -> Update:
        values = {f":{name}": value for name, value in addition.about.items()} | {":marks": addition.members}
        about = ", ".join(f"{name} = :{name}" for name in addition.about)
        expression = "ADD marks :marks" + (f" SET {about}" if about else "")
        return Update(self._table, *self._key(addition.place, piece), expression, values)

    def _add_to(self, addition: Addition[Place], piece: int) -> int:
        """Adds the members to a piece and says how many bytes of members it then holds."""
        update = self._update(addition, piece)
        item = self._table.update(update.pk, update.sk, update.expression, update.values)
        return sum(map(len, item["marks"]))

    def _remember(self, place: Place, piece: int) -> None:
        if len(self._room) > MOST_REMEMBERED:
            self._room.clear()
            self._added.clear()
        self._room[place] = piece
