"""What accounts said, and the alerts decided from it, in the `friction` table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from services.aggregator.domain import publishing
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.watching import BEGINNING
from shared.dynamo import ConditionFailed, Item, Table
from shared.events import AlertEvent, canonical
from shared.tables import friction as keys
from shared.times import from_unix, key_time, parse_time

FIRST_YEAR = 2000
MOST_REMEMBERED = 2_000
"""Of alerts read from text, as every decision reads all of them; some 20 MB."""


@dataclass(frozen=True)
class TableEvidence:
    """What accounts said, in the `friction` table, with an index over all of them by event time."""

    table: Table

    def add(self, said: Iterable[Said]) -> None:
        for one in said:
            self.table.put(said_item(one))

    def replace(self, series: Series, said: Iterable[Said]) -> None:
        items = [said_item(one) for one in said]
        wanted = {item["sk"] for item in items}
        for gone in [item for item in self._items(series) if item["sk"] not in wanted]:
            self.table.delete(gone["pk"], gone["sk"])
        for item in items:
            self.table.put(item)

    def all(self) -> list[Said]:
        return [said_of(item) for item in self.table.query_all("SAID", index=keys.TIME_INDEX)]

    def of(self, series: Series) -> list[Said]:
        return [said_of(item) for item in self._items(series)]

    def _items(self, series: Series) -> Iterator[Item]:
        prefix = keys.said_key(series.partition, BEGINNING, "")[1].split("#")[0]
        return self.table.query_all(series.partition, prefix=f"{prefix}#", consistent=True)


def said_item(one: Said) -> Item:
    """The item of what was said, with its place in the index over all series."""
    at = from_unix(one.at)
    pk, sk = keys.said_key(one.series.partition, at, one.kind)
    time_pk, time_sk = keys.said_time_key(one.series.partition, at, one.kind)
    return {
        "pk": pk,
        "sk": sk,
        "time_pk": time_pk,
        "time_sk": time_sk,
        "kind": "said",
        "series": [one.series.touchpoint, one.series.source, one.series.scale_name],
        "at": one.at,
        "share_false": one.share_false,
        "transition": publishing.to_json(one.transition) if one.transition else None,
    }


def said_of(item: Item) -> Said:
    transition = item["transition"]
    return Said(
        series=Series(*item["series"]),
        at=item["at"],
        transition=publishing.from_json(transition) if transition else None,
        share_false=item["share_false"],
    )


@dataclass(frozen=True)
class TableAlerts:
    """Alerts in the `friction` table, whose stream publishes them."""

    table: Table
    now: Callable[[], datetime]

    def all(self) -> list[AlertFact]:
        years = range(FIRST_YEAR, self.now().year + 1)
        partitions = [keys.alert_time_key(BEGINNING.replace(year=year), "")[0] for year in years]
        return [
            alert_fact(item)
            for partition in partitions
            for item in self.table.query_all(partition, index=keys.TIME_INDEX)
        ]

    def write(self, fact: AlertFact) -> None:
        event = fact.event
        pk, sk = keys.alert_key(event.touchpoint, event.raised_at, event.alert_id)
        time_pk, time_sk = keys.alert_time_key(event.raised_at, event.alert_id)
        item = {
            "pk": pk,
            "sk": sk,
            "kind": "alert",
            "series": [fact.series.touchpoint, fact.series.source, fact.series.scale_name],
            "time_pk": time_pk,
            "time_sk": time_sk,
            "owners": event.owners,
            "revision": event.revision,
            "event": canonical(event),
            "quotes_until": key_time(fact.quotes_until) if fact.quotes_until else None,
        }
        newer = "attribute_not_exists(pk) OR revision < :revision"
        with suppress(ConditionFailed):
            self.table.put(item, condition=newer, values={":revision": event.revision})

    def retell(self, stands: AlertFact, told: AlertFact) -> None:
        event = stands.event
        values = {":old": canonical(event), ":new": canonical(told.event)}
        place, names = keys.alert_key(event.touchpoint, event.raised_at, event.alert_id), {"#event": "event"}
        with suppress(ConditionFailed):
            self.table.update(*place, "SET #event = :new", values, condition="#event = :old", names=names)


def alert_fact(item: Item) -> AlertFact:
    event = event_of(item["event"])
    series, until = item.get("series", (event.touchpoint, event.audience, event.scale)), item.get("quotes_until")
    return AlertFact(Series(*series), event, parse_time(until) if until else None)


@lru_cache(maxsize=MOST_REMEMBERED)
def event_of(text: str) -> AlertEvent:
    """The alert that was written as this text."""
    return AlertEvent.model_validate_json(text)
