"""What the collector is measured against: a handler that reads the body and puts it by boto3, and does no more.

It checks nobody, validates nothing, writes no log line and no metric, and knows no second try of the same answer.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

TABLE = os.environ["TABLE_RESPONSES"]
dynamodb = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    answer = json.loads(event["body"])
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in answer.items()}
    item["pk"] = {"S": f"RESPONSE#{answer['touchpoint']}#{answer['response_id']}"}
    item["sk"] = {"S": "RESPONSE"}
    item["stored_at"] = {"S": event["requestContext"]["requestTime"]}
    item["request_id"] = {"S": context.aws_request_id}
    dynamodb.put_item(TableName=TABLE, Item=item)
    reply = {"response_id": answer["response_id"], "status": "stored"}
    return {"statusCode": 201, "headers": {"Content-Type": "application/json"}, "body": json.dumps(reply)}
