"""A service for the tests of the local stack: it answers with what it got, and notes what woke it."""

from __future__ import annotations

import time
from typing import Any

import boto3
from chalice.app import Chalice, CORSConfig, DynamoDBEvent, Response, SQSEvent

app = Chalice(app_name="echo", configure_logs=False)
SEEN = "etincelle-local-registry"


def seen(kind: str, identifier: str) -> None:
    """Notes one more time that a thing was handed over."""
    boto3.client("dynamodb").update_item(
        TableName=SEEN,
        Key={"pk": {"S": f"SEEN#{kind}"}, "sk": {"S": identifier}},
        UpdateExpression="ADD #n :one",
        ExpressionAttributeNames={"#n": "times"},
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def echoed() -> dict[str, Any]:
    return app.current_request.to_original_event()  # type: ignore[no-any-return]


@app.route("/echo/{name}", methods=["GET", "POST"], cors=CORSConfig(allow_origin="https://shop.example"))
def echo(name: str) -> dict[str, Any]:
    return {"name": name, "event": echoed()}


@app.route("/echo/fixed")
def fixed() -> dict[str, Any]:
    return {"name": "the fixed path", "event": echoed()}


@app.route("/cookies")
def cookies() -> Response:
    return Response("", headers={"Set-Cookie": ["a=1", "b=2"]}, status_code=204)


@app.route("/slow")
def slow() -> dict[str, Any]:
    time.sleep(1)
    return {}


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:eu-west-1:000000000000:table/responses/stream/x", name="note")
def note(event: DynamoDBEvent) -> None:
    for record in event.to_dict()["Records"]:
        key = record["dynamodb"]["Keys"]["pk"]["S"]
        time.sleep(1.5 if key.startswith("slow") else 0)
        seen("stream", key)


@app.on_sqs_message(queue_arn="arn:aws:sqs:eu-west-1:000000000000:looks", name="glance")
def glance(event: SQSEvent) -> None:
    for record in event:
        seen("queue", record.body)
