"""Watches over series, in the `friction` table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.watching import Claim, Watch
from shared.dynamo import ConditionFailed, Item, Table, Update
from shared.errors import Conflict
from shared.tables import friction as keys
from shared.times import key_time, parse_time
from shared.together import get_all, raise_first, update_all


@dataclass(frozen=True)
class TableWatches:
    """Watches in the `friction` table; `version` settles which of two looks at once goes on."""

    table: Table

    def read(self, series: Series) -> Watch:
        item = self.table.get(*keys.account_key(series.partition), consistent=True)
        return watch_of(series, item) if item else Watch(series)

    def claims(self, several: Collection[Series]) -> dict[Series, Claim]:
        places = {keys.account_key(series.partition): series for series in several}
        found = {series: Claim() for series in several}
        for item in get_all(self.table, list(places), ("claimed_to", "look_at")):
            found[places[item["pk"], item["sk"]]] = Claim(item.get("claimed_to", 0), time_in(item, "look_at"))
        return found

    def note_late(self, looks_at: Mapping[Series, datetime], now: datetime) -> None:
        notes = [
            Update(
                self.table,
                *keys.account_key(series.partition),
                "SET late_n = if_not_exists(late_n, :none) + :one, late_at = :now, look_at = :look_at,"
                " late_since = if_not_exists(late_since, :now)",
                {":none": 0, ":one": 1, ":now": key_time(now), ":look_at": key_time(look_at)},
            )
            for series, look_at in looks_at.items()
        ]
        raise_first(update_all(notes))

    def postpone(self, series: Series, look_at: datetime) -> None:
        self.table.update(
            *keys.account_key(series.partition),
            "SET look_at = :look_at",
            {":look_at": key_time(look_at)},
        )

    def claim(self, watch: Watch, to_cell: int) -> Watch:
        if watch.version == 0:
            self._register(watch.series)
        expression = "SET claimed_to = :to, version = :next"
        self._build_on(watch, expression, {":to": max(to_cell, watch.claimed_to)})
        return replace(watch, claimed_to=max(to_cell, watch.claimed_to), version=watch.version + 1)

    def save(self, watch: Watch) -> None:
        self._build_on(
            watch,
            "SET account = :account, settings_version = :settings, stepped_to = :stepped,"
            " rolled_to = :rolled, recomputed_n = :recomputed, paths = :paths, promise = :promise,"
            " version = :next REMOVE late_since",
            {
                ":account": watch.account,
                ":settings": watch.settings_version,
                ":stepped": watch.stepped_to,
                ":rolled": watch.rolled_to.isoformat() if watch.rolled_to else None,
                ":recomputed": watch.recomputed_n,
                ":paths": watch.paths,
                ":promise": watch.promise,
            },
        )

    def _register(self, series: Series) -> None:
        """Lets the series be found from its touchpoint."""
        pk, sk = keys.series_key(series.touchpoint, series.source, series.scale_name)
        self.table.put({"pk": pk, "sk": sk})

    def _build_on(self, watch: Watch, expression: str, values: dict[str, Any]) -> None:
        condition = "version = :version" if watch.version else "attribute_not_exists(version)"
        known = {":version": watch.version} if watch.version else {}
        try:
            self.table.update(
                *keys.account_key(watch.series.partition),
                expression,
                {**values, **known, ":next": watch.version + 1},
                condition=condition,
            )
        except ConditionFailed:
            raise Conflict("another look at this series was faster") from None


def watch_of(series: Series, item: Item) -> Watch:
    """The watch in an item; an item that so far only has notes of late answers is a fresh watch with them."""
    return Watch(
        series=series,
        version=item.get("version", 0),
        account=item.get("account"),
        settings_version=item.get("settings_version", ""),
        claimed_to=item.get("claimed_to", 0),
        stepped_to=item.get("stepped_to", 0),
        rolled_to=date.fromisoformat(item["rolled_to"]) if item.get("rolled_to") else None,
        late_n=item.get("late_n", 0),
        recomputed_n=item.get("recomputed_n", 0),
        late_since=time_in(item, "late_since"),
        late_at=time_in(item, "late_at"),
        look_at=time_in(item, "look_at"),
        paths=item.get("paths"),
        promise=item.get("promise"),
    )


def time_in(item: Item, name: str) -> datetime | None:
    return parse_time(item[name]) if item.get(name) else None
