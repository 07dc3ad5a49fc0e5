"""Which stream records the engine may forget: those that every reader has passed, and no others.

AWS forgets a record after a day. A laptop sleeps over the weekend, so here a record is kept until it was read,
and a while longer. Readers note how far they are in the table of `infra.local.checkpoints`. Runs in the engine's
own Python.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.services import dynamodb

TABLE = "etincelle-local"
PARTITION = "CHECKPOINT#"
NEVER = 100 * 365 * 24 * 3600

dynamodb._STREAM_RETENTION_SECONDS = NEVER


def trim_consumed(kept: float, forgotten: float = 0.0) -> None:
    """Drops what every reader of a stream has read and is older than `kept` seconds, or than the time `forgotten`."""
    oldest = max(time.time() - kept, forgotten)
    for (account, region, table), records in dynamodb._stream_records.all_items():
        read_to = checkpoint(account, region, table)
        count = 0
        while count < len(records) and is_over(records[count]["dynamodb"], read_to, oldest):
            count += 1
        if count:
            del records[:count]
            trimmed = dynamodb._stream_trimmed.get_scoped(account, region, table, 0)
            dynamodb._stream_trimmed.set_scoped(account, region, table, trimmed + count)


def is_over(change: dict[str, Any], read_to: str, oldest: float) -> bool:
    return bool(change["SequenceNumber"] <= read_to and change["ApproximateCreationDateTime"] < oldest)


def checkpoint(account: str, region: str, table: str) -> str:
    """The sequence number that the slowest reader of the table's stream has passed; empty where nobody reads."""
    notes = dynamodb._tables.get_scoped(account, region, TABLE, {}).get("items", {})
    read = [item["sequence"]["S"] for item in notes.get(PARTITION + table, {}).values()]
    return min(read, default="")
