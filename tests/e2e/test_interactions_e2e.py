"""Interactions through the whole local stack: every way in, the same result, once; and counted how far they got."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from infra.local.environment import queue_url
from tests.conftest import Running
from tests.journeys import journey
from tests.waiting import until

pytestmark = pytest.mark.e2e
ROWS = 300


@pytest.fixture
def place(stack: Running) -> str:
    """A touchpoint of the test's own that asks by e-mail and on the web, and shows its funnel by shop."""
    name = f"visit-{uuid4().hex[:10]}"
    document = journey(name, {name: name})
    own: dict[str, Any] = {"journey": name, "survey": name, "channels": ["email", "web"], "segments": ["shop"]}
    own |= {"ask": {"delay_minutes": 1440}}  # nothing is sent meanwhile
    document["touchpoints"][name] |= own
    document |= {
        "journeys": {name: document["journeys"]["shop"]},
        "surveys": {name: document["surveys"]["sat"]},
    }
    api(stack).put(f"/v1/documents/{name}", json={"document": document, "base_version": 0}).raise_for_status()
    return name


def api(stack: Running) -> httpx.Client:
    return httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60)


def happened(place: str, name: str, **more: Any) -> dict[str, Any]:
    """An interaction of an hour ago."""
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    customer = {"email": f"{place}-{name}@gmail.com"}
    return {"interaction_id": name, "touchpoint": place, "occurred_at": at, "customer": customer} | more


def funnel(stack: Running, place: str) -> dict[str, Any]:
    found: dict[str, Any] = api(stack).get(f"/v1/touchpoints/{place}/funnel").raise_for_status().json()
    return found


def run(stack: Running, home: Path, *arguments: str) -> Result:
    environment = {"ETINCELLE_URL": stack.url, "ETINCELLE_KEY": stack.key, "ETINCELLE_HOME": str(home)}
    return CliRunner().invoke(app, list(arguments), env=environment)


def test_every_way_in_gives_the_same_and_once(stack: Running, place: str) -> None:
    """HTTP, the queue and the event bus; then all again by another way: nothing is new."""
    told = {way: happened(place, way) for way in ("http", "queue", "bus")}
    url = queue_url(stack.endpoint, "interactions")
    api(stack).post("/v1/interactions", json=told["http"]).raise_for_status()
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(told["queue"]))
    entry = {"Source": "etincelle.local", "DetailType": "interaction", "Detail": json.dumps(told["bus"])}
    stack.client("events").put_events(Entries=[entry])
    until(lambda: funnel(stack, place)["funnel"]["planned"] == 3)
    again = api(stack).post("/v1/interactions", json=list(told.values())).json()["results"]
    assert {one["status"] for one in again} == {"already_known"}
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(told["bus"]))
    stack.wait_idle()
    assert funnel(stack, place)["funnel"]["happened"] == 3


def test_a_message_nobody_can_take_ends_with_the_dead_letters(stack: Running, place: str) -> None:
    """The others of its batch are taken at once."""
    queue, url = stack.client("sqs"), queue_url(stack.endpoint, "interactions")
    dead = queue_url(stack.endpoint, "interactions-dead")
    queue.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    for body in (json.dumps(happened(place, "a")), "no JSON", json.dumps(happened(place, "b"))):
        queue.send_message(QueueUrl=url, MessageBody=body)
    until(lambda: funnel(stack, place)["funnel"]["happened"] == 2)
    found = until(lambda: bodies(queue, dead))
    queue.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "10"})
    assert found == ["no JSON"]


def bodies(queue: Any, url: str) -> list[str]:
    """What stands in a queue; it is taken out."""
    messages = queue.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
    for message in messages:
        queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def test_an_answer_to_an_invitation_is_counted_on_the_day_of_what_happened(stack: Running, place: str) -> None:
    """From the caller's question on the web to the funnel, through both services' tables."""
    reply = api(stack).post("/v1/interactions", json=happened(place, "web", channel="web")).json()
    address = reply["decision"]["url"]
    page = httpx.get(address)
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    sent = httpx.post(address, data={"score": "4", "ticket": ticket})
    assert (page.status_code, sent.status_code) == (200, 303)
    stack.wait_idle()
    counts = funnel(stack, place)["funnel"]
    assert [counts[stage] for stage in ("happened", "planned", "sent", "opened", "answered")] == [1, 1, 1, 1, 1]
    assert counts["rates"]["answered"]["value"] == 100


def test_a_file_imported_twice_gives_each_invitation_once(stack: Running, place: str, tmp_path: Path) -> None:
    """Wrong rows are set aside with their line; the second time nothing is new; each person is planned once."""
    file, at = tmp_path / "visits.csv", (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    rows = [(f"v{n}", at, f"{place}{n}@gmail.com" if n % 50 else "no address", f"shop {n % 3}") for n in range(ROWS)]
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([("visit", "occurred_at", "email", "Shop"), *rows])
    options = ("--set", f"touchpoint={place}", "--map", "visit=interaction_id", "--json")
    first, again = (run(stack, tmp_path, "import", "interactions", str(file), *options) for _ in range(2))
    wrong = ROWS // 50
    assert first.exit_code == 0, first.stderr
    told = [json.loads(one.stdout) for one in (first, again)]
    assert [(one["stored"], one["already_stored"], one["rejected"]) for one in told] == [
        (ROWS - wrong, 0, wrong),
        (0, ROWS - wrong, wrong),
    ]
    with Path(told[1]["rejects_file"]).open(encoding="utf-8", newline="") as text:
        assert [int(row["line"]) for row in csv.DictReader(text)] == [2 + 50 * n for n in range(wrong)]
    until(lambda: funnel(stack, place)["funnel"]["happened"] == ROWS - wrong)
    found = funnel(stack, place)
    assert (found["funnel"]["happened"], found["funnel"]["planned"]) == (ROWS - wrong, ROWS - wrong)
    assert sum(one["happened"] for one in found["segments"]) == ROWS - wrong


def test_outcomes_are_imported_and_pressure_is_told(stack: Running, place: str, tmp_path: Path) -> None:
    """`import outcomes`, `pressure` and `funnel` on the command line, for people and for programs."""
    mail = f"{place}-one@gmail.com"
    api(stack).post("/v1/interactions", json=happened(place, "one")).raise_for_status()
    file = tmp_path / "outcomes.jsonl"
    rows = [
        {"email": mail, "occurred_at": "2024-03-01T10:00:00Z", "kind": "bought", "amount": "12.50"},
        {"kind": "kept"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for expected in ((1, 0, 1), (0, 1, 1)):
        told = json.loads(run(stack, tmp_path, "import", "outcomes", str(file), "--json").stdout)
        assert (told["stored"], told["already_stored"], told["rejected"]) == expected
    asked = json.loads(run(stack, tmp_path, "pressure", mail, "--json").stdout)["asked"]
    assert [one["touchpoint"] for one in asked] == [place]
    shown = run(stack, tmp_path, "pressure", mail)
    assert (shown.exit_code, place in shown.stdout, mail in shown.stdout) == (0, True, False)
    stack.wait_idle()
    assert "happened   1" in run(stack, tmp_path, "funnel", place).stdout
    assert place in run(stack, tmp_path, "funnel").stdout
    unknown = run(stack, tmp_path, "import", "interactions", str(unknown_place(tmp_path)))
    assert (unknown.exit_code, "nowhere-at-all" in unknown.stderr) == (1, True)


def unknown_place(home: Path) -> Path:
    file = home / "unknown.csv"
    file.write_text("touchpoint,occurred_at,customer_id\nnowhere-at-all,2024-03-01T10:00:00Z,1\n")
    return file
