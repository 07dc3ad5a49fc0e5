"""Links in DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.collector.adapters.items import of_customer, present
from services.collector.domain.links import Link
from shared.dynamo import ConditionFailed, Item, Table
from shared.tables import contacts as contact_keys
from shared.tables import responses as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableLinks:
    """Links in the table `responses`."""

    table: Table

    def add(self, link: Link) -> None:
        self.table.put_new(item_of_link(link))

    def get(self, link_id: str) -> Link | None:
        item = self.table.get(*keys.link_key(link_id))
        return link_of(item) if item else None

    def of(self, touchpoint: str, after: Link | None, limit: int) -> list[Link]:
        start = item_of_link(after) if after else None
        page = self.table.query(
            keys.links_partition(touchpoint),
            index=keys.MONTH_INDEX,
            after={name: start[name] for name in ("pk", "sk", "month_pk", "month_sk")} if start else None,
            limit=limit,
        )
        return [link_of(item) for item in page.items]

    def revoke(self, link_id: str, at: datetime) -> Link | None:
        try:
            item = self.table.update(
                *keys.link_key(link_id),
                "SET revoked_at = if_not_exists(revoked_at, :at)",
                {":at": key_time(at)},
                condition="attribute_exists(pk)",
            )
        except ConditionFailed:
            return None
        return link_of(item)


def item_of_link(link: Link) -> Item:
    """The link's item, with its place among those of its touchpoint."""
    pk, sk = keys.link_key(link.link_id)
    month_pk, month_sk = keys.links_key(link.touchpoint, link.created_at, link.link_id)
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "month_pk": month_pk,
        "month_sk": month_sk,
        "kind": "link",
        "link_id": link.link_id,
        "touchpoint": link.touchpoint,
        "mode": link.mode,
        "channel": link.channel,
        "audience": link.audience,
        "created_at": key_time(link.created_at),
        "invitation_id": link.invitation_id,
        "customer": link.customer,
        "expires_at_time": key_time(link.expires_at) if link.expires_at else None,
        "revoked_at": key_time(link.revoked_at) if link.revoked_at else None,
        "must_send": link.must_send or None,
        "place": link.place,
    }
    return present(item) | of_customer(link.customer, (pk, sk))


def link_of(item: Item) -> Link:
    """The link in an item. Raises KeyError or ValueError where it holds none."""
    return Link(
        link_id=item["link_id"],
        touchpoint=item["touchpoint"],
        mode=item["mode"],
        channel=item["channel"],
        audience=item["audience"],
        created_at=parse_time(item["created_at"]),
        invitation_id=item.get("invitation_id"),
        customer=item.get("customer"),
        expires_at=parse_time(item["expires_at_time"]) if "expires_at_time" in item else None,
        revoked_at=parse_time(item["revoked_at"]) if "revoked_at" in item else None,
        must_send=item.get("must_send", False),
        place=item.get("place"),
    )


@dataclass(frozen=True)
class EveryLink(TableLinks):
    """Those of the table `responses`, and those of invitations, which stand in `contacts` and are only read here."""

    contacts: Table

    def get(self, link_id: str) -> Link | None:
        return super().get(link_id) or self._invited(link_id)

    def _invited(self, link_id: str) -> Link | None:
        item = self.contacts.get(*contact_keys.link_key(link_id))
        return link_of(item) if item else None
