"""Counters in DynamoDB: one conditional update each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.collector.domain.limits import Limit
from shared.dynamo import ConditionFailed, Table
from shared.errors import Unavailable
from shared.tables import responses as keys

KEPT_FOR = timedelta(hours=1)
"""After the end of its window; DynamoDB then removes the counter when it gets round to it."""
RETRY_AFTER_S = 30


@dataclass(frozen=True)
class TableCounters:
    """Counters in the table `responses`."""

    table: Table

    def count(self, what: str, window: datetime, weight: int, limit: Limit) -> bool:
        """Any error refuses, even one that can only be a mistake of ours: no answer comes in uncounted."""
        try:
            self.table.update(
                *keys.limit_key(what, window),
                "SET #kind = :kind, #n = if_not_exists(#n, :none) + :weight, #expires_at = :expires_at",
                {
                    ":kind": "limit",
                    ":none": 0,
                    ":weight": weight,
                    ":expires_at": int((window + limit.window + KEPT_FOR).timestamp()),
                    ":room": limit.most - weight,
                },
                condition="attribute_not_exists(#n) OR #n <= :room",
                names={"#kind": "kind", "#n": "n", "#expires_at": "expires_at"},
            )
        except ConditionFailed:
            return False
        except Exception as error:
            raise Unavailable("answers cannot be counted just now", retry_after=RETRY_AFTER_S) from error
        return True
