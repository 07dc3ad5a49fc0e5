"""Friction alerts by their id or their time, in the table `friction`, read only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.dynamo import Table
from shared.events import AlertEvent
from shared.tables import friction as keys
from shared.times import key_time


@dataclass(frozen=True)
class NamedAlerts:
    """By the index over all alerts: an id ends with the second at which its alert was raised, and few stand there."""

    table: Table

    def named(self, alert_id: str) -> AlertEvent | None:
        try:
            raised_at = datetime.strptime(alert_id.rpartition(".")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return None
        partition = keys.alert_time_key(raised_at, "")[0]
        between = (key_time(raised_at), key_time(raised_at) + "~")
        for item in self.table.query_all(partition, index=keys.TIME_INDEX, between=between):
            event = AlertEvent.model_validate_json(item["event"])
            if event.alert_id == alert_id:
                return event
        return None

    def raised(self, since: datetime, until: datetime) -> Iterator[AlertEvent]:
        """Everybody's that were raised in [since, until), in that order."""
        for year in range(since.year, until.year + 1):
            partition = keys.alert_time_key(since.replace(year=year, month=1, day=1), "")[0]
            between = (key_time(since), key_time(until))
            for item in self.table.query_all(partition, index=keys.TIME_INDEX, between=between):
                yield AlertEvent.model_validate_json(item["event"])
