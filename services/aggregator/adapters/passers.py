"""Who went through a touchpoint: the funnel's sets in the table `contacts`, read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.dynamo import Table
from shared.tables import contacts as keys

DIGEST = slice(3, 11)
"""Of a mark of the funnel: the bytes that stand for an interaction."""


@dataclass(frozen=True)
class TablePassers:
    """Each interaction once, whatever was said of it and however often."""

    table: Table

    def count(self, touchpoint: str, first: date, last: date) -> int | None:
        partition = keys.funnel_key(touchpoint, first, "", 0)[0]
        found: set[bytes] = set()
        for item in self.table.query_all(partition, between=keys.funnel_between(first, last)):
            if "label" not in item:
                found |= {mark[DIGEST] for mark in item["marks"]}
        return len(found) or None
