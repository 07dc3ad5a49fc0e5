"""What customers did in the end, in the table `contacts`, read only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from services.aggregator.domain.valuing import Ended
from shared.dynamo import Item, Table
from shared.tables import contacts as keys
from shared.times import key_time, months, parse_time

MOST_READ = 20_000
"""Outcomes of a span; the newest are read first."""


@dataclass(frozen=True)
class TableEnds:
    """By the index over everybody's outcomes of a month."""

    table: Table

    def between(self, since: datetime, until: datetime) -> list[Ended]:
        return [ended for item in islice(self._items(since, until), MOST_READ) if (ended := ended_in(item))]

    def _items(self, since: datetime, until: datetime) -> Iterator[Item]:
        between = (key_time(since), key_time(until))
        for month in sorted(months(since, until), reverse=True):
            partition = keys.month_outcome_key(month, "")[0]
            yield from self.table.query_all(partition, index=keys.MONTH_INDEX, between=between, forward=False)


def ended_in(item: Item) -> Ended | None:
    """The outcome in an item; None where it does not say whose it is in a way that answers do too."""
    if "customer" not in item:
        return None
    return Ended(
        person=item["customer"],
        kind=item["outcome"],
        at=parse_time(item["occurred_at"]),
        amount=item.get("amount"),
        currency=item.get("currency"),
    )
