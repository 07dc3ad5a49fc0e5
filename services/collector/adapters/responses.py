"""Answers in DynamoDB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.collector.adapters.items import of_customer, present
from services.collector.domain.history import Position
from services.collector.domain.responses import BY_INPUT, MAY_CHANGE_FOR, MOST_REVISIONS, Response
from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Put, Table, TransactionConflict, transact
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
