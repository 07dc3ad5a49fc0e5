"""What people wrote, newest first, in the table `responses`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.insights.usecases.ports import Comment
from shared.dynamo import Item, Table
from shared.tables import responses as keys
from shared.times import key_time, parse_time

READ_AT_ONCE = 100
"""Answers of a month that are looked through for comments, from the newest."""


@dataclass(frozen=True)
class TableComments:
    """By the index over a touchpoint's months: two reads at the most, however many answered."""

    table: Table

    def latest(self, touchpoint: str, first: date, last: date, most: int) -> list[Comment]:
        begins, ends = datetime.combine(first, time.min), datetime.combine(last, time.max)
        previous = ends.replace(day=1) - timedelta(days=1)
        found: list[Comment] = []
        for month in (ends, previous):
            partition = keys.month_key(touchpoint, month, "")[0]
            between = (key_time(begins), key_time(ends) + "~")
            if len(found) < most and f"{month:%Y-%m}" >= f"{begins:%Y-%m}":
                options = {"index": keys.MONTH_INDEX, "between": between, "forward": False, "limit": READ_AT_ONCE}
                page = self.table.query(partition, **options)  # type: ignore[arg-type]
                found += [comment_in(item) for item in page.items if is_shown(item)]
        return found[:most]


def is_shown(item: Item) -> bool:
    """Whether a customer wrote something, in an answer that counts. What staff wrote is never shown one by one."""
    return bool(item.get("comment")) and item.get("audience") == "customer" and bool(item.get("counted"))


def comment_in(item: Item) -> Comment:
    return Comment(
        text=item["comment"],
        score=item["score"],
        scale=item["scale"],
        collected_at=parse_time(item["collected_at"]),
        channel=item["channel"],
        lang=item.get("lang"),
    )
