"""Answers in the table `responses`, as causes are sought in them; few reads, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from shared.causes.answers import Given, Reading, Whose
from shared.dynamo import Item, Page, Table
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
        if not is_whole:
            items = self._sliced(whose, since, until)
        found = {one.response_id: one for item in items if (one := given_in(item, whose)) is not None}
        ordered = sorted(found.values(), key=lambda one: (one.collected_at, one.response_id))
        return Reading(ordered, is_whole)

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
            after: Item | None = None
            while len(items) < most:
                page = self._page(partition, (since, until), most - len(items), after)
                items += page.items
                after = page.next
                if after is None:
                    break
        return items

    def _page(self, partition: str, span: tuple[datetime, datetime], limit: int, after: Item | None) -> Page:
        between = (key_time(span[0]), key_time(span[1] - MOMENT) + "~")
        return self.table.query(partition, index=keys.MONTH_INDEX, between=between, limit=limit, after=after)


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
