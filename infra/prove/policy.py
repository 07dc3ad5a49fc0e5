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
    """What a call does, as IAM names it: `dynamodb:PutItem` on a table's ARN."""

    action: str
    resource: str


class Policy:
    """The statements of a role, every one an Allow, their `Fn::Sub` resolved."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._allowed = [
            (action, substituted(resource, parameters))
            for statement in document["Statement"]
            for action in statement["Action"]
            for resource in statement["Resource"]
        ]

    def allows(self, deed: Deed) -> bool:
        return any(deed.action == action and fnmatchcase(deed.resource, pattern) for action, pattern in self._allowed)


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
            yield Deed(f"dynamodb:{kind}Item", arn(service, f"table/{detail['TableName']}"))
    elif operation == "BatchGetItem":
        for table in request["RequestItems"]:
            yield Deed("dynamodb:BatchGetItem", arn(service, f"table/{table}"))
    elif service == "dynamodb":
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        yield Deed(f"dynamodb:{operation}", arn(service, f"table/{request['TableName']}{index}"))
    elif service == "sqs":
        batch = operation.removesuffix("Batch")
        yield Deed(f"sqs:{batch}", arn(service, request["QueueUrl"].rpartition("/")[2]))
    else:
        yield Deed(f"ssm:{operation}", arn(service, f"parameter{request['Name']}"))


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
