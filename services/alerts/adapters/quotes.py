"""The aggregator's alerts, read only: what they quote by now."""

from __future__ import annotations

from dataclasses import dataclass

from shared.dynamo import Table
from shared.events import AlertEvent
from shared.quotes import quotes_of, without
from shared.tables import friction as keys


@dataclass(frozen=True)
class TableQuotes:
    """The table `friction`."""

    table: Table

    def still_in(self, event: AlertEvent) -> AlertEvent:
        item = self.table.get(*keys.alert_key(event.touchpoint, event.raised_at, event.alert_id), consistent=True)
        left = quotes_of(AlertEvent.model_validate_json(item["event"])) if item else frozenset[str]()
        return without(event, lambda quote: quote not in left)
