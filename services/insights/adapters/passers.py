"""Who went through a touchpoint: the funnel's sets and the days' shares, in the table `contacts`, read only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from services.insights.domain.adjusting import PassedDay
from shared.dynamo import Item, Table
from shared.tables import contacts as keys

DIGEST = slice(3, 11)
"""Of a mark of the funnel: the bytes that stand for an interaction."""


@dataclass(frozen=True)
class TablePassers:
    """The funnel's days, each with all its pieces."""

    table: Table

    def days(self, touchpoint: str, first: date, last: date) -> Iterator[PassedDay]:
        shares = self._shares(touchpoint, first, last)
        partition = keys.funnel_key(touchpoint, first, "", 0)[0]
        items = self.table.query_all(partition, between=keys.funnel_between(first, last))
        for text, of_day in groupby(items, key=day_in):
            day = date.fromisoformat(text)
            yield passed(day, list(of_day), shares.get(text, 1.0))

    def _shares(self, touchpoint: str, first: date, last: date) -> dict[str, float]:
        """By day; where a target was changed within it, the mean of both."""
        partition = keys.sampling_key(touchpoint, first, "")[0]
        found: dict[str, list[float]] = {}
        for item in self.table.query_all(partition, between=keys.funnel_between(first, last)):
            found.setdefault(day_in(item), []).append(item["probability"])
        return {day: sum(shares) / len(shares) for day, shares in found.items()}


def day_in(item: Item) -> str:
    return str(item["sk"]).split("#")[0]


def passed(day: date, items: list[Item], share: float) -> PassedDay:
    """The day, its pieces together."""
    everybody: set[bytes] = set()
    segments: dict[tuple[str, str], set[bytes]] = {}
    for item in items:
        if "label" not in item:
            everybody |= {mark[DIGEST] for mark in item["marks"]}
        elif item["label"][0] == "segment":
            _, name, value = item["label"]
            segments.setdefault((name, value), set()).update(item["marks"])
    return PassedDay(day, frozenset(everybody), {place: frozenset(held) for place, held in segments.items()}, share)
