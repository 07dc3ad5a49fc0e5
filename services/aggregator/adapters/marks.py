"""Sets of marks, and days rolled up from them, in the `friction` table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from services.aggregator.domain.answers import Parcel, Series
from services.aggregator.domain.watching import Hour, Rolled, histograms_in
from shared.dynamo import Table
from shared.metrics import merged
from shared.pieces import Addition, Pieces
from shared.tables import friction as keys

Place = tuple[Series, datetime]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class TableMarks:
    """Sets of marks in the `friction` table; a busy hour is spread over several items."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._pieces: Pieces[Place] = Pieces(table, key_of)

    def add(self, parcels: Sequence[Parcel]) -> None:
        self._pieces.add_each([addition(parcel) for parcel in parcels])

    def add_history(self, parcels: Sequence[Parcel]) -> None:
        self._pieces.add_all([addition(parcel) for parcel in parcels])

    def hours(self, series: Series, first: datetime, last: datetime) -> Iterable[Hour]:
        items = self.table.query_all(series.partition, between=keys.hours_between(first, last), consistent=True)
        for hour, pieces in groupby(items, key=lambda item: str(item["sk"]).split("#")[1]):
            start = datetime.fromisoformat(hour).replace(tzinfo=UTC)
            yield Hour(start, frozenset().union(*(piece["marks"] for piece in pieces)))

    def put_day(self, series: Series, day: date, rolled: Rolled) -> None:
        pk, sk = keys.day_key(series.partition, day)
        self.table.put({"pk": pk, "sk": sk, "channels": rolled.channels, "origins": rolled.origins})
        for attribute, values in rolled.segments.items():
            pk, sk = keys.part_key(series.partition, attribute, day)
            self.table.put({"pk": pk, "sk": sk, "values": values})

    def histograms(self, series: Series, first: date, last: date) -> dict[date, list[int]]:
        """Days are rolled up in order; so the hours that count by themselves begin after the last one."""
        levels = series.scale.levels
        between = (keys.day_key(series.partition, first)[1], keys.day_key(series.partition, last)[1])
        found = {
            date.fromisoformat(str(item["sk"]).split("#")[1]): merged(list(item["channels"].values()), levels)
            for item in self.table.query_all(series.partition, between=between)
        }
        since = max(found, default=first - DAY) + DAY
        begins, ends = (datetime.combine(day, time.min, UTC) for day in (since, last + DAY))
        return found | histograms_in(self.hours(series, begins, ends - HOUR), levels)


def key_of(place: Place, piece: int) -> keys.Key:
    series, hour = place
    return keys.hour_key(series.partition, hour, piece)


def addition(parcel: Parcel) -> Addition[Place]:
    return Addition((parcel.series, parcel.hour), parcel.marks)
