"""Sets of marks, and days rolled up from them, in the `friction` table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from services.aggregator.domain.answers import Parcel, Series
from services.aggregator.domain.watching import Hour
from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, ItemTooLarge, Table, Update, transact
from shared.errors import Conflict, Unavailable
from shared.tables import friction as keys

FULL = 32_000
"""Bytes of marks from which on an hour's next marks go to a further item: small items are cheap to add to."""
SMALL = 10
"""Marks; a parcel of more is worth a write of its own, which tells how full its item is."""
PIECES = 1000


@dataclass
class TableMarks:
    """Sets of marks in the `friction` table; a busy hour is spread over several items.

    Which piece of an hour a mark stands in does not matter: the union of the pieces is what counts.
    The piece that still has room is only remembered here to save writes.
    """

    table: Table

    def __post_init__(self) -> None:
        self._room: dict[tuple[Series, datetime], int] = {}

    def add(self, parcel: Parcel) -> None:
        for piece in range(self._room.get((parcel.series, parcel.hour), 0), PIECES):
            try:
                held = self._add_to(parcel, piece)
            except ItemTooLarge:
                continue
            if held > FULL:
                self._remember(parcel, piece + 1)
            return
        raise Conflict(f"the hour has no room left in {PIECES} items")

    def add_history(self, parcels: Sequence[Parcel]) -> None:
        """Small parcels by transactions: twice the write units of single writes, in a hundredth of the calls.

        A transaction that fails was not made at all; its parcels are then added one by one.
        """
        small = [parcel for parcel in parcels if len(parcel.marks) <= SMALL]
        for first in range(0, len(small), TRANSACTION_LIMIT):
            group = small[first : first + TRANSACTION_LIMIT]
            try:
                transact([self._addition(parcel, 0) for parcel in group])
            except (ItemTooLarge, ConditionFailed, Unavailable):
                self._each(group)
        self._each(parcel for parcel in parcels if len(parcel.marks) > SMALL)

    def _each(self, parcels: Iterable[Parcel]) -> None:
        for parcel in parcels:
            self.add(parcel)

    def _addition(self, parcel: Parcel, piece: int) -> Update:
        place = keys.hour_key(parcel.series.partition, parcel.hour, piece)
        return Update(self.table, *place, "ADD marks :marks", {":marks": parcel.marks})

    def _add_to(self, parcel: Parcel, piece: int) -> int:
        """Adds the marks to a piece and says how many bytes of marks it then holds."""
        addition = self._addition(parcel, piece)
        item = self.table.update(addition.pk, addition.sk, addition.expression, addition.values)
        return sum(map(len, item["marks"]))

    def _remember(self, parcel: Parcel, piece: int) -> None:
        if len(self._room) > 1000:
            self._room.clear()
        self._room[parcel.series, parcel.hour] = piece

    def hours(self, series: Series, first: datetime, last: datetime) -> Iterable[Hour]:
        items = self.table.query_all(series.partition, between=keys.hours_between(first, last), consistent=True)
        for hour, pieces in groupby(items, key=lambda item: str(item["sk"]).split("#")[1]):
            start = datetime.strptime(hour, keys.HOUR).replace(tzinfo=UTC)
            yield Hour(start, frozenset().union(*(piece["marks"] for piece in pieces)))

    def put_day(self, series: Series, day: date, channels: dict[str, list[int]]) -> None:
        pk, sk = keys.day_key(series.partition, day)
        self.table.put({"pk": pk, "sk": sk, "channels": channels})
