"""The tables of the other services, read only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from services.insights.domain.reports import Day
from services.insights.domain.segments import Part
from services.insights.domain.windows import DAY, Window
from shared.alerts_table import NamedAlerts
from shared.causes.answers import Whose
from shared.dynamo import Table
from shared.events import AlertEvent
from shared.marks import CELL, origins, tally_channels, tally_origins, tally_segments
from shared.scales import scale
from shared.tables import friction as keys
from shared.times import key_time

AT_ONCE = 100
"""Alerts that are read at a time; further ones only where somebody goes on."""


@dataclass(frozen=True)
class TableFigures:
    """Days that were rolled up, and the hours since: two reads, unless there is more than a page of either.

    A day is rolled up once it is over, in order; so the hours that count by themselves begin after the last one.
    """

    table: Table

    def days(self, touchpoint: str, audience: str, scale_name: str, window: Window) -> Iterable[Day]:
        series = keys.series_partition(touchpoint, audience, scale_name)
        whole = list(self._whole_days(series, window))
        yield from whole
        since = max((day.day + DAY for day in whole), default=window.first)
        yield from self._hours(series, since, window, scale(scale_name).levels)

    def _whole_days(self, series: str, window: Window) -> Iterable[Day]:
        whole = window.whole
        between = (keys.day_key(series, whole.first)[1], keys.day_key(series, whole.last)[1])
        for item in self.table.query_all(series, between=between):
            yield Day(date.fromisoformat(str(item["sk"]).split("#")[1]), item["channels"], item.get("origins", {}))

    def _hours(self, series: str, since: date, window: Window, levels: int) -> Iterable[Day]:
        for day, counted in self._marks(series, since, window):
            yield Day(day, tally_channels(counted, levels), tally_origins(counted, levels))

    def _marks(self, series: str, since: date, window: Window) -> Iterable[tuple[date, frozenset[bytes]]]:
        """The marks of each hour, its pieces together, so that an answer in two of them counts once; with its day."""
        begins = datetime.combine(since, time.min, UTC)
        ends = window.until or datetime.combine(window.last, time.max, UTC)
        hours: dict[str, set[bytes]] = {}
        for item in self.table.query_all(series, between=keys.hours_between(begins, ends)):
            hours.setdefault(str(item["sk"]).split("#")[1], set()).update(item["marks"])
        for hour, marks in hours.items():
            start = datetime.fromisoformat(f"{hour}:00+00:00")
            yield start.date(), before(marks, start, window.until)

    def parts(self, touchpoint: str, audience: str, scale_name: str, attribute: str, window: Window) -> Iterable[Part]:
        series, whole = keys.series_partition(touchpoint, audience, scale_name), window.whole
        between = tuple(keys.part_key(series, attribute, day)[1] for day in (whole.first, whole.last))
        rolled = [
            Part(date.fromisoformat(str(item["sk"]).rpartition("#")[2]), item["values"])
            for item in self.table.query_all(series, between=between)
        ]
        yield from rolled
        since = max((part.day + DAY for part in rolled), default=window.first)
        for day, counted in self._marks(series, since, window):
            yield Part(day, tally_segments(counted, scale(scale_name).levels).get(attribute, {}))

    def came_from(self, origin: str, whose: Whose, since: datetime, until: datetime) -> set[bytes]:
        series = keys.series_partition(whose.touchpoint, whose.audience, whose.measure.name)
        hours: dict[str, set[bytes]] = {}
        for item in self.table.query_all(series, between=keys.hours_between(since, until)):
            hours.setdefault(str(item["sk"]).split("#")[1], set()).update(item["marks"])
        return {name for marks in hours.values() for name, came in origins(marks).items() if came == origin}


def before(marks: set[bytes], hour: datetime, until: datetime | None) -> frozenset[bytes]:
    """The marks of an hour that lie before a time, which is a multiple of five minutes."""
    return frozenset(mark for mark in marks if until is None or hour + mark[0] * CELL < until)


@dataclass(frozen=True)
class TableAlerts(NamedAlerts):
    """Alerts as the aggregator wrote them."""

    table: Table

    def of_touchpoint(self, touchpoint: str) -> Iterable[AlertEvent]:
        partition = keys.alert_key(touchpoint, datetime.min.replace(tzinfo=UTC), "")[0]
        for item in self.table.query_all(partition, forward=False, limit=AT_ONCE):
            yield AlertEvent.model_validate_json(item["event"])

    def of_year(self, year: int, upto: datetime) -> Iterable[AlertEvent]:
        partition = keys.alert_time_key(datetime(year, 1, 1, tzinfo=UTC), "")[0]
        between = (f"{year}", key_time(upto.replace(microsecond=999_999)) + "~")
        options = {"index": keys.TIME_INDEX, "between": between, "forward": False, "limit": AT_ONCE}
        for item in self.table.query_all(partition, **options):
            yield AlertEvent.model_validate_json(item["event"])
