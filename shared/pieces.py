"""Sets of bytes in DynamoDB that may grow beyond one item: each is spread over pieces, and is their union.

Adding members is one write that reads nothing, and adding them again changes nothing. Which piece a member stands
in does not matter. The piece that still has room is only remembered here to save writes.

A write costs by the size of its item. So the first pieces are small, which keeps a set of some hundred members
cheap, and each one is larger than the one before, so that a thousand hold four million.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, ItemTooLarge, Table, Update, transact
from shared.errors import Conflict, Unavailable
from shared.together import raise_first, update_all

Place = TypeVar("Place", bound=Hashable)
FIRST, MORE, MOST = 80, 20, 5000
"""Members that the first piece holds, that each one holds more than the one before, and that one holds at the most."""
SMALL = 10
"""Members; an addition of more is worth a write of its own."""
FEW = 4
"""Additions; so few are made one by one."""
PIECES = 1000
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Addition(Generic[Place]):
    """Members of the set at a place. about: what its items say beside, the same whenever it is said."""

    place: Place
    members: frozenset[bytes]
    about: Mapping[str, Any] = field(default_factory=dict)


def room_of(piece: int) -> int:
    """With so many members a piece is full: what is added next goes to another one."""
    return min(FIRST + MORE * piece, MOST)


class Pieces(Generic[Place]):
    """The sets of a table; no two additions of a call may have the same place.

    key: of a piece of the set at a place; its sort key ends in the piece's number, of three digits. The items have
    the members as `marks`.
    """

    def __init__(self, table: Table, key: Callable[[Place, int], tuple[str, str]]) -> None:
        self._table, self._key = table, key
        self._room: dict[Place, int] = {}
        self._added: Counter[Place] = Counter()

    def add_each(self, additions: Sequence[Addition[Place]]) -> None:
        """One write each, several on their way at once. Raises, once all were tried, what kept any of them from it."""
        errors: list[Exception | None] = []
        while additions:
            outcomes = update_all([self._update(one, self._room.get(one.place, 0), is_bound=True) for one in additions])
            is_full = [isinstance(outcome, ConditionFailed | ItemTooLarge) for outcome in outcomes]
            errors += [outcome for outcome, full in zip(outcomes, is_full, strict=True) if not full]
            additions = [one for one, full in zip(additions, is_full, strict=True) if full]
            for one in additions:
                self._remember(one.place, self._with_room(one.place))
        raise_first(errors)

    def add_all(self, additions: Sequence[Addition[Place]]) -> None:
        """Many small ones by transactions: twice the write units of single writes, in a hundredth of the calls."""
        limit = SMALL if len(additions) > FEW else 0
        small = [one for one in additions if len(one.members) <= limit]
        for first in range(0, len(small), TRANSACTION_LIMIT):
            self._together(small[first : first + TRANSACTION_LIMIT])
        self.add_each([one for one in additions if len(one.members) > limit])

    def _together(self, group: Sequence[Addition[Place]]) -> None:
        """In one transaction. One that fails was not made at all; its additions are then made one by one.

        It asks of no item whether it is full, or one of them would undo the others; what is added here is counted
        instead, so that none grows for ever.
        """
        try:
            transact([self._update(one, self._room.get(one.place, 0)) for one in group])
        except (ItemTooLarge, ConditionFailed, Unavailable):
            self.add_each(group)
            return
        for one in group:
            self._added[one.place] += len(one.members)
            piece = self._room.get(one.place, 0)
            if self._added[one.place] >= room_of(piece):
                self._remember(one.place, min(piece + 1, PIECES - 1))

    def _update(self, addition: Addition[Place], piece: int, *, is_bound: bool = False) -> Update:
        """is_bound: refused where the piece is full; the last one takes what DynamoDB lets it hold."""
        values = {f":{name}": value for name, value in addition.about.items()} | {":marks": addition.members}
        about = ", ".join(f"{name} = :{name}" for name in addition.about)
        expression = "ADD marks :marks" + (f" SET {about}" if about else "")
        condition = ""
        if is_bound and piece < PIECES - 1:
            values[":full"], condition = room_of(piece), "attribute_not_exists(marks) OR size(marks) < :full"
        return Update(self._table, *self._key(addition.place, piece), expression, values, condition)

    def _with_room(self, place: Place) -> int:
        """The next piece to try, where one was full. Raises Conflict where it was the last."""
        full = self._room.get(place, 0)
        last = full if place in self._room else self._last(place)
        if full == PIECES - 1:
            raise Conflict(f"the set has no room left in {PIECES} items")
        return max(last, full + 1)

    def _last(self, place: Place) -> int:
        """The last piece that there is."""
        pk, first = self._key(place, 0)
        span = first, self._key(place, PIECES - 1)[1]
        found = self._table.query(pk, between=span, forward=False, consistent=True, limit=1).items
        return int(found[0]["sk"][-3:]) if found else 0

    def _remember(self, place: Place, piece: int) -> None:
        if len(self._room) >= MOST_REMEMBERED:
            self._room.clear()
            self._added.clear()
        self._room[place] = piece
        del self._added[place]
