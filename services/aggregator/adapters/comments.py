"""What people wrote, in the `responses` table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aggregator.domain.answers import Series
from shared.dynamo import Item, Table
from shared.tables import responses as response_keys
from shared.times import key_time


@dataclass(frozen=True)
class TableComments:
    """Comments in the `responses` table."""

    table: Table

    def bad_between(self, series: Series, since: datetime, until: datetime, bad_at_most: int) -> list[str]:
        comments: list[str] = []
        for month in months_back(until, since):
            pk = response_keys.month_key(series.touchpoint, month, "")[0]
            span = (key_time(since), key_time(until))
            for item in self.table.query_all(pk, index=response_keys.MONTH_INDEX, between=span, forward=False):
                if is_bad_comment(item, series, bad_at_most) and item["comment"] not in comments:
                    comments.append(item["comment"])
                if len(comments) == 3:
                    return comments[::-1]
        return comments[::-1]


def is_bad_comment(item: Item, series: Series, bad_at_most: int) -> bool:
    here = (item["audience"], item["scale"]) == (series.audience, series.scale_name)
    return bool(here and item["counted"] and item["score"] <= bad_at_most and item.get("comment"))


def months_back(newest: datetime, oldest: datetime) -> Iterable[datetime]:
    """A time in each month from the newest to the oldest."""
    month = newest
    while (month.year, month.month) >= (oldest.year, oldest.month):
        yield month
        month = month.replace(day=1) - timedelta(days=1)
