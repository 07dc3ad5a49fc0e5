"""Events as AWS sends them: what stands in a stream or a queue of the engine, in the shape Lambda hands it over."""

from __future__ import annotations

import base64
from typing import Any

from infra.local.environment import ACCOUNT, REGION
from infra.prove.cloud import Cloud
from tests.http import api_gateway_event

Event = dict[str, Any]


def rest(method: str, resource: str, body: Any = None, key: str = "", **parameters: str) -> Event:
    """API Gateway's event for a resource such as `/v1/touchpoints/{touchpoint}`, its parameters filled in."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    event = api_gateway_event(method, resource.format(**parameters), body, headers)
    event["requestContext"]["resourcePath"] = resource
    return event | {"resource": resource, "pathParameters": parameters or None}


def stream(cloud: Cloud, table: str) -> Event:
    """Every record there is in a table's stream."""
    streams = cloud.client("dynamodbstreams")
    arn = streams.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    [shard, *_] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = streams.get_records(ShardIterator=streams.get_shard_iterator(**place)["ShardIterator"])["Records"]
    return {"Records": [record_of(record, arn) for record in records]}


def record_of(record: Event, arn: str) -> Event:
    """boto3's record as Lambda sends it: JSON, with bytes as base64 and times as numbers."""
    detail = dict(record["dynamodb"])
    detail["ApproximateCreationDateTime"] = detail["ApproximateCreationDateTime"].timestamp()
    for image in ("Keys", "NewImage", "OldImage"):
        if image in detail:
            detail[image] = textual(detail[image])
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": detail,
        "eventSourceARN": arn,
    }


def textual(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: textual(inner) for name, inner in value.items()}
    return [textual(inner) for inner in value] if isinstance(value, list) else value


def queued(cloud: Cloud, queue: str) -> Event:
    """The messages that now stand in a queue, at least one and at most ten; they are taken out of it."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)["Messages"]
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return {"Records": [message_of(message["Body"], queue, message["MessageId"]) for message in messages]}


def message_of(body: str, queue: str, identifier: str = "059f36b4-87a3-44ab-83d2-661975830a7d") -> Event:
    return {
        "messageId": identifier,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1709287200000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1709287200001",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }
