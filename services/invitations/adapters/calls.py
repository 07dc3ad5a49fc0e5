"""Calls to reach out: which were made, in the table `contacts`; and their way to the queue that `alerts` reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import dynamo
from shared.dynamo import Table
from shared.events import OutreachEvent, canonical
from shared.tables import contacts as keys


@dataclass(frozen=True)
class TableCalls:
    table: Table

    def is_made(self, alert_id: str, number: int) -> bool:
        return self.table.get(*keys.call_key(alert_id, number), consistent=True) is not None

    def make(self, alert_id: str, number: int, until: datetime) -> None:
        pk, sk = keys.call_key(alert_id, number)
        kept = {"alert_id": alert_id, "expires_at": int(until.timestamp())}
        self.table.put({"pk": pk, "sk": sk, "kind": "call"} | kept)


@dataclass(frozen=True)
class QueueCalls:
    client: Any
    url: str

    def put(self, event: OutreachEvent) -> None:
        dynamo.call(self.client.send_message, QueueUrl=self.url, MessageBody=canonical(event))
