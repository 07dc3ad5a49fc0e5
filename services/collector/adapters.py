"""Answers and links in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.collector.domain import Link, Response
from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Put, Table, TransactionConflict, transact
from shared.tables import responses as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableResponses:
    """Answers in the table `responses`: one conditional write each, whatever happens."""

    table: Table

    def add(self, responses: Sequence[Response]) -> list[bool]:
        """One put each; a list goes as transactions of up to 100, ten times as quick as one by one.

        A transaction costs twice the write units on AWS. Where it holds answers that are already stored it
        writes nothing and says which they are; the others are then sent again without them.
        """
        if len(responses) == 1:
            return [self._add_one(responses[0])]
        return [added for group in groups(responses) for added in self._add_group(group)]

    def _add_group(self, group: Sequence[Response]) -> list[bool]:
        stored: set[int] = set()
        while remaining := [place for place in range(len(group)) if place not in stored]:
            try:
                transact([Put(self.table, item_of(group[place]), new=True) for place in remaining])
                break
            except ConditionFailed as refusal:
                stored |= {remaining[place] for place in refusal.places}
            except TransactionConflict:
                return [self._add_one(response) for response in group]
        return [place not in stored for place in range(len(group))]

    def _add_one(self, response: Response) -> bool:
        try:
            self.table.put_new(item_of(response))
        except ConditionFailed:
            return False
        return True

    def holds(self, touchpoint: str, response_id: str) -> bool:
        return self.table.get(*keys.response_key(touchpoint, response_id), consistent=True) is not None


def groups(responses: Sequence[Response]) -> Iterator[Sequence[Response]]:
    for start in range(0, len(responses), TRANSACTION_LIMIT):
        yield responses[start : start + TRANSACTION_LIMIT]


def item_of(response: Response) -> Item:
    """The item as the table's readers know it; what is absent has no attribute."""
    pk, sk = keys.response_key(response.touchpoint, response.response_id)
    month_pk, month_sk = keys.month_key(response.touchpoint, response.collected_at, response.response_id)
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "month_pk": month_pk,
        "month_sk": month_sk,
        "kind": "response",
        "v": 1,
        "revision": 1,
        "response_id": response.response_id,
        "touchpoint": response.touchpoint,
        "owner": response.owner,
        "survey": response.survey,
        "survey_version": response.survey_version,
        "scale": response.scale,
        "score": response.score,
        "audience": response.audience,
        "channel": response.channel,
        "lang": response.lang,
        "comment": response.comment,
        "customer": response.customer,
        "collected_at": key_time(response.collected_at),
        "stored_at": key_time(response.stored_at),
        "invited_at": key_time(response.invited_at) if response.invited_at else None,
        "attributes": response.attributes or None,
        "counted": response.is_counted,
        "not_counted_because": response.not_counted_because,
        "evidence": response.evidence or None,
    }
    return present(item)


def present(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}


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
    }
    return present(item)


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
    )
