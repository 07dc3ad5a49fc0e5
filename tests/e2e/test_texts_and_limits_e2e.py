"""Texts, keys, limits and exports in the whole local stack: true conditions, topic, queue and functions."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cli.client import Client
from cli.exports import export
from infra.local.stack import secret as read_secret
from services.invitations.adapters.questions import TableQuestions
from services.invitations.domain.people import Identifier
from services.invitations.domain.questions import Question
from shared.dynamo import Table, transact
from shared.limits import Limit
from shared.limits_table import TableCounters
from shared.tables import responses
from tests.conftest import Running
from tests.e2e.test_collector_e2e import FORM, Api, api, at_once, place
from tests.texting import event

__all__ = ["api", "place"]
pytestmark = pytest.mark.e2e


def test_a_limit_holds_however_many_press_at_once(stack: Running) -> None:
    """Two hundred at once on a limit of a hundred: a hundred are let in, on the engine's true conditions."""
    counters = TableCounters(Table(stack.client("dynamodb"), "etincelle-local-responses"), responses.limit_key)
    limit, now = Limit(100, timedelta(hours=1)), datetime(2024, 3, 1, tzinfo=UTC)
    name = f"link-{uuid4().hex}"
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda _: counters.count(name, limit, now), range(200)))
    assert Counter(told) == {True: 100, False: 100}


def test_a_single_link_lets_ten_posts_in(api: Api, place: str) -> None:
    """Thirty at once: ten end well, twenty are told when to come again, in their language."""
    link = api.link(place, mode="single")
    headers = FORM | {"Accept-Language": "fr"}
    posts = at_once(30, lambda n: httpx.post(api.url + link, content=f"score={n % 11}", headers=headers, timeout=60))
    assert Counter(post.status_code for post in posts) == {303: 10, 429: 20}
    refused = next(post for post in posts if post.status_code == 429)
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert "Réessayez" in refused.text


def test_a_text_becomes_an_answer_and_an_unclear_one_is_asked_back(stack: Running, api: Api, place: str) -> None:
    """From the topic that AWS publishes to, by the queue, into the figures; and back into the outbox."""
    number = f"+3361{uuid4().int % 10**7:07}"
    secret = read_secret(stack.stack.options.home).encode()
    phone, now = Identifier("phone", number), datetime.now(UTC)
    question = Question(phone, uuid4().hex[:16], place, place, 1, "fr", "c0ffee", now, now + timedelta(days=1))
    asked = TableQuestions(Table(stack.client("dynamodb"), "etincelle-local-contacts"), secret).asked(question)
    assert asked is not None
    transact([asked])

    def publish(text: str) -> None:
        message = {"originationNumber": number, "destinationNumber": "+33700000000", "messageBody": text}
        message |= {"inboundMessageId": str(uuid4()), "messageKeyword": "KEYWORD"}
        topic = "arn:aws:sns:us-east-1:000000000000:etincelle-local-sms-replies"
        stack.client("sns").publish(TopicArn=topic, Message=json.dumps(message))
        stack.wait_idle()
        time.sleep(1.1)  # the engine's topic tells the time in whole seconds, and by it texts are put in order

    publish("trop long")
    replies = [text for text in stack.outbox()["texts"] if text["to"] == number]
    assert [text["text"] for text in replies] == [
        "Désolés, nous n'avons pas compris. Répondez par un seul nombre, de 0 à 10."
    ]
    publish("3")
    publish("٧ finalement")
    assert api.counts(place) == {"7": 1}
    [shown] = api.http.get("/v1/responses", params={"touchpoint": place}).json()["responses"]
    assert (shown["comment"], shown["channel"], shown["revision"]) == ("trop long\nfinalement", "sms", 2)


def test_a_key_becomes_an_answer(stack: Running, api: Api, place: str) -> None:
    """By Lambda's own API, as Amazon Connect calls the function."""
    sent: dict[str, Any] = event("connect/key")
    sent["Details"]["ContactData"]["ContactId"] = str(uuid4())

    def press(key: str) -> dict[str, Any]:
        sent["Details"]["Parameters"] = {"touchpoint": place, "key": key}
        path = "/2015-03-31/functions/etincelle-collector-local-phone/invocations"
        reply: dict[str, Any] = httpx.post(api.url + path, json=sent).json()
        return reply

    assert [press(key)["status"] for key in ("#", "9", "9", "*")] == ["unclear", "stored", "already_stored", "stored"]
    stack.wait_idle()
    assert api.counts(place) == {"10": 1}


def test_what_is_exported_gives_equal_figures_elsewhere(stack: Running, api: Api, place: str) -> None:
    """The report of a touchpoint, and of another that its export was sent to."""
    sent = [
        {"touchpoint": place, "score": n % 11, "response_id": f"r{n}", "comment": f"=c{n}", "channel": "web"}
        | {"collected_at": (datetime.now(UTC) - timedelta(days=n % 40, minutes=1)).isoformat()}
        for n in range(250)
    ]
    assert api.http.post("/v1/responses", json=sent).status_code == 200
    file = io.StringIO()
    assert export(Client(stack.url, stack.key), {"touchpoint": place, "from": "2000-01-01"}, "jsonl", file) == (250, 0)
    elsewhere = place + "-2"
    document = api.http.get(f"/v1/documents/{place}").json()
    document["document"]["touchpoints"][elsewhere] = document["document"]["touchpoints"][place]
    body = {"document": document["document"], "base_version": document["version"]}
    assert api.http.put(f"/v1/documents/{place}", json=body).status_code == 200
    rows = [json.loads(line) for line in file.getvalue().splitlines()]
    answers = [{name: row[name] for name in row if name != "owner"} | {"touchpoint": elsewhere} for row in rows]
    assert api.http.post("/v1/responses", json=answers).status_code == 200
    stack.wait_idle()
    here, there = (api.http.get(f"/v1/touchpoints/{name}/report").json() for name in (place, elsewhere))
    assert here["summary"]["n"] == 250
    assert [here[part] for part in ("summary", "weeks", "channels")] == [
        there[part] for part in ("summary", "weeks", "channels")
    ]
