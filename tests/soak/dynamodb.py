"""DynamoDB in memory: the calls of `shared.aws`'s client that the services make, and what its streams tell.

It holds to what the services rely on: conditions and transactions are atomic, an item holds 400 KB, a query is in
key order and by pages, a stream tells every change once in the order of its key. What it does not know raises.
`tests/contract/test_memory_dynamodb.py` compares it with another engine.
"""

from __future__ import annotations

import marshal
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.aws import AwsRefused
from tests.soak.expressions import Item, condition, update
from tests.soak.tables import Key, tables

LARGEST_ITEM = 400 * 1024
LARGEST_PAGE = 1024 * 1024
Told = Callable[[str, dict[str, Any]], None]
"""Hears each change: the table's name, and the record as Lambda gets it."""


class MemoryDynamoDB:
    """The client. told: hears what the tables' streams tell. leaves: whether a part of a batch is left undone."""

    def __init__(self, stage: str, told: Told = lambda *_: None, leaves: Callable[[], bool] = lambda: False) -> None:
        self.tables = tables(stage)
        self._told, self._leaves = told, leaves
        self._sequence = 0
        self.calls = 0

    # -- reading ---------------------------------------------------------------------------------------------

    def get_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: Item,  # noqa: N803
        ConsistentRead: bool = False,  # noqa: N803
        ProjectionExpression: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        item = self.tables[TableName].get(key_of(Key))
        return {"Item": part_of(item, ProjectionExpression)} if item is not None else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        found: dict[str, list[Item]] = {}
        left: dict[str, Any] = {}
        for name, asked in RequestItems.items():
            later = [key for key in asked["Keys"] if self._leaves()]
            left |= {name: {**asked, "Keys": later}} if later else {}
            items = [self.tables[name].get(key_of(key)) for key in asked["Keys"] if key not in later]
            found[name] = [part_of(item, asked.get("ProjectionExpression", "")) for item in items if item is not None]
        return {"Responses": found, "UnprocessedKeys": left}

    def query(
        self,
        *,
        TableName: str,  # noqa: N803
        KeyConditionExpression: str,  # noqa: N803
        ExpressionAttributeNames: dict[str, str],  # noqa: N803
        ExpressionAttributeValues: Item,  # noqa: N803
        ScanIndexForward: bool = True,  # noqa: N803
        IndexName: str = "",  # noqa: N803
        ConsistentRead: bool = False,  # noqa: N803
        ExclusiveStartKey: Item | None = None,  # noqa: N803
        Limit: int = 10**9,  # noqa: N803
    ) -> dict[str, Any]:
        table = self.tables[TableName]
        if IndexName and (ConsistentRead or IndexName not in table.indexes):
            raise refused("ValidationException", f"no such index, or not to be read consistently: {IndexName}")
        low, high = span(KeyConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues)
        pk = ExpressionAttributeValues[":pk"]["S"]
        found: Any = table.by_index.get((IndexName, pk)) if IndexName else table.partitions.get(pk)
        if not found:
            return {"Items": []}
        if IndexName:
            start = position(ExclusiveStartKey, IndexName)
            low_end, high_end = (low,), (high + "\U0010ffff", "")
        else:
            start = ExclusiveStartKey["sk"]["S"] if ExclusiveStartKey else None
            low_end, high_end = low, high  # type: ignore[assignment]
        keys = found.between(low_end, high_end, reverse=not ScanIndexForward)
        page: list[Item] = []
        size, last = 0, None
        for place in keys:
            if start is not None and (place <= start if ScanIndexForward else place >= start):
                continue
            key = (place[1], place[2]) if IndexName else (pk, place)
            if IndexName and place[0] > high:
                continue
            if len(page) >= Limit or size >= LARGEST_PAGE:
                last = last_key(page[-1], IndexName)
                break
            stored = table.partitions[key[0]][key[1]]
            size += len(stored)
            page.append(marshal.loads(stored))
        if last is None and page and len(page) == Limit:
            last = last_key(page[-1], IndexName)
        return {"Items": page} | ({"LastEvaluatedKey": last} if last else {})

    # -- writing ---------------------------------------------------------------------------------------------

    def put_item(self, *, TableName: str, Item: Item, **options: Any) -> dict[str, Any]:  # noqa: N803
        self._write([prepared("Put", {"TableName": TableName, "Item": Item} | options)])
        return {}

    def update_item(self, *, TableName: str, Key: Item, **options: Any) -> dict[str, Any]:  # noqa: N803
        options.pop("ReturnValues", None)
        [after] = self._write([prepared("Update", {"TableName": TableName, "Key": Key} | options)])
        return {"Attributes": after}

    def delete_item(self, *, TableName: str, Key: Item, **options: Any) -> dict[str, Any]:  # noqa: N803
        self._write([prepared("Delete", {"TableName": TableName, "Key": Key} | options)])
        return {}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        writes = [prepared(verb, request) for one in TransactItems for verb, request in one.items()]
        places = [(write.table, write.key) for write in writes]
        if len(set(places)) < len(places):
            raise refused("ValidationException", "a transaction writes each item once")
        self._write(writes, is_transaction=True)
        return {}

    def _write(self, writes: list[Write], is_transaction: bool = False) -> list[Item | None]:
        """All or none: conditions first, then the items, then the streams."""
        before = [self.tables[write.table].get(write.key) for write in writes]
        held = [write.holds(known) for write, known in zip(writes, before, strict=True)]
        if not all(held):
            raise cancelled(held) if is_transaction else unmet(writes[0], before[0])
        after = [write.made(known) for write, known in zip(writes, before, strict=True)]
        for write, was, now in zip(writes, before, after, strict=True):
            if now is not None and len(marshal.dumps(now)) > LARGEST_ITEM:
                raise refused("ValidationException", "Item size to update has exceeded the maximum allowed size")
            table = self.tables[write.table]
            table.set(write.key, was, now)
            if table.streams and was != now:
                self._told(write.table, self.record(write.key, was, now))
        return after

    def record(self, key: Key, before: Item | None, after: Item | None) -> dict[str, Any]:
        """A change as Lambda gets it."""
        self._sequence += 1
        kind = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
        detail: dict[str, Any] = {
            "Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
            "SequenceNumber": f"{self._sequence:021}",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
        if before is not None:
            detail["OldImage"] = textual(before)
        if after is not None:
            detail["NewImage"] = textual(after)
        return {
            "eventID": f"{self._sequence:032x}",
            "eventName": kind,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-west-1",
            "dynamodb": detail,
        }


@dataclass(frozen=True)
class Write:
    """One write: where, on what condition, and what it makes of the item."""

    table: str
    key: Key
    request: dict[str, Any]
    verb: str

    @property
    def scope(self) -> Any:
        return self.request.get("ExpressionAttributeNames", {}), self.request.get("ExpressionAttributeValues", {})

    def holds(self, known: Item | None) -> bool:
        wanted = self.request.get("ConditionExpression")
        return wanted is None or condition(wanted)(known or {}, self.scope)

    def made(self, known: Item | None) -> Item | None:
        if self.verb == "Put":
            item: Item = self.request["Item"]
            return item
        if self.verb == "Update":
            changed = dict(known or self.request["Key"])
            try:
                update(self.request["UpdateExpression"])(changed, self.scope)
            except ValueError as wrong:
                raise refused("ValidationException", str(wrong)) from wrong
            return changed
        return None if self.verb == "Delete" else known


def prepared(verb: str, request: dict[str, Any]) -> Write:
    if verb not in ("Put", "Update", "Delete", "ConditionCheck"):
        raise ValueError(f"{verb} is not known here")
    return Write(request["TableName"], key_of(request["Item" if verb == "Put" else "Key"]), request, verb)


def part_of(item: Item, named: str) -> Item:
    """The attributes that are named, with commas between; all, where none is."""
    names = named.replace(",", " ").split() or item
    return {name: item[name] for name in names if name in item}


def key_of(item: Item) -> Key:
    key = item["pk"]["S"], item["sk"]["S"]
    if not all(key):
        raise refused("ValidationException", "a key is not empty")
    return key


def span(expression: str, names: dict[str, str], values: Item) -> Key:
    """The sort keys asked for, from and to. expression: one of those that `shared.dynamo` writes."""
    if names["#pk"] not in expression and not expression.startswith("#pk = :pk"):
        raise ValueError(expression)
    if "BETWEEN" in expression:
        return values[":low"]["S"], values[":high"]["S"]
    prefix = values[":prefix"]["S"] if "begins_with" in expression else ""
    return prefix, prefix + "\U0010ffff"


def position(start: Item | None, index: str) -> tuple[str, str, str] | None:
    return (start[f"{index}_sk"]["S"], start["pk"]["S"], start["sk"]["S"]) if start else None


def last_key(item: Item, index: str) -> Item:
    names = ["pk", "sk", *((f"{index}_pk", f"{index}_sk") if index else ())]
    return {name: item[name] for name in names}


def textual(item: Item) -> Item:
    """An image as Lambda gets it: bytes are base64 text."""
    return {name: as_text(value) for name, value in item.items()}


def as_text(value: dict[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    match kind:
        case "B":
            return {"B": b64encode(content).decode()}
        case "BS":
            return {"BS": [b64encode(one).decode() for one in content]}
        case "M":
            return {"M": textual(content)}
        case "L":
            return {"L": [as_text(one) for one in content]}
    return value


def refused(code: str, message: str = "", **more: Any) -> AwsRefused:
    return AwsRefused("Call", 400, code, {"message": message} | more)


def unmet(write: Write, known: Item | None) -> AwsRefused:
    asked = write.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    more: dict[str, Any] = {"Item": known} if asked and known else {}
    return refused("ConditionalCheckFailedException", **more)


def cancelled(held: list[bool]) -> AwsRefused:
    reasons = [{"Code": "None" if one else "ConditionalCheckFailed"} for one in held]
    return refused("TransactionCanceledException", CancellationReasons=reasons)
