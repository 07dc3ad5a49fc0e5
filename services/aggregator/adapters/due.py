"""Series to be looked at later than a message can wait, in the `friction` table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from services.aggregator.domain.answers import Series
from shared.dynamo import Table
from shared.tables import friction as keys

MOST_REMEMBERED = 1000


@dataclass(frozen=True)
class TableDue:
    """One item for a series and hour. What was noted lately is remembered, so as not to write it again."""

    table: Table
    _noted: set[keys.Key] = field(default_factory=set)

    def note(self, series: Series, at: datetime) -> None:
        place = keys.due_key(series.partition, at)
        if place in self._noted:
            return
        named = [series.touchpoint, series.source, series.scale_name]
        self.table.put({"pk": place[0], "sk": place[1], "kind": "due", "series": named})
        if len(self._noted) >= MOST_REMEMBERED:
            self._noted.clear()
        self._noted.add(place)

    def take(self, now: datetime) -> Iterator[Series]:
        """Whoever is given a series has asked for it before the next is taken; only then is it let go."""
        for item in self.table.query_all(keys.DUE, between=keys.due_until(now), consistent=True):
            yield Series(*item["series"])
            self.table.delete(item["pk"], item["sk"])
