"""Whether a role's policy allows a call: IAM's plain core, which is all that our policies use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs

from infra.local.environment import ACCOUNT, REGION

SERVICES = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "AmazonSSM": "ssm"}


@dataclass(frozen=True)
class Deed:
    """What a call does, as IAM names it: `dynamodb:PutItem` on a table's ARN. leading: the partition keys it names."""

    action: str
    resource: str
    leading: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leave:
    """What a statement allows. leading: patterns of partition keys, one of which each that is named must match."""

    action: str
    resource: str
    leading: tuple[str, ...]

    def covers(self, deed: Deed) -> bool:
        is_named = deed.action == self.action and fnmatchcase(deed.resource, self.resource)
        return is_named and all(any(fnmatchcase(key, one) for one in self.leading) for key in deed.leading)


class Policy:
    """The statements of a role, every one an Allow, their `Fn::Sub` resolved."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._allowed = [
            Leave(action, substituted(resource, parameters), leading_keys(statement.get("Condition")))
            for statement in document["Statement"]
            for action in statement["Action"]
            for resource in statement["Resource"]
        ]

    def allows(self, deed: Deed) -> bool:
        return any(leave.covers(deed) for leave in self._allowed)


def leading_keys(condition: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The patterns of partition keys that a condition names, the one kind that we use; without it, any."""
    if condition is None:
        return ("*",)
    [(test, wanted)] = condition.items()
    [(key, patterns)] = wanted.items()
    assert (test, key) == ("ForAllValues:StringLike", "dynamodb:LeadingKeys"), f"not understood: {condition}"
    return tuple(patterns)


def substituted(resource: Any, parameters: Mapping[str, str]) -> str:
    text = resource if isinstance(resource, str) else str(resource["Fn::Sub"])
    for name, value in parameters.items():
        text = text.replace("${" + name + "}", value)
    return text


def deeds(path: str, target: str, body: bytes) -> Iterator[Deed]:
    """What a request does, whichever of AWS's protocols it is written in. A transaction does several things."""
    if path.startswith("/v2/email/"):
        yield from deeds_of_mail(json.loads(body))
    elif not target:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        yield Deed(f"sns:{form['Action']}", form["TopicArn"])
    else:
        service, _, operation = target.partition(".")
        yield from deeds_in_json(SERVICES[service], operation, json.loads(body))


def deeds_of_mail(mail: Mapping[str, Any]) -> Iterator[Deed]:
    """What sending a mail does. One whose MIME is our own needs another permission, by the same operation."""
    action = "ses:SendRawEmail" if "Raw" in mail["Content"] else "ses:SendEmail"
    yield Deed(action, arn("ses", f"identity/{mail['FromEmailAddress']}"))
    if "ConfigurationSetName" in mail:
        yield Deed(action, arn("ses", f"configuration-set/{mail['ConfigurationSetName']}"))


def deeds_in_json(service: str, operation: str, request: Mapping[str, Any]) -> Iterator[Deed]:
    """What a request of one of the JSON protocols does. Each part of a transaction needs its own permission."""
    if operation == "TransactWriteItems":
        for part in request["TransactItems"]:
            [(kind, detail)] = part.items()
            yield Deed(f"dynamodb:{kind}Item", arn(service, f"table/{detail['TableName']}"), partitions(detail))
    elif operation == "BatchGetItem":
        for table, wanted in request["RequestItems"].items():
            keys = tuple(key["pk"]["S"] for key in wanted["Keys"])
            yield Deed("dynamodb:BatchGetItem", arn(service, f"table/{table}"), keys)
    elif service == "dynamodb":
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        place = arn(service, f"table/{request['TableName']}{index}")
        yield Deed(f"dynamodb:{operation}", place, partitions(request))
    elif service == "sqs":
        batch = operation.removesuffix("Batch")
        yield Deed(f"sqs:{batch}", arn(service, request["QueueUrl"].rpartition("/")[2]))
    else:
        yield Deed(f"ssm:{operation}", arn(service, f"parameter{request['Name']}"))


def partitions(request: Mapping[str, Any]) -> tuple[str, ...]:
    """The partition key that a request names: of an item, or of what it asks for; a scan names none."""
    if "KeyConditionExpression" in request:
        return (request["ExpressionAttributeValues"][":pk"]["S"],)
    key = request.get("Key") or request.get("Item")
    return (key["pk"]["S"],) if key else ()


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
