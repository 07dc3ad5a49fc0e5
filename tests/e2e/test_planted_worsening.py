"""The main job, whole: a file of answers goes in, one alert comes out at the owner, whatever the batches."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.conftest import FreshStack, Running
from tests.journeys import journey
from tests.waiting import until

pytestmark = pytest.mark.e2e
SCHEMA = Path(__file__).parents[2] / "docs/alert-event.schema.json"
OWNERS = {"till": "stores", "site": "web", "parcel": "delivery", "desk": "support", "aisle": "stores"}
WORSE = "parcel"
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
CHANGE = BEGINNING + timedelta(days=60)
DAYS, A_DAY = 72, 15
Row = dict[str, Any]


def rows() -> list[Row]:
    """Five touchpoints; sixty quiet days at 10 % complaints, then twice as many at one of them."""
    chance = random.Random(20240101)
    made = []
    for touchpoint in OWNERS:
        for number in range(DAYS * A_DAY):
            at = BEGINNING + timedelta(seconds=chance.randrange(DAYS * 86400))
            share = 0.30 if touchpoint == WORSE and at >= CHANGE else 0.10
            score = chance.choice((1, 2)) if chance.random() < share else chance.choice((3, 4, 5, 5, 5))
            made.append(
                {
                    "response_id": f"{touchpoint}-{number}",
                    "touchpoint": touchpoint,
                    "collected_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "score": score,
                    "comment": "colis en retard" if score < 3 else None,
                }
            )
    return sorted(made, key=lambda row: (row["collected_at"], row["response_id"]))


def client(stack: Running) -> httpx.Client:
    headers = {"Authorization": f"Bearer {stack.key}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=60)


def applied(stack: Running) -> httpx.Client:
    api = client(stack)
    reply = api.put("/v1/documents/planted", json={"document": journey("planted", OWNERS), "base_version": 0})
    assert reply.status_code in (200, 201), reply.text
    return api


def posted(api: httpx.Client, answers: Iterable[Row]) -> None:
    body = [{name: value for name, value in row.items() if value is not None} for row in answers]
    reply = api.post("/v1/responses", json={"responses": body})
    assert reply.status_code == 200, reply.text


def alerts(api: httpx.Client) -> list[Row]:
    listed: list[Row] = api.get("/v1/alerts").json()["alerts"]
    return listed


def settled(stack: Running, api: httpx.Client) -> list[Row]:
    """The alerts once every series was looked at after its last answer, and no look or decision waits."""
    assert until(lambda: all(looked_at(stack, touchpoint) for touchpoint in OWNERS))
    assert until(lambda: waiting(stack) == 0)
    stack.wait_idle()
    return alerts(api)


def waiting(stack: Running) -> int:
    """Looks and decisions that were asked for and not yet made, the delayed ones included."""
    sqs = stack.client("sqs")
    counts = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    )
    url = sqs.get_queue_url(QueueName="etincelle-local-looks")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counts))["Attributes"]
    return sum(int(attributes[name]) for name in counts)


def looked_at(stack: Running, touchpoint: str) -> bool:
    """Whether the watch has folded in every late answer that was noted."""
    item = (
        stack.client("dynamodb")
        .get_item(
            TableName="etincelle-local-friction",
            Key={"pk": {"S": f"SERIES#{touchpoint}#customer#csat"}, "sk": {"S": "ACCOUNT"}},
            ConsistentRead=True,
        )
        .get("Item", {})
    )
    return "recomputed_n" in item and item["recomputed_n"] == item["late_n"]


def filtered_queue(stack: Running, owner: str) -> str:
    """A queue of a team's own, subscribed to the topic for one owner."""
    sqs, sns = stack.client("sqs"), stack.client("sns")
    url = sqs.create_queue(QueueName=f"team-{owner}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    [topic] = [t["TopicArn"] for t in sns.list_topics()["Topics"] if "friction-alerts" in t["TopicArn"]]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"FilterPolicy": json.dumps({"owner": [owner]}), "RawMessageDelivery": "true"},
    )
    return str(url)


def received(stack: Running, queue: str) -> list[Row]:
    messages = stack.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


def test_a_planted_worsening_reaches_its_owner_and_nobody_else(fresh_stack: FreshStack) -> None:
    """One alert for the worse touchpoint: in the API, on the topic for that owner, in the outbox as e-mail."""
    stack = fresh_stack()
    api = applied(stack)
    theirs, others = filtered_queue(stack, OWNERS[WORSE]), filtered_queue(stack, "web")
    answers = rows()
    for start in range(0, len(answers), 500):
        posted(api, answers[start : start + 500])
    [alert] = settled(stack, api)
    assert (alert["touchpoint"], alert["owner"]) == (WORSE, OWNERS[WORSE])
    assert CHANGE < datetime.fromisoformat(alert["raised_at"]) < CHANGE + timedelta(days=10)
    jsonschema.validate(alert, json.loads(SCHEMA.read_text()))
    heard = until(lambda: received(stack, theirs))
    assert {event["alert_id"] for event in heard} == {alert["alert_id"]}
    assert received(stack, others) == []
    mails = until(lambda: stack.outbox()["emails"])
    assert all("delivery@example.com" in json.dumps(mail) for mail in mails)
    assert any("colis en retard" in json.dumps(mail) for mail in mails)


def test_batches_duplicates_and_order_leave_no_trace(fresh_stack: FreshStack) -> None:
    """The same file in batches of 1, 7 and 100, with repeats, and shuffled: the same alerts byte for byte."""
    texts = set()
    for size, mix in ((100, None), (7, None), (1, None), (100, random.Random(5))):
        stack = fresh_stack()
        api = applied(stack)
        answers = mixed(rows(), mix)
        for start in range(0, len(answers), size):
            posted(api, answers[start : start + size])
        settled(stack, api)
        texts.add(api.get("/v1/alerts").text.replace(stack.url, ""))
        stack.stack.stop()
    assert len(texts) == 1


def mixed(answers: list[Row], mix: random.Random | None) -> list[Row]:
    """The answers with every tenth one repeated; shuffled, where there is chance to do it by."""
    doubled = answers + answers[::10]
    if mix is None:
        return sorted(doubled, key=lambda row: row["collected_at"])
    mix.shuffle(doubled)
    return doubled
