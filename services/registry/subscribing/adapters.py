"""Subscriptions that were made here, in the table `registry`: each beside its owner, its versions, a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from services.registry.domain.difference import SECRETS
from services.registry.subscribing.usecases import Kept, Team
from shared.catalogue import Owner, Subscription
from shared.dynamo import ConditionFailed, Item, Put, Table, TransactionConflict, transact
from shared.errors import Conflict
from shared.tables import cases
from shared.tables import registry as keys
from shared.times import format_time, parse_time


class Head(Protocol):
    @property
    def document(self) -> dict[str, Any]: ...


class Heads(Protocol):
    """The newest version of each journey document."""

    def head(self, name: str) -> Head | None: ...


KEPT_FOR = timedelta(days=400)
"""How long a version, and what was removed, is kept: addresses of people are among it."""


@dataclass(frozen=True)
class TableSubscriptions:
    """Each in an item beside its owner, where one query reads both. documents: for the time zone."""

    table: Table
    documents: Heads

    def team(self, owner: str) -> Team | None:
        item = self.table.get(*keys.owner_key(owner), consistent=True)
        if item is None or item.get("removed"):
            return None
        head = self.documents.head(item["document"])
        defaults = head.document.get("defaults", {}) if head else {}
        return Team(Owner.model_validate(item["value"]), defaults.get("time_zone", "UTC"))

    def teams(self) -> dict[str, str]:
        prefix = keys.index_key("OWNER", "")[1]
        lines = self.table.query_all(keys.INDEX, prefix=prefix, consistent=True)
        return {item["sk"].removeprefix(prefix): item["value"]["name"] for item in lines if not item.get("removed")}

    def of(self, owner: str) -> list[Kept]:
        pk, prefix = keys.subscriptions_prefix(owner)
        return [kept_of(item) for item in self.table.query_all(pk, prefix=prefix, consistent=True)]

    def save(self, kept: Kept) -> None:
        after = {":before": kept.version - 1}
        condition = "attribute_not_exists(pk)" if kept.version == 1 else "version = :before"
        current = item_of(kept, keys.subscription_key(kept.owner, kept.id)) | (ending(kept) if kept.is_removed else {})
        version = item_of(without_secrets(kept), keys.subscription_version_key(kept.owner, kept.id, kept.version))
        try:
            transact(
                [
                    Put(self.table, version | ending(kept)),
                    Put(self.table, current, condition=condition, values=after if kept.version > 1 else None),
                    Put(self.table, line_of(kept)),
                ]
            )
        except (ConditionFailed, TransactionConflict):
            raise Conflict("somebody else changed it at this very moment; look at it again") from None

    def versions(self, owner: str, subscription: str) -> list[Kept]:
        pk, prefix = keys.subscription_version_key(owner, subscription, 0)[0], "VERSION#"
        return [kept_of(item) for item in self.table.query_all(pk, prefix=prefix, consistent=True)]


@dataclass(frozen=True)
class TableMutes:
    """Reads the table `cases`, where the alerts service writes them."""

    table: Table

    def of(self, subscription: str, now: datetime) -> dict[str, datetime]:
        pk, prefix = cases.mute_key(subscription, "")
        items = self.table.query_all(pk, prefix=prefix, consistent=True)
        ends: dict[str, datetime] = {item["scope"]: parse_time(item["until"]) for item in items}
        return {what: until for what, until in ends.items() if until > now}


def without_secrets(kept: Kept) -> Kept:
    bare = kept.subscription.model_copy(update=dict.fromkeys(SECRETS))
    return Kept(kept.owner, bare, kept.version, kept.changed_at, kept.changed_by, kept.is_removed)


def item_of(kept: Kept, place: keys.Key) -> Item:
    """The subscription as it stands at that place: the current one, or a version."""
    return {
        "pk": place[0],
        "sk": place[1],
        "kind": "subscription",
        "owner": kept.owner,
        "value": kept.subscription.model_dump(mode="json", exclude_none=True),
        "version": kept.version,
        "changed_at": format_time(kept.changed_at),
        "changed_by": kept.changed_by,
        "removed": kept.is_removed,
    }


def ending(kept: Kept) -> Item:
    """When DynamoDB takes it away."""
    return {"expires_at": int((kept.changed_at + KEPT_FOR).timestamp())}


def line_of(kept: Kept) -> Item:
    """What a list of all that were made here shows."""
    pk, sk = keys.subscription_line_key(kept.owner, kept.id)
    about = {"owner": kept.owner, "id": kept.id, "version": kept.version, "changed_by": kept.changed_by}
    return {"pk": pk, "sk": sk, "watches": kept.subscription.everywhere, "removed": kept.is_removed} | about


def kept_of(item: Item) -> Kept:
    changed_at: datetime = parse_time(item["changed_at"])
    subscription = Subscription.model_validate(item["value"])
    return Kept(item["owner"], subscription, item["version"], changed_at, item["changed_by"], item["removed"])
