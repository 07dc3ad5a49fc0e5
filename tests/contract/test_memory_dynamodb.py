"""The DynamoDB in memory of `tests.soak` answers as another engine does, whatever it is asked in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.aws import AwsRefused
from shared.dynamo import marshal_item
from tests.aws import data_stack
from tests.soak.dynamodb import MemoryDynamoDB
from tests.soak.expressions import condition, update

TABLE = "etincelle-test-cases"
KEYS = st.tuples(st.sampled_from("ab"), st.sampled_from(["1", "12", "2", "é", "~"]))
VALUES = st.fixed_dictionaries({}, optional={"n": st.integers(-3, 3), "version": st.integers(1, 2), "t": st.text("xy")})
CONDITIONS: dict[str, dict[str, Any]] = {
    "attribute_not_exists(pk)": {},
    "attribute_exists(pk)": {},
    "version = :v": {":v": 1},
    "attribute_not_exists(pk) OR version < :v": {":v": 2},
    "attribute_not_exists(pk) OR t IN (:x, :y)": {":x": "x", ":y": "y"},
    "attribute_exists(pk) AND n > :low AND NOT t = :x": {":low": -1, ":x": "x"},
    "n BETWEEN :low AND :high": {":low": 0, ":high": 2},
    "begins_with(t, :x) OR contains(t, :y)": {":x": "x", ":y": "yy"},
    "attribute_not_exists(marks) OR size(marks) < :most": {":most": 2},
    "#v <> :v AND (n <= :low OR n >= :high)": {":v": 1, ":low": 0, ":high": 2},
}
UPDATES: dict[str, dict[str, Any]] = {
    "SET n = if_not_exists(n, :none) + :one, t = :t": {":none": 0, ":one": 1, ":t": "z"},
    "ADD marks :marks SET version = :two": {":marks": {b"a", b"b"}, ":two": 2},
    "ADD n :one": {":one": 1},
    "SET t = if_not_exists(t, :t) REMOVE n, version": {":t": "first"},
    "SET #v = :two": {":two": 2},
    "DELETE marks :marks": {":marks": {b"a"}},
}
NAMES = {"#v": "version"}
SIZE = "attribute_not_exists(marks) OR size(marks) < :most"
Call = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def other() -> Iterator[Any]:
    with data_stack():
        yield boto3.client("dynamodb")


def key(of: tuple[str, str]) -> dict[str, Any]:
    return marshal_item({"pk": of[0], "sk": of[1]})


def expression(name: str, text: str, values: dict[str, Any]) -> dict[str, Any]:
    """An expression with what it names, and nothing beside."""
    named = {"ExpressionAttributeNames": NAMES} if "#v" in text else {}
    given_values = {"ExpressionAttributeValues": marshal_item(values)} if values else {}
    return {name: text} | named | given_values


@st.composite
def puts(draw: st.DrawFn) -> Call:
    """A put, under a condition or none, of an item with or without a place in the index."""
    pk, sk = draw(KEYS)
    item = {"pk": pk, "sk": sk} | draw(VALUES)
    if draw(st.booleans()):
        item |= {"state_pk": "PARKED", "state_sk": draw(st.sampled_from(["2024-03-01#a", "2024-03-02#b"]))}
    text = draw(st.sampled_from([None, *CONDITIONS]))
    asked = expression("ConditionExpression", text, CONDITIONS[text]) if text else {}
    return "put_item", {"Item": marshal_item(item), **asked}


@st.composite
def updates(draw: st.DrawFn) -> Call:
    text, bound = draw(st.sampled_from(list(UPDATES))), draw(st.sampled_from([None, SIZE]))
    asked = expression("UpdateExpression", text, UPDATES[text])
    if bound:
        asked["ConditionExpression"] = bound
        asked["ExpressionAttributeValues"] = asked.get("ExpressionAttributeValues", {}) | marshal_item(
            CONDITIONS[bound]
        )
    return "update_item", {"Key": key(draw(KEYS)), "ReturnValues": "ALL_NEW", **asked}


@st.composite
def transactions(draw: st.DrawFn) -> Call:
    """Two puts of different items, each perhaps only where none stands."""
    places = draw(st.lists(KEYS, min_size=2, max_size=2, unique=True))
    new = {"ConditionExpression": "attribute_not_exists(pk)"}
    writes = [{"TableName": TABLE, "Item": key(one)} | (new if draw(st.booleans()) else {}) for one in places]
    return "transact_write_items", {"TransactItems": [{"Put": one} for one in writes]}


@st.composite
def queries(draw: st.DrawFn) -> Call:
    """A partition, all of it or a part, forward or back, by the key or by the index."""
    is_index = draw(st.booleans())
    values = {":pk": "PARKED" if is_index else draw(st.sampled_from("ab"))}
    names, text = {"#pk": "state_pk" if is_index else "pk"}, "#pk = :pk"
    part = draw(st.sampled_from(["", " AND begins_with(#sk, :prefix)", " AND #sk BETWEEN :low AND :high"]))
    if part:
        names["#sk"] = "state_sk" if is_index else "sk"
        span = {":low": "1", ":high": "2024-03-02"}
        values |= {":prefix": "2024-03-02" if is_index else "1"} if "prefix" in part else span
    asked: dict[str, Any] = {
        "KeyConditionExpression": text + part,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": marshal_item(values),
        "ScanIndexForward": draw(st.booleans()),
    }
    return "query", asked | ({"IndexName": "state"} if is_index else {})


PART = {"ConsistentRead": True, "ProjectionExpression": "pk, sk, n, marks"}
GETS = st.tuples(KEYS, st.sampled_from([{}, PART])).map(lambda of: ("get_item", {"Key": key(of[0]), **of[1]}))
DELETES = KEYS.map(lambda of: ("delete_item", {"Key": key(of)}))
BATCHES = st.lists(KEYS, min_size=1, max_size=4, unique=True).map(
    lambda keys: ("batch_get_item", {"RequestItems": {TABLE: {"Keys": [key(of) for of in keys], **PART}}})
)
CALLS = st.lists(
    puts() | puts() | updates() | transactions() | queries() | GETS | BATCHES | DELETES, min_size=1, max_size=12
)


def said(client: Any, call: Call) -> Any:
    """The answer, or the error's code; what an engine adds of its own is left out."""
    method, arguments = call
    named = arguments if method in ("transact_write_items", "batch_get_item") else {"TableName": TABLE, **arguments}
    try:
        reply = getattr(client, method)(**named)
    except (ClientError, AwsRefused) as error:
        reasons = [one.get("Code") for one in error.response.get("CancellationReasons", [])]
        return error.response["Error"]["Code"], reasons
    items = reply.get("Items", [reply.get("Item"), reply.get("Attributes")])
    if "Responses" in reply:
        items = sorted(reply["Responses"].get(TABLE, []), key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    return [sorted_sets(item) for item in items]


def sorted_sets(item: Any) -> Any:
    return {name: {k: sorted(v) if k == "BS" else v for k, v in value.items()} for name, value in (item or {}).items()}


@settings(max_examples=150, deadline=None)
@given(calls=CALLS)
def test_both_engines_say_the_same(other: Any, calls: list[Call]) -> None:
    """To any dozen of calls, their errors too; then both hold the same."""
    for pk in "ab":
        for item in other.query(**everything(pk))["Items"]:
            other.delete_item(TableName=TABLE, Key={name: item[name] for name in ("pk", "sk")})
    memory = MemoryDynamoDB("test")
    for call in calls:
        assert said(memory, call) == said(other, call), call
    for pk in "ab":
        assert said(memory, ("query", everything(pk))) == said(other, ("query", everything(pk)))


def everything(pk: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"KeyConditionExpression": "#pk = :pk", "ExpressionAttributeNames": {"#pk": "pk"}}
    return {"TableName": TABLE, **asked, "ExpressionAttributeValues": {":pk": {"S": pk}}}


def test_pages_follow_each_other_without_a_gap() -> None:
    """By the key and by an index, forward and back, whatever the page's size."""
    memory = MemoryDynamoDB("test")
    for n in range(25):
        place = {"pk": "a", "sk": f"{n:02}", "state_pk": "PARKED", "state_sk": f"{n % 5}"}
        memory.put_item(TableName=TABLE, Item=marshal_item(place))
    for index, forward, limit in (
        (i, f, size) for i in ("", "state") for f in (True, False) for size in (1, 4, 25, 99)
    ):
        asked = everything("PARKED" if index else "a") | {"ScanIndexForward": forward, "Limit": limit}
        asked["ExpressionAttributeNames"] = {"#pk": f"{index}_pk" if index else "pk"}
        seen, after = [], None
        while True:
            more: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
            where: dict[str, Any] = {"IndexName": index} if index else {}
            page = memory.query(**asked, **where, **more)
            seen += [(item["state_sk"]["S"] if index else "") + item["sk"]["S"] for item in page["Items"]]
            after = page.get("LastEvaluatedKey")
            if after is None:
                break
        assert seen == sorted(seen, reverse=not forward)
        assert len(set(seen)) == 25


def test_every_change_is_told_once_in_the_order_it_was_made() -> None:
    """With both images, bytes as base64; a write that changes nothing tells nothing."""
    told: list[Any] = []
    memory = MemoryDynamoDB("test", lambda table, record: told.append((table, record)))
    for _ in range(2):
        memory.put_item(TableName=TABLE, Item={"pk": {"S": "a"}, "sk": {"S": "1"}, "marks": {"BS": [b"x"]}})
    memory.delete_item(TableName=TABLE, Key={"pk": {"S": "a"}, "sk": {"S": "1"}})
    assert [(table, record["eventName"]) for table, record in told] == [(TABLE, "INSERT"), (TABLE, "REMOVE")]
    assert told[0][1]["dynamodb"]["NewImage"]["marks"] == {"BS": ["eA=="]}
    assert "OldImage" not in told[0][1]["dynamodb"]
    assert told[0][1]["dynamodb"]["SequenceNumber"] < told[1][1]["dynamodb"]["SequenceNumber"]


@pytest.mark.parametrize("text", ["version ?", "version = ", "a = :a b", "size(a", "SET a = :a"])
def test_a_condition_that_is_not_understood_is_refused(text: str) -> None:
    """Rather than understood wrongly."""
    with pytest.raises((ValueError, KeyError)):
        condition(text)


@pytest.mark.parametrize("text", ["PUT a = :a", "SET a.b = :a", "SET a", "SET a = :a +"])
def test_an_update_that_is_not_understood_is_refused(text: str) -> None:
    """Rather than made wrongly."""
    with pytest.raises((ValueError, KeyError)):
        update(text)
