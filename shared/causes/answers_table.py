"""Answers in the table `responses`, as causes are sought in them; few reads, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from shared.causes.answers import Given, Reading, Whose
from shared.dynamo import Item, Table
from shared.tables import responses as keys
from shared.times import key_time, months, parse_time

MOST_READ = 4000
"""Answers of a span; of more, so many are read in slices of its time, as many of each."""
SLICES = 40
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class TableGiven:
    """By the index over a touchpoint's months. most: answers that are read of a span before it is cut in slices."""

    table: Table
    most: int = MOST_READ

    def between(self, whose: Whose, since: datetime, until: datetime) -> Reading:
        items = self._first(whose, since, until, self.most + 1)
        is_whole = len(items) <= self.most
        return read(items if is_whole else self._sliced(whose, since, until), whose, is_whole)

    def newest(self, whose: Whose, since: datetime, until: datetime, most: int) -> Reading:
        items: list[Item] = []
        for month in sorted(months(since, until), reverse=True):
            partition = keys.month_key(whose.touchpoint, month, "")[0]
            items += self._of_month(partition, (since, until), most + 1 - len(items), forward=False)
        return read(items[:most], whose, len(items) <= most)

    def _sliced(self, whose: Whose, since: datetime, until: datetime) -> list[Item]:
        """Of each slice of the span as many, from a moment within it that has nothing to do with the answers."""
        length, each = (until - since) / SLICES, max(1, self.most // SLICES)
        items: list[Item] = []
        for number in range(SLICES):
            first, last = since + number * length, since + (number + 1) * length
            turn = first + chance(whose.touchpoint, first) * length
            part = self._first(whose, turn, last, each)
            items += [*part, *self._first(whose, first, turn, each - len(part))]
        return items

    def _first(self, whose: Whose, since: datetime, until: datetime, most: int) -> list[Item]:
        """The first items of [since, until), at most so many."""
        items: list[Item] = []
        for month in months(since, until):
            partition = keys.month_key(whose.touchpoint, month, "")[0]
            items += self._of_month(partition, (since, until), most - len(items), forward=True)
        return items

    def _of_month(self, partition: str, span: tuple[datetime, datetime], most: int, *, forward: bool) -> list[Item]:
        """Those of the span, page after page until there are enough."""
        between = (key_time(span[0]), key_time(span[1] - MOMENT) + "~")
        options: dict[str, Any] = {"index": keys.MONTH_INDEX, "between": between, "forward": forward}
        items: list[Item] = []
        after: Item | None = None
        while len(items) < most:
            page = self.table.query(partition, limit=most - len(items), after=after, **options)
            items += page.items
            after = page.next
            if after is None:
                break
        return items


def read(items: Iterable[Item], whose: Whose, is_whole: bool) -> Reading:
    """The answers among the items, each once, by time."""
    found = {one.response_id: one for item in items if (one := given_in(item, whose)) is not None}
    return Reading(sorted(found.values(), key=lambda one: (one.collected_at, one.response_id)), is_whole)


def chance(touchpoint: str, at: datetime) -> float:
    """A number from 0 to 1 that is always the same for the same touchpoint and time."""
    return int(sha256(f"{touchpoint}:{key_time(at)}".encode()).hexdigest()[:13], 16) / float(16**13)


def given_in(item: Item, whose: Whose) -> Given | None:
    """The answer in an item; None where it is another audience's or scale's, or does not count."""
    if (item.get("audience"), item.get("scale")) != (whose.audience, whose.measure.name) or not item.get("counted"):
        return None
    beside = {"channel": item.get("channel"), "lang": item.get("lang"), "place": item.get("evidence", {}).get("place")}
    return Given(
        response_id=item["response_id"],
        collected_at=parse_time(item["collected_at"]),
        is_bad=whose.measure.is_bad(item["score"]),
        attributes={name: value for name, value in beside.items() if value} | item.get("attributes", {}),
        comment=item.get("comment"),
        score=item["score"],
        invitation_id=item.get("evidence", {}).get("invitation"),
        customer=item.get("customer"),
    )
