"""DynamoDB made to fit: plain Python values in and out, its errors translated in this one place."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from shared.aws import AwsRefused, AwsUnreachable
from shared.errors import EtincelleError, Unavailable

Item = dict[str, Any]
Result = TypeVar("Result")
BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
    "InternalServerError",
    "ServiceUnavailable",
}
TRANSACTION_LIMIT = 100
NAME = re.compile("#([a-z_]+)")


class ConditionFailed(EtincelleError):
    """The condition of a write did not hold. `existing`: what stands there, where it was asked for.

    places: of a transaction, the writes whose condition failed, from 0.
    """

    def __init__(self, existing: Item | None = None, places: tuple[int, ...] = ()) -> None:
        super().__init__("the condition of the write did not hold")
        self.existing = existing
        self.places = places


class TransactionConflict(Unavailable):
    """Another transaction was at work on one of the items; nothing was written."""


class ItemTooLarge(EtincelleError):
    """The item would grow beyond DynamoDB's 400 KB."""


class Refusal(Protocol):
    """What AWS refused, as our client and boto3's tell it."""

    response: dict[str, Any]


@dataclass(frozen=True)
class Put:
    """One put of a transaction; `new` refuses to replace an item that is there.

    condition, values: a condition expression of the put's own, and what it names.
    """

    table: Table
    item: Item
    new: bool = False
    condition: str = ""
    values: Mapping[str, Any] | None = None

    def request(self) -> dict[str, Any]:
        """The write in the notation of a transaction."""
        request: dict[str, Any] = {"TableName": self.table.name, "Item": marshal_item(self.table.ending(self.item))}
        if self.new or self.condition:
            request["ConditionExpression"] = self.condition or "attribute_not_exists(pk)"
        if self.values:
            request["ExpressionAttributeValues"] = marshal_item(self.values)
        return {"Put": request}


@dataclass(frozen=True)
class Update:
    """One update of a transaction: an update expression, the values it names, and a condition of its own.

    `#name` stands for the attribute `name`, in both expressions.
    """

    table: Table
    pk: str
    sk: str
    expression: str
    values: Mapping[str, Any]
    condition: str = ""

    def request(self) -> dict[str, Any]:
        """The write in the notation of a transaction."""
        request: dict[str, Any] = {
            "TableName": self.table.name,
            "Key": marshal_item({"pk": self.pk, "sk": self.sk}),
            "UpdateExpression": self.expression,
        }
        if self.values:
            request["ExpressionAttributeValues"] = marshal_item(self.values)
        if self.condition:
            request["ConditionExpression"] = self.condition
        names = set(NAME.findall(f"{self.expression} {self.condition}"))
        if names:
            request["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
        return {"Update": request}


@dataclass(frozen=True)
class Delete:
    """One removal of a transaction, of an item that is there."""

    table: Table
    pk: str
    sk: str
    condition: str = "attribute_exists(pk)"
    values: Mapping[str, Any] | None = None

    def request(self) -> dict[str, Any]:
        """The write in the notation of a transaction."""
        request: dict[str, Any] = {
            "TableName": self.table.name,
            "Key": marshal_item({"pk": self.pk, "sk": self.sk}),
            "ConditionExpression": self.condition,
        }
        if self.values:
            request["ExpressionAttributeValues"] = marshal_item(self.values)
        return {"Delete": request}


Write = Put | Update | Delete


def marshal(value: Any) -> dict[str, Any]:
    """DynamoDB's notation of a value: text, number, bool, None, bytes, set of bytes or text, list, dict."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case float():
            return {"N": json.dumps(value, allow_nan=False)}
        case bytes():
            return {"B": value}
        case set() | frozenset():
            kind = "BS" if isinstance(next(iter(value)), bytes) else "SS"
            return {kind: sorted(value)}
        case list() | tuple():
            return {"L": [marshal(element) for element in value]}
        case Mapping():
            return {"M": marshal_item(value)}
    raise TypeError(f"DynamoDB has no notation for {type(value).__name__}")


def marshal_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's notation of an item; text, which most values are, the short way."""
    return {name: {"S": value} if type(value) is str else marshal(value) for name, value in item.items()}


def unmarshal(notation: Mapping[str, Any]) -> Any:
    """The plain value of DynamoDB's notation; numbers come back as int or float, as they were."""
    [(kind, value)] = notation.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return number(value)
        case "L":
            return [unmarshal(element) for element in value]
        case "M":
            return unmarshal_item(value)
        case "B":
            return plain_bytes(value)
        case "BS":
            return {plain_bytes(part) for part in value}
        case "SS":
            return set(value)
        case _:
            return value


def number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def plain_bytes(value: bytes | str) -> bytes:
    """boto3 gives bytes; DynamoDB's own JSON, and a stream's record in a Lambda event, have base64 text."""
    return value if isinstance(value, bytes) else b64decode(value)


def unmarshal_item(item: Mapping[str, Any]) -> Item:
    """The plain values of an item; text, which most of them are, the short way."""
    return {name: value["S"] if "S" in value else unmarshal(value) for name, value in item.items()}


@dataclass(frozen=True)
class Table:
    """One table, through `shared.aws`'s client of DynamoDB, or boto3's. Every call may raise Unavailable.

    expiry: when an item that is put is to go, in unix seconds (`shared.retention`); without it, they stay.
    """

    client: Any
    name: str
    expiry: Callable[[Item], int | None] | None = None

    def ending(self, item: Item) -> Item:
        """The item with its end, where it has one."""
        at = self.expiry(item) if self.expiry else None
        return item if at is None else {**item, "expires_at": at}

    def get(self, pk: str, sk: str, *, consistent: bool = False) -> Item | None:
        """The item, or None where there is none."""
        reply = call(
            self.client.get_item,
            TableName=self.name,
            Key=marshal_item({"pk": pk, "sk": sk}),
            ConsistentRead=consistent,
        )
        return unmarshal_item(reply["Item"]) if "Item" in reply else None

    def put(self, item: Item, *, condition: str = "", values: Mapping[str, Any] | None = None) -> None:
        """Writes the item. Raises ConditionFailed (with what stands there) where the condition fails."""
        optional: dict[str, Any] = {}
        if condition:
            optional["ConditionExpression"] = condition
            optional["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if values:
            optional["ExpressionAttributeValues"] = marshal_item(values)
        call(self.client.put_item, TableName=self.name, Item=marshal_item(self.ending(item)), **optional)

    def put_new(self, item: Item) -> None:
        """Writes the item where none stands. Raises ConditionFailed, with the one that stands there."""
        self.put(item, condition="attribute_not_exists(pk)")

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any],
        *,
        condition: str = "",
        names: Mapping[str, str] | None = None,
    ) -> Item:
        """Applies an update expression and returns the whole item as it then stands."""
        optional: dict[str, Any] = {}
        if condition:
            optional["ConditionExpression"] = condition
        if names:
            optional["ExpressionAttributeNames"] = dict(names)
        reply = call(
            self.client.update_item,
            TableName=self.name,
            Key=marshal_item({"pk": pk, "sk": sk}),
            UpdateExpression=expression,
            ExpressionAttributeValues=marshal_item(values),
            ReturnValues="ALL_NEW",
            **optional,
        )
        return unmarshal_item(reply["Attributes"])

    def delete(
        self,
        pk: str,
        sk: str,
        *,
        condition: str = "",
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Removes the item; no harm where there is none. Raises ConditionFailed where the condition fails."""
        optional: dict[str, Any] = {}
        if condition:
            optional["ConditionExpression"] = condition
        if values:
            optional["ExpressionAttributeValues"] = marshal_item(values)
        if names:
            optional["ExpressionAttributeNames"] = dict(names)
        call(self.client.delete_item, TableName=self.name, Key=marshal_item({"pk": pk, "sk": sk}), **optional)

    def query(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        index: str = "",
        forward: bool = True,
        consistent: bool = False,
        after: Item | None = None,
        limit: int | None = None,
    ) -> Page:
        """One page of a partition in key order. between: both ends included; index: a GSI's name.

        A span that ends before it begins has no items; DynamoDB itself would refuse the question.
        """
        if between and between[0] > between[1]:
            return Page([], None)
        pk_name, sk_name = (f"{index}_pk", f"{index}_sk") if index else ("pk", "sk")
        condition, values = "#pk = :pk", {":pk": pk}
        names = {"#pk": pk_name}
        if between:
            condition += " AND #sk BETWEEN :low AND :high"
            values |= {":low": between[0], ":high": between[1]}
        elif prefix:
            condition += " AND begins_with(#sk, :prefix)"
            values |= {":prefix": prefix}
        if between or prefix:
            names["#sk"] = sk_name
        optional: dict[str, Any] = {"IndexName": index} if index else {"ConsistentRead": consistent}
        if after:
            optional["ExclusiveStartKey"] = marshal_item(after)
        if limit:
            optional["Limit"] = limit
        reply = call(
            self.client.query,
            TableName=self.name,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=marshal_item(values),
            ScanIndexForward=forward,
            **optional,
        )
        last = reply.get("LastEvaluatedKey")
        return Page(
            [unmarshal_item(item) for item in reply["Items"]],
            unmarshal_item(last) if last else None,
        )

    def query_all(self, pk: str, **options: Any) -> Iterator[Item]:
        """Every item of the query, page after page; for partitions known to be short."""
        after: Item | None = None
        while True:
            page = self.query(pk, after=after, **options)
            yield from page.items
            after = page.next
            if after is None:
                return


@dataclass(frozen=True)
class Page:
    """items: unmarshalled, in order; next: the key to go on after, None at the end."""

    items: list[Item]
    next: Item | None


def transact(writes: Sequence[Write]) -> None:
    """All writes or none. Raises ConditionFailed, naming those whose condition failed. At most 100."""
    if len(writes) > TRANSACTION_LIMIT:
        raise ValueError(f"a transaction takes {TRANSACTION_LIMIT} writes, not {len(writes)}")
    client = writes[0].table.client
    call(client.transact_write_items, TransactItems=[write.request() for write in writes])


def call(operation: Callable[..., Result], **arguments: Any) -> Result:
    """Calls AWS, by our client or by boto3's, and translates what is raised."""
    try:
        return operation(**arguments)
    except Exception as error:
        if (meant := meaning(error)) is error:
            raise
        raise meant from error


def meaning(error: Exception) -> Exception:
    """The error of ours that stands for what a client raised; its own where it can only be a bug."""
    if isinstance(error, AwsRefused):
        return translated(error)
    if isinstance(error, AwsUnreachable):
        return Unavailable("AWS could not be reached")
    return translated_from_boto3(error)


def translated_from_boto3(error: Exception) -> Exception:
    """What boto3 raised, translated; botocore is loaded only here, where it was loaded for the call."""
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, BotoCoreError):
        return Unavailable(f"AWS could not be reached: {type(error).__name__}")
    return translated(error) if isinstance(error, ClientError) else error


def translated(error: Refusal) -> Exception:
    """The error of ours that stands for DynamoDB's; its own where it can only be a bug."""
    code = error.response.get("Error", {}).get("Code", "")
    message = error.response.get("Error", {}).get("Message", "")
    if code == "ConditionalCheckFailedException":
        existing: Any = error.response.get("Item")
        return ConditionFailed(unmarshal_item(existing) if existing else None)
    if code == "TransactionCanceledException":
        return cancelled([reason.get("Code") for reason in error.response.get("CancellationReasons", [])])
    if code == "TransactionConflictException":
        return TransactionConflict(code)
    if code == "ValidationException" and message.startswith("Item size") and "exceeded" in message:
        return ItemTooLarge(message)
    is_over_there = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500
    return Unavailable(code) if is_over_there or code in BUSY else cast(Exception, error)


def cancelled(reasons: list[str | None]) -> EtincelleError:
    """Why a transaction was not made. reasons: one code for each of its writes, `None` where it was not at fault."""
    places = tuple(place for place, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
    if places:
        return ConditionFailed(places=places)
    if "TransactionConflict" in reasons:
        return TransactionConflict("another transaction is at work on the same items")
    return Unavailable("TransactionCanceledException")
