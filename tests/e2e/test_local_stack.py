"""The local stack keeps what it was given, whatever dies, and says plainly when it cannot start."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra.local import claims, notes, positions, wire
from infra.local.environment import SENDER, STAGE, TABLES, name, queue_url
from infra.local.stack import STATE, Broken, Options, Stack
from shared.tables import cases, contacts, friction, responses
from tests.conftest import FreshStack, Running
from tests.e2e.commands import Command
from tests.waiting import until

pytestmark = pytest.mark.e2e
ECHO = ["tests.e2e.echo_service"]
FACTS = "etincelle-local-responses"


def put(running: Running, key: str) -> None:
    """A write that may be sent again."""
    running.client("dynamodb").put_item(TableName=FACTS, Item={"pk": {"S": key}, "sk": {"S": "x"}})


def every(running: Running, table: str) -> list[dict[str, Any]]:
    pages = running.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def handed_over(running: Running) -> dict[str, int]:
    """How often each fact reached the function."""
    notes = every(running, "etincelle-local-registry")
    return {note["sk"]["S"]: int(note["times"]["N"]) for note in notes if "times" in note}


@pytest.fixture
def watched(fresh_stack: FreshStack) -> Iterator[Running]:
    """A stack that a thread keeps alive, as `etincelle run` does."""
    running = fresh_stack(modules=ECHO, snapshot_seconds=0.3)
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            running.stack.check()

    thread = threading.Thread(target=watch)
    thread.start()
    yield running
    stop.set()
    thread.join()


def test_the_tables_are_those_of_the_template(stack: Running) -> None:
    """Keys, indexes, streams and expiry, as the services and the cloud have them."""
    indexes = {
        "registry": [],
        "responses": [responses.CUSTOMER_INDEX, responses.MONTH_INDEX],
        "friction": [friction.TIME_INDEX],
        "cases": [cases.STATE_INDEX],
        "contacts": [contacts.DUE_INDEX, contacts.MONTH_INDEX, contacts.PERSON_INDEX],
    }
    for short in TABLES:
        table = stack.client("dynamodb").describe_table(TableName=name(short))["Table"]
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
        found = sorted(index["IndexName"] for index in table.get("GlobalSecondaryIndexes", []))
        assert found == indexes[short]
        view = table.get("StreamSpecification", {}).get("StreamViewType")
        assert view == (None if short == "registry" else "NEW_AND_OLD_IMAGES")
        expiry = stack.client("dynamodb").describe_time_to_live(TableName=name(short))["TimeToLiveDescription"]
        assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires_at")


def test_each_queue_has_its_dead_letters(stack: Running) -> None:
    """Five times in vain, then aside."""
    queues = ["looks", "alerts", "deliveries", "interactions", "sendings", "outcomes", "sms-answers", "sms-wishes"]
    for queue in [*queues, *(f"erase-{table}" for table in ("contacts", "responses", "friction", "cases"))]:
        reply = stack.client("sqs").get_queue_attributes(
            QueueUrl=queue_url(stack.endpoint, queue), AttributeNames=["RedrivePolicy"]
        )
        policy = json.loads(reply["Attributes"]["RedrivePolicy"])
        assert int(policy["maxReceiveCount"]) == 5
        assert policy["deadLetterTargetArn"].endswith(f"etincelle-{STAGE}-{queue}-dead")


def test_a_condition_holds_however_many_write_at_once(stack: Running) -> None:
    """Of 400 attempts to count to 100, exactly 100 succeed."""
    key = {"pk": {"S": "COUNTED"}, "sk": {"S": "x"}}
    client = stack.client("dynamodb")

    def count(_: int) -> int:
        try:
            client.update_item(
                TableName=name("registry"),
                Key=key,
                UpdateExpression="ADD n :one",
                ConditionExpression="attribute_not_exists(n) OR n < :most",
                ExpressionAttributeValues={":one": {"N": "1"}, ":most": {"N": "100"}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(count, range(400))) == 100
    assert client.get_item(TableName=name("registry"), Key=key, ConsistentRead=True)["Item"]["n"]["N"] == "100"


def test_a_restart_keeps_everything(fresh_stack: FreshStack, tmp_path: Path) -> None:
    """Items, messages, sent mail, what webhooks received; and no record is handed over again."""
    first = fresh_stack(tmp_path, modules=ECHO)
    put(first, "kept")
    first.wait_idle()
    url = queue_url(first.endpoint, "deliveries")
    first.client("sqs").send_message(QueueUrl=url, MessageBody="waiting")
    first.client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["a@b.example"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    )
    raw = b"From: etincelle@example.com\r\nTo: c@d.example\r\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\r\n\r\nin MIME\r\n"
    first.client("sesv2").send_email(Content={"Raw": {"Data": raw}})
    httpx.post(f"{first.url}/outbox/hooks/x", content=b"came")
    before = first.outbox()
    first.stack.stop()

    second = fresh_stack(tmp_path, modules=ECHO)
    second.wait_idle()
    assert [item["pk"]["S"] for item in every(second, FACTS)] == ["kept"]
    assert handed_over(second) == {"kept": 1}
    assert second.outbox() == before
    assert [email["subject"] for email in before["emails"]] == ["été", "s"]
    assert second.key == first.key
    reply = second.client("sqs").receive_message(QueueUrl=queue_url(second.endpoint, "deliveries"))
    assert [message["Body"] for message in reply["Messages"]] == ["waiting"]
    put(second, "new")
    second.wait_idle()
    assert handed_over(second) == {"kept": 1, "new": 1}


def test_records_nobody_had_read_survive_the_engines_death(fresh_stack: FreshStack) -> None:
    """The snapshot holds the streams too: what was written before reaches the function afterwards."""
    running = fresh_stack(modules=ECHO, snapshot_seconds=0.3)
    running.wait_idle()
    running.stack.worker.kill()
    for number in range(50):
        put(running, f"unread-{number}")
    until(lambda: is_saved(running, "unread-49"))
    running.stack.engine.kill()
    running.stack.check()
    running.wait_idle()
    assert handed_over(running) == {f"unread-{number}": 1 for number in range(50)}


def test_what_rests_on_lost_writes_leaves_no_trace(fresh_stack: FreshStack) -> None:
    """A function at work on a record that the crash took must not write its effect into the older state."""
    running = fresh_stack(modules=ECHO, snapshot_seconds=4)
    put(running, "kept")
    until(lambda: is_saved(running, "kept"))
    put(running, "slow-and-lost")
    time.sleep(0.5)
    running.stack.engine.kill()
    running.stack.check()
    time.sleep(1.5)
    running.wait_idle()
    assert sorted(item["pk"]["S"] for item in every(running, FACTS)) == ["kept"]
    assert sorted(handed_over(running)) == ["kept"]


def is_saved(running: Running, key: str) -> bool:
    """Whether the newest snapshot holds an item of that key."""
    file = running.stack.options.home / STATE
    return file.exists() and key.encode() in file.read_bytes()


def test_records_that_were_read_are_forgotten_in_time_and_no_others(fresh_stack: FreshStack) -> None:
    """Else the stream's log, and with it each snapshot, would grow for ever."""
    running = fresh_stack(modules=ECHO, snapshot_seconds=0.2, kept_seconds=-1)
    put(running, "read")
    running.wait_idle()
    until(lambda: kept(running) == [])
    running.stack.worker.kill()
    put(running, "unread")
    time.sleep(0.6)
    assert kept(running) == ["unread"]
    running.stack.check()
    running.wait_idle()
    assert handed_over(running) == {"read": 1, "unread": 1}


def kept(running: Running) -> list[str]:
    """The keys of the records that the stream still holds."""
    engine = wire.Wire(running.endpoint)
    iterator = positions.stream_of(engine, "responses").iterator(engine, notes.START)
    records = engine.call(wire.STREAMS, "GetRecords", ShardIterator=iterator)["Records"]
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in records]


def test_a_key_the_engine_lost_is_made_anew(fresh_stack: FreshStack, tmp_path: Path) -> None:
    """A crash may lose the last two seconds; the file with the key is then of no use."""
    first = fresh_stack(tmp_path, modules=[])
    first.stack.stop()
    (tmp_path / "state.snapshot").unlink()
    second = fresh_stack(tmp_path, modules=["services.registry.app"])
    assert second.key != first.key
    reply = httpx.get(f"{second.url}/v1/documents", headers={"Authorization": f"Bearer {second.key}"})
    assert reply.status_code == 200


def test_a_set_of_writes_that_is_sent_again_ends_complete_whatever_is_killed(watched: Running) -> None:
    """Engine, gateway and worker die in turn under load; each fact is there, and reached the function."""
    facts = [f"fact-{number:03}" for number in range(300)]
    deaths = threading.Thread(target=kill_in_turn, args=(watched,))
    deaths.start()
    for fact in facts:
        insist(lambda fact=fact: put(watched, fact))  # type: ignore[misc]
    deaths.join()
    for fact in facts:
        insist(lambda fact=fact: put(watched, fact))  # type: ignore[misc]
    watched.wait_idle(30)
    assert sorted(item["pk"]["S"] for item in every(watched, FACTS)) == facts
    assert sorted(handed_over(watched)) == facts
    assert httpx.get(f"{watched.url}/echo/x").status_code == 200


def kill_in_turn(running: Running) -> None:
    for child in (running.stack.engine, running.stack.worker, running.stack.gateway, running.stack.engine):
        time.sleep(0.7)
        assert child.process
        child.process.send_signal(signal.SIGKILL)


def insist(write: Callable[[], None]) -> None:
    """Sends until it is confirmed."""
    for _ in range(100):
        try:
            return write()
        except (BotoCoreError, ClientError):
            time.sleep(0.1)
    raise AssertionError("never confirmed")


def test_a_gateway_that_died_leaves_its_callers_waiting_not_failing(watched: Running) -> None:
    """The port stays open while it is started again."""
    httpx.get(f"{watched.url}/echo/x")
    os.kill(watched.stack.gateway.pid, signal.SIGKILL)
    assert httpx.get(f"{watched.url}/echo/x", timeout=15).status_code == 200


def test_a_snapshot_that_was_tampered_with_runs_nothing(fresh_stack: FreshStack, tmp_path: Path) -> None:
    """It is read as plain values; anything else stops the start, and says so."""
    (tmp_path / "state.snapshot").write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path).encode() + b"/harm'\ntR.")
    with pytest.raises(Broken, match=r"system.*--fresh"):
        fresh_stack(tmp_path, modules=[])
    assert not (tmp_path / "harm").exists()


def test_a_second_stack_on_the_same_folder_is_refused(fresh_stack: FreshStack, tmp_path: Path) -> None:
    """Two would overwrite each other's state."""
    fresh_stack(tmp_path, modules=[])
    with pytest.raises(claims.InUse, match=f"already runs on {re.escape(str(tmp_path))}"):
        Stack(Options(tmp_path)).start()


def gone(pid: int) -> bool:
    """Whether a process has ended; one whose parent did not ask after it yet has too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes as Linux shows them")


@linux
def test_killed_outright_it_takes_its_children_along_and_loses_nothing(command: Callable[..., Command]) -> None:
    """The engine saves when it sees its parent gone; the next run goes on with everything, on the same port."""
    first = command("--port", "0")
    url = first.url()
    assert httpx.post(f"{url}/outbox/hooks/last", content=b"the last word").status_code == 200
    children = first.children()
    assert len(children) == 3
    first.process.kill()
    first.process.wait()
    second = command("--port", url.rpartition(":")[2])
    assert second.url() == url
    assert all(gone(pid) for pid in children)
    assert [hook["body"] for hook in httpx.get(f"{url}/outbox.json").json()["webhooks"]] == ["the last word"]


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_in_good_order(command: Callable[..., Command], number: int) -> None:
    """Exit code 0, no child left, nothing alarming on the screen."""
    run = command("--port", "0")
    run.url()
    children = run.children()
    run.process.send_signal(number)
    _, said = run.process.communicate(timeout=15)
    assert run.process.returncode == 0
    assert all(gone(pid) for pid in children)
    assert "Traceback" not in said


def test_a_taken_port_is_said_with_what_to_do(command: Callable[..., Command]) -> None:
    """One line on stderr, exit code 1, nothing left running."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = command("--port", str(port))
        _, said = run.process.communicate(timeout=15)
    assert run.process.returncode == 1
    assert f"Port {port} is taken" in said
    assert "--port" in said
    assert "Traceback" not in said


def test_a_second_run_is_refused_in_a_line(command: Callable[..., Command]) -> None:
    """It names the process that runs already."""
    first = command("--port", "0")
    first.url()
    second = command("--port", "0")
    _, said = second.process.communicate(timeout=15)
    assert second.process.returncode == 1
    assert f"process {first.process.pid}" in said


def test_fresh_forgets_what_was_kept(command: Callable[..., Command]) -> None:
    """With --yes it does not ask."""
    first = command("--port", "0")
    httpx.post(f"{first.url()}/outbox/hooks/x", content=b"old")
    first.process.terminate()
    first.process.communicate(timeout=15)
    second = command("--port", "0", "--fresh", "--yes")
    assert httpx.get(f"{second.url()}/outbox.json").json()["webhooks"] == []
