"""How alerts stand, what is muted, and what may be replied to, in the `cases` table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.alerts.domain.standings import Standing
from shared.dynamo import ConditionFailed, Item, Table
from shared.errors import Conflict
from shared.events import AlertEvent, canonical
from shared.tables import cases as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableStandings:
    """One item an alert; each write names the version it builds on."""

    table: Table

    def get(self, alert_id: str) -> Standing | None:
        item = self.table.get(*keys.standing_key(alert_id), consistent=True)
        return standing_of(item) if item else None

    def save(self, standing: Standing) -> Standing:
        saved = replace(standing, version=standing.version + 1)
        condition = "version = :known" if standing.version else "attribute_not_exists(pk)"
        known = {":known": standing.version} if standing.version else None
        try:
            self.table.put(item_of_standing(saved), condition=condition, values=known)
        except ConditionFailed:
            raise Conflict("the alert has gone on meanwhile") from None
        return saved


def item_of_standing(standing: Standing) -> Item:
    """The standing's item; the event in it is the newest that was heard."""
    pk, sk = keys.standing_key(standing.event.alert_id)
    at = standing.acknowledged_at
    return {
        "pk": pk,
        "sk": sk,
        "kind": "standing",
        "event": canonical(standing.event),
        "told": sorted(standing.told),
        "state": standing.state,
        "level": standing.level,
        "acknowledged_by": standing.acknowledged_by,
        "acknowledged_at": key_time(at) if at else None,
        "version": standing.version,
    }


def standing_of(item: Item) -> Standing:
    at = item["acknowledged_at"]
    return Standing(
        event=AlertEvent.model_validate_json(item["event"]),
        told=frozenset(item["told"]),
        state=item["state"],
        level=item["level"],
        acknowledged_by=item["acknowledged_by"],
        acknowledged_at=parse_time(at) if at else None,
        version=item["version"],
    )


@dataclass(frozen=True)
class TableMutes:
    """A mute that is over is passed over, and deleted by the table when it comes to it."""

    table: Table

    def put(self, subscription: str, scope: str, until: datetime) -> None:
        pk, sk = keys.mute_key(subscription, scope)
        ends = {"until": key_time(until), "expires_at": int(until.timestamp()) + 1}
        self.table.put({"pk": pk, "sk": sk, "scope": scope} | ends)

    def of(self, subscription: str, now: datetime) -> frozenset[str]:
        pk, prefix = keys.mute_key(subscription, "")
        items = self.table.query_all(pk, prefix=prefix)
        return frozenset(item["scope"] for item in items if parse_time(item["until"]) > now)


@dataclass(frozen=True)
class TableThreads:
    """One item for an alert and a subscription; the first that is written stays."""

    table: Table

    def get(self, alert_id: str, subscription: str) -> str | None:
        item = self.table.get(*keys.thread_key(alert_id, subscription))
        return str(item["thread"]) if item else None

    def put(self, alert_id: str, subscription: str, thread: str) -> None:
        pk, sk = keys.thread_key(alert_id, subscription)
        try:
            self.table.put_new({"pk": pk, "sk": sk, "thread": thread})
        except ConditionFailed:
            return
