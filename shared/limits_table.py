"""Counters in DynamoDB: one conditional update each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.dynamo import ConditionFailed, Table
from shared.errors import Unavailable
from shared.limits import Limit

KEPT_FOR = timedelta(hours=1)
"""After the end of its window; DynamoDB then removes the counter when it gets round to it."""
RETRY_AFTER_S = 30


@dataclass(frozen=True)
class TableCounters:
    """Counters in a table. place: their key, of what is counted and when its window began."""

    table: Table
    place: Callable[[str, datetime], tuple[str, str]]

    def count(self, what: str, limit: Limit, now: datetime, weight: int = 1) -> bool:
        """Any error refuses, even one that can only be a mistake of ours: nothing comes in uncounted."""
        window = limit.began(now)
        values = {":kind": "limit", ":none": 0, ":weight": weight, ":room": limit.most - weight}
        values[":expires_at"] = int((window + limit.window + KEPT_FOR).timestamp())
        try:
            self.table.update(
                *self.place(what, window),
                "SET #kind = :kind, #n = if_not_exists(#n, :none) + :weight, #expires_at = :expires_at",
                values,
                condition="attribute_not_exists(#n) OR #n <= :room",
                names={"#kind": "kind", "#n": "n", "#expires_at": "expires_at"},
            )
        except ConditionFailed:
            return False
        except Exception as error:
            raise Unavailable("this cannot be counted just now", retry_after=RETRY_AFTER_S) from error
        return True
