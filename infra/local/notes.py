"""The local stack's own table, `etincelle-local`, in the engine itself, so that a snapshot cuts it with the rest.

| to find | partition key | sort key |
|---|---|---|
| how far a function has read a table's stream | `CHECKPOINT#table` | `service.function` |
| stream records no function could take | `PARKED` | `service.function#sequence` |
| what webhooks received | `HOOKS` | `received_at#id` |
| text messages that were sent | `TEXTS` | `sent_at#id` |
| the pictures within an e-mail | `PICTURES` | the mail's id |
| which process wakes the functions, and which | `WORKER` | `NOW` |
| what the sample brought | `SAMPLE` | `LINKS`, or the name of a step of [`steps.py`](sample/steps.py) |
"""

from __future__ import annotations

import json
from typing import Any

from infra.local import wire
from infra.local.environment import name

TABLE = "etincelle-local"
START = "0"
"""Before every sequence number there is."""
KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
Record = dict[str, Any]


def create_table(engine: wire.Wire) -> None:
    """Makes the table where there is none."""
    attributes = [{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in KEYS]
    try:
        engine.call(
            wire.DYNAMODB,
            "CreateTable",
            TableName=TABLE,
            KeySchema=KEYS,
            AttributeDefinitions=attributes,
            BillingMode="PAY_PER_REQUEST",
        )
    except wire.EngineError as error:
        if error.code != "ResourceInUseException":
            raise


def checkpoint(engine: wire.Wire, table: str, function: str) -> str | None:
    """The sequence number up to which the function has taken the table's records; None where it never read."""
    key = text_item(pk=f"CHECKPOINT#{name(table)}", sk=function)
    item = engine.call(wire.DYNAMODB, "GetItem", TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    return str(item["sequence"]["S"]) if item else None


def set_checkpoint(engine: wire.Wire, table: str, function: str, sequence: str) -> None:
    put(engine, pk=f"CHECKPOINT#{name(table)}", sk=function, sequence=sequence)


def park(engine: wire.Wire, function: str, record: Record, reason: str) -> None:
    """Puts a record aside where people see it; parking it twice leaves it there once."""
    sequence = record["dynamodb"]["SequenceNumber"]
    put(engine, pk="PARKED", sk=f"{function}#{sequence}", function=function, reason=reason, record=json.dumps(record))


def parked(engine: wire.Wire) -> list[Record]:
    """What was put aside, oldest first: function, reason, and the record as the function would get it."""
    return [
        {"function": note["function"], "reason": note["reason"], "record": json.loads(note["record"])}
        for note in items(engine, "PARKED")
    ]


def sample_links(engine: wire.Wire) -> list[Record]:
    """The sample's survey links, `touchpoint`, `name` and `path` of each; none where it was not brought."""
    made = [each["links"] for each in items(engine, "SAMPLE") if "links" in each]
    return [link for links in made for link in json.loads(links)]


def set_sample_links(engine: wire.Wire, links: list[Record]) -> None:
    put(engine, pk="SAMPLE", sk="LINKS", links=json.dumps(links))


def sample_steps(engine: wire.Wire) -> set[str]:
    """The names of what the sample has brought already."""
    return {each["sk"] for each in items(engine, "SAMPLE")}


def set_sample_step(engine: wire.Wire, name: str) -> None:
    put(engine, pk="SAMPLE", sk=name)


def put(engine: wire.Wire, **texts: str) -> None:
    engine.call(wire.DYNAMODB, "PutItem", TableName=TABLE, Item=text_item(**texts))


def items(engine: wire.Wire, partition: str) -> list[dict[str, str]]:
    """Every item of a partition, in key order."""
    found: list[dict[str, str]] = []
    after: dict[str, Any] = {}
    while True:
        reply = engine.call(
            wire.DYNAMODB,
            "Query",
            TableName=TABLE,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            **after,
        )
        found += [{key: value["S"] for key, value in item.items()} for item in reply["Items"]]
        if "LastEvaluatedKey" not in reply:
            return found
        after = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}


def clear(engine: wire.Wire, partition: str) -> None:
    """Removes every item of a partition."""
    for item in items(engine, partition):
        engine.call(wire.DYNAMODB, "DeleteItem", TableName=TABLE, Key=text_item(pk=item["pk"], sk=item["sk"]))


def text_item(**texts: str) -> dict[str, dict[str, str]]:
    return {key: {"S": value} for key, value in texts.items()}
