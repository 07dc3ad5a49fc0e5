"""Owners' weeks to the queue that `alerts` reads, beside the topic's alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared import dynamo
from shared.events import WeeklyEvent, canonical


@dataclass(frozen=True)
class QueueWeeks:
    client: Any
    url: str

    def put(self, event: WeeklyEvent) -> None:
        dynamo.call(self.client.send_message, QueueUrl=self.url, MessageBody=canonical(event))
