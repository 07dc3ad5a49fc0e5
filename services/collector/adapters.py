"""Answers and links in DynamoDB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.collector.domain import (
    BY_INPUT,
    MAY_CHANGE_FOR,
    MOST_REVISIONS,
    Link,
    Response,
)
from services.collector.history import Position
from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Put, Table, TransactionConflict, transact
from shared.tables import contacts as contact_keys
from shared.tables import responses as keys
from shared.times import key_time, parse_time

CHANGEABLE = (
    "score",
    "comment",
    "follow_up",
    "follow_up_text",
    "call_back",
    "lang",
    "evidence",
    "counted",
    "not_counted_because",
    "stored_at",
)
"""What a change of an answer replaces; all the rest stays as it was first given."""

NEXT_REVISION = "SET #revision = #revision + :one"
CONFIRMED = "#evidence.confirmed_by = :input AND #counted = :yes"
"""The condition that nothing but a movement on the page stands behind an answer."""


@dataclass(frozen=True)
class Edit:
    """One update of an item, in DynamoDB's expressions; `#name` stands for the attribute `name`."""

    expression: str
    condition: str
    values: dict[str, Any]

    @property
    def names(self) -> dict[str, str]:
        found: list[str] = re.findall("#([a-z_]+)", f"{self.expression} {self.condition}")
        return {f"#{name}": name for name in found}


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
        return self.get(touchpoint, response_id) is not None

    def get(self, touchpoint: str, response_id: str) -> Response | None:
        item = self.table.get(*keys.response_key(touchpoint, response_id), consistent=True)
        return response_of(item) if item else None

    def change(self, response: Response, now: datetime, *, only_confirmed: bool = False) -> bool:
        """One update that reads nothing: whoever comes last wins, and each change has a revision of its own."""
        item = item_of(response)
        replaced = [name for name in CHANGEABLE if name in item]
        removed = [name for name in CHANGEABLE if name not in item]
        expression = f"{NEXT_REVISION}, " + ", ".join(f"#{name} = :{name}" for name in replaced)
        expression += " REMOVE " + ", ".join(f"#{name}" for name in removed) if removed else ""
        condition = "attribute_exists(pk) AND #scale = :scale AND #collected_at > :since AND #revision < :most"
        condition += " AND attribute_not_exists(#erased_at)"
        values = {f":{name}": item[name] for name in replaced} | {
            ":one": 1,
            ":scale": response.scale,
            ":since": key_time(now - MAY_CHANGE_FOR),
            ":most": MOST_REVISIONS,
        }
        if only_confirmed:
            condition += f" AND {CONFIRMED}"
            values |= {":input": BY_INPUT, ":yes": True}
        return self._update(response.touchpoint, response.response_id, Edit(expression, condition, values))

    def void(self, touchpoint: str, response_id: str, because: str) -> bool:
        expression = f"{NEXT_REVISION}, #counted = :no, #not_counted_because = :because"
        values = {":one": 1, ":no": False, ":yes": True, ":because": because, ":input": BY_INPUT}
        return self._update(touchpoint, response_id, Edit(expression, CONFIRMED, values))

    def _update(self, touchpoint: str, response_id: str, edit: Edit) -> bool:
        key = keys.response_key(touchpoint, response_id)
        try:
            self.table.update(*key, edit.expression, edit.values, condition=edit.condition, names=edit.names)
        except ConditionFailed:
            return False
        return True

    def between(self, touchpoint: str, after: Position, until: datetime, limit: int) -> tuple[list[Response], bool]:
        """An id holds no sign that sorts before `!`, so what follows an answer begins behind its key and that."""
        partition, place = keys.month_key(touchpoint, after.at, after.response_id)
        first = f"{place}!" if after.response_id else key_time(after.at)
        page = self.table.query(partition, index=keys.MONTH_INDEX, between=(first, key_time(until)), limit=limit)
        return [response_of(item) for item in page.items], page.next is None


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
        "revision": response.revision,
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
        "follow_up": response.follow_up,
        "follow_up_text": response.follow_up_text,
        "call_back": response.call_back or None,
    }
    return present(item) | of_customer(response.customer, (pk, sk))


def of_customer(customer: str | None, key: keys.Key) -> Item:
    """The place of an item among all that is of its customer; none where nobody is known."""
    if customer is None:
        return {}
    customer_pk, customer_sk = keys.customer_key(customer, key)
    return {"customer_pk": customer_pk, "customer_sk": customer_sk}


def response_of(item: Item) -> Response:
    """The answer in an item. Raises KeyError or ValueError where it holds none."""
    same = ("response_id", "touchpoint", "owner", "survey", "survey_version", "scale", "score", "audience", "channel")
    perhaps = ("lang", "comment", "customer", "follow_up", "follow_up_text", "not_counted_because")
    fields: dict[str, Any] = {name: item[name] for name in same} | {name: item.get(name) for name in perhaps}
    return Response(
        **fields,
        collected_at=parse_time(item["collected_at"]),
        stored_at=parse_time(item["stored_at"]),
        invited_at=parse_time(item["invited_at"]) if "invited_at" in item else None,
        attributes=item.get("attributes", {}),
        evidence=item.get("evidence", {}),
        call_back=item.get("call_back", False),
        revision=item["revision"],
    )


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
