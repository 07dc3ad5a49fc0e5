"""The tables of the other services, read only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from services.insights.domain.reports import Day
from shared.dynamo import Table
from shared.events import AlertEvent
from shared.marks import tally_channels
from shared.scales import scale
from shared.tables import friction as keys
from shared.times import key_time


@dataclass(frozen=True)
class TableFigures:
    """Days that were rolled up, and the hours since."""

    table: Table

    def days(self, touchpoint: str, audience: str, scale_name: str, first: date, last: date) -> Iterable[Day]:
        series = keys.series_partition(touchpoint, audience, scale_name)
        account = self.table.get(*keys.account_key(series)) or {}
        rolled_to = date.fromisoformat(account.get("rolled_to") or "1970-01-01")
        yield from self._whole_days(series, first, last, rolled_to)
        yield from self._hours(series, max(first, rolled_to), last, scale(scale_name).levels)

    def _whole_days(self, series: str, first: date, last: date, end: date) -> Iterable[Day]:
        between = (keys.day_key(series, first)[1], keys.day_key(series, last)[1])
        for item in self.table.query_all(series, between=between):
            day = date.fromisoformat(str(item["sk"]).split("#")[1])
            if day < end:
                yield Day(day, item["channels"])

    def _hours(self, series: str, first: date, last: date, levels: int) -> Iterable[Day]:
        """Hours, their pieces together, so that an answer in two of them counts once."""
        begins = datetime.combine(first, time.min, UTC)
        ends = datetime.combine(last, time.max, UTC)
        hours: dict[str, set[bytes]] = {}
        for item in self.table.query_all(series, between=keys.hours_between(begins, ends)):
            hours.setdefault(str(item["sk"]).split("#")[1], set()).update(item["marks"])
        for hour, marks in hours.items():
            yield Day(date.fromisoformat(hour[:10]), tally_channels(marks, levels))


@dataclass(frozen=True)
class TableAlerts:
    """Alerts as the aggregator wrote them."""

    table: Table

    def of_touchpoint(self, touchpoint: str) -> Iterable[AlertEvent]:
        partition = keys.alert_key(touchpoint, datetime.min.replace(tzinfo=UTC), "")[0]
        for item in self.table.query_all(partition, forward=False):
            yield AlertEvent.model_validate_json(item["event"])

    def of_year(self, year: int) -> Iterable[AlertEvent]:
        partition = keys.alert_time_key(datetime(year, 1, 1, tzinfo=UTC), "")[0]
        for item in self.table.query_all(partition, index=keys.TIME_INDEX, forward=False):
            yield AlertEvent.model_validate_json(item["event"])

    def named(self, alert_id: str) -> AlertEvent | None:
        """An alert's id ends with the second at which it was raised: few stand there."""
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
