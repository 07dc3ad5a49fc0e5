"""Streams and queues reach functions as Lambda hands them over: shapes, order, retries, splitting, parking."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from infra.local import notes, wire
from infra.local.bindings import Binding
from infra.local.environment import queue_url, topic_arn
from infra.local.queues import QueuePoller
from infra.local.streams import StreamPoller
from shared.streams import changes
from tests.conftest import FreshStack, Running, start
from tests.waiting import until

pytestmark = pytest.mark.e2e
TABLE = "etincelle-local-cases"
Handler = Callable[[dict[str, Any], Any], Any]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack without services: the tests bring functions of their own."""
    running = start(tmp_path_factory.mktemp("bare"), modules=[])
    yield running
    running.stack.stop()


def reader(handler: Handler, **options: Any) -> Binding:
    """A function on the stream of `cases`, under a name of its own: it starts at the oldest record."""
    return Binding("test", uuid.uuid4().hex, "stream", "cases", handler, options.pop("batch_size", 100), **options)


@contextmanager
def reading(running: Running, binding: Binding, attempts: int = 3) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=StreamPoller(binding, running.endpoint, stop, attempts).run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def write(running: Running, group: str, *numbers: int) -> None:
    """One item for each number, in the partition `GROUP#group`."""
    for number in numbers:
        item = {"pk": {"S": f"GROUP#{group}"}, "sk": {"S": f"{number:03}"}, "raw": {"B": b"\x00\xff"}}
        running.client("dynamodb").put_item(TableName=TABLE, Item=item)


def of(group: str) -> tuple[dict[str, Any], ...]:
    """The filter for one group."""
    return ({"dynamodb": {"Keys": {"pk": {"S": [f"GROUP#{group}"]}}}},)


def numbers(event: dict[str, Any]) -> list[int]:
    return [int(record["dynamodb"]["Keys"]["sk"]["S"]) for record in event["Records"]]


def test_a_stream_record_has_the_shape_lambda_gives_it(bare: Running) -> None:
    """All members, bytes as base64, and our own reader of it finds both images."""
    got: list[dict[str, Any]] = []
    with reading(bare, reader(lambda event, _: got.append(event), filters=of("shape"))):
        write(bare, "shape", 1)
        bare.client("dynamodb").update_item(
            TableName=TABLE,
            Key={"pk": {"S": "GROUP#shape"}, "sk": {"S": "001"}},
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": "2.5"}},
        )
        until(lambda: sum(len(event["Records"]) for event in got) == 2)
    first, second = [record for event in got for record in event["Records"]]
    assert first.keys() == {
        "eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "eventSourceARN",
    }  # fmt: skip
    assert (first["eventName"], second["eventName"], first["eventSource"]) == ("INSERT", "MODIFY", "aws:dynamodb")
    assert f":table/{TABLE}/stream/" in first["eventSourceARN"]
    assert first["dynamodb"]["NewImage"]["raw"] == {"B": base64.b64encode(b"\x00\xff").decode()}
    assert isinstance(first["dynamodb"]["ApproximateCreationDateTime"], int | float)
    assert first["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    [change] = changes({"Records": [second]})
    assert (change.before or {}).get("n") is None
    assert (change.after or {})["n"] == 2.5
    assert (change.after or {})["raw"] == b"\x00\xff"


def test_a_function_is_given_a_context_that_counts_down(bare: Running) -> None:
    """What Powertools and Chalice read of it is there."""
    got: list[Any] = []
    with reading(bare, reader(lambda _, context: got.append(context), filters=of("context"))):
        write(bare, "context", 1)
        until(lambda: got)
    assert got[0].function_name.startswith("etincelle-test-local-")
    assert 0 < got[0].get_remaining_time_in_millis() <= 30_000
    assert got[0].aws_request_id in str(uuid.UUID(got[0].aws_request_id))


def test_records_come_in_order_and_in_batches(bare: Running) -> None:
    """No batch is larger than asked for, and none overtakes another."""
    write(bare, "order", *range(25))
    batches: list[list[int]] = []
    with reading(bare, reader(lambda event, _: batches.append(numbers(event)), batch_size=10, filters=of("order"))):
        until(lambda: sum(map(len, batches)) == 25)
    assert list(chain(*batches)) == list(range(25))
    assert max(map(len, batches)) <= 10


def test_a_partial_failure_is_retried_from_its_first_failed_record(bare: Running) -> None:
    """What came before it is not handed over again; what came after is, in order."""
    batches: list[list[int]] = []

    def handler(event: dict[str, Any], _: Any) -> Any:
        batches.append(numbers(event))
        if len(batches) > 1:
            return {"batchItemFailures": []}
        failed = [event["Records"][place]["dynamodb"]["SequenceNumber"] for place in (5, 3)]
        return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in failed]}

    write(bare, "partial", *range(8))
    with reading(bare, reader(handler, filters=of("partial"))):
        until(lambda: len(batches) == 2)
    assert batches == [[0, 1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7]]


def test_a_record_nobody_can_take_is_parked_and_the_others_go_on(bare: Running) -> None:
    """The batch is split until it stands alone; it is tried as often as set; it can be seen in the outbox."""
    taken: list[int] = []
    tries = 0

    def handler(event: dict[str, Any], _: Any) -> None:
        nonlocal tries
        if 6 in numbers(event):
            tries += len(event["Records"]) == 1
            raise ValueError("six is too much")
        taken.extend(numbers(event))

    binding = reader(handler, filters=of("poison"))
    write(bare, "poison", *range(20))
    with reading(bare, binding, attempts=3):
        until(lambda: len(taken) == 19)
        until(lambda: parked(bare, binding))
    assert taken == [number for number in range(20) if number != 6]
    assert tries == 3
    [note] = parked(bare, binding)
    assert note["reason"] == "ValueError: six is too much"
    assert note["record"]["dynamodb"]["Keys"]["sk"] == {"S": "006"}


def parked(running: Running, binding: Binding) -> list[dict[str, Any]]:
    return [note for note in running.outbox()["parked"] if note["function"] == binding.label]


@pytest.mark.parametrize(
    "reply",
    [{"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"batchItemFailures": [{"id": "x"}]}, ["all", "fine"]],
)
def test_a_reply_that_makes_no_sense_fails_the_whole_batch(bare: Running, reply: Any) -> None:
    """As on Lambda: a function that answers nonsense has not said that all is well."""
    group = f"nonsense-{uuid.uuid4()}"
    calls: list[list[int]] = []

    def handler(event: dict[str, Any], _: Any) -> Any:
        calls.append(numbers(event))
        return reply if len(calls) == 1 else None

    write(bare, group, 0, 1)
    with reading(bare, reader(handler, filters=of(group))):
        until(lambda: list(chain(*calls))[2:] == [0, 1])


def test_a_poller_that_is_started_again_goes_on_after_what_was_taken(bare: Running) -> None:
    """The checkpoint is in the engine; nothing is skipped and, after a stop in good order, nothing repeated."""
    taken: list[int] = []
    binding = reader(lambda event, _: taken.extend(numbers(event)), filters=of("again"))
    write(bare, "again", 0, 1, 2)
    with reading(bare, binding):
        until(lambda: len(taken) == 3)
        checked(bare, binding)
    write(bare, "again", 3, 4)
    with reading(bare, binding):
        until(lambda: len(taken) == 5)
    assert taken == [0, 1, 2, 3, 4]


def checked(running: Running, binding: Binding) -> None:
    """Waits until the checkpoint stands at the stream's end."""
    engine = wire.Wire(running.endpoint)
    newest = notes.checkpoint(engine, binding.source, binding.label)
    until(lambda: notes.checkpoint(engine, binding.source, binding.label) not in (None, notes.START))
    until(lambda: notes.checkpoint(engine, binding.source, binding.label) >= (newest or ""))


def test_what_a_batch_had_taken_before_a_stop_is_not_repeated(bare: Running) -> None:
    """The checkpoint follows each part of a batch, not the batch."""
    calls: list[list[int]] = []

    def stuck(event: dict[str, Any], _: Any) -> Any:
        calls.append(numbers(event))
        failed = [each for each in event["Records"] if each["dynamodb"]["Keys"]["sk"]["S"] == "003"]
        return {"batchItemFailures": [{"itemIdentifier": each["dynamodb"]["SequenceNumber"]} for each in failed]}

    def recovered(event: dict[str, Any], _: Any) -> None:
        calls.append(numbers(event))

    binding = reader(stuck, filters=of("stuck"))
    write(bare, "stuck", *range(6))
    with reading(bare, binding, attempts=1000):
        until(lambda: len(calls) > 3)
    calls.clear()
    with reading(bare, replace(binding, handler=recovered)):
        until(lambda: calls)
    assert calls[0] == [3, 4, 5]


def test_from_put_to_function_takes_a_tenth_of_a_second_at_most_as_a_rule(bare: Running) -> None:
    """A person who answers sees what becomes of it at once."""
    came: dict[int, float] = {}
    binding = reader(lambda event, _: came.update(dict.fromkeys(numbers(event), time.monotonic())), filters=of("quick"))
    took = []
    with reading(bare, binding):
        time.sleep(0.5)
        for number in range(15):
            write(bare, "quick", number)
            began = time.monotonic()
            until(lambda: number in came)  # noqa: B023
            took.append(came[number] - began)
    print(f"put to handler: median {sorted(took)[7] * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms")
    assert sorted(took)[7] < 0.1


@contextmanager
def emptying(running: Running, queue: str, handler: Handler) -> Iterator[None]:
    stop = threading.Event()
    binding = Binding("test", "take", "queue", queue, handler)
    thread = threading.Thread(target=QueuePoller(binding, running.endpoint, stop).run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_published_alert_arrives_in_the_queue_as_sns_wraps_it(bare: Running) -> None:
    """The topic's subscription and the queue's policy are those of the cloud's template."""
    got: list[dict[str, Any]] = []
    with emptying(bare, "alerts", lambda event, _: got.extend(event["Records"])):
        bare.client("sns").publish(
            TopicArn=topic_arn(),
            Message=json.dumps({"alert_id": "a1"}),
            MessageAttributes={"owner": {"DataType": "String", "StringValue": "care"}},
        )
        until(lambda: got)
    [record] = got
    assert record.keys() == {
        "messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody",
        "eventSource", "eventSourceARN", "awsRegion",
    }  # fmt: skip
    assert record["eventSourceARN"].endswith(":etincelle-local-alerts")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    envelope = json.loads(record["body"])
    assert json.loads(envelope["Message"]) == {"alert_id": "a1"}
    assert envelope["MessageAttributes"]["owner"] == {"Type": "String", "Value": "care"}


def test_a_text_message_that_comes_in_reaches_both_who_listen(bare: Running) -> None:
    """The topic of replies has two queues; what one function takes, the other takes too."""
    answers: list[dict[str, Any]] = []
    wishes: list[dict[str, Any]] = []
    said = json.dumps({"originationNumber": "+33612345678", "messageBody": "5"})
    with (
        emptying(bare, "sms-answers", lambda event, _: answers.extend(event["Records"])),
        emptying(bare, "sms-wishes", lambda event, _: wishes.extend(event["Records"])),
    ):
        bare.client("sns").publish(TopicArn=topic_arn("sms-replies"), Message=said)
        until(lambda: answers and wishes)
    assert [json.loads(record["body"])["Message"] for record in (*answers, *wishes)] == [said, said]


TOLD = (("etincelle.local", "interaction"), ("etincelle.prod", "interaction"), ("etincelle.local", "x"))


def test_an_event_of_the_bus_arrives_as_its_detail(bare: Running) -> None:
    """The rule takes interactions of its stage and hands on what they are; other events are not its own."""
    got: list[dict[str, Any]] = []
    entries = [
        {"Source": source, "DetailType": kind, "Detail": json.dumps({"n": n})} for n, (source, kind) in enumerate(TOLD)
    ]
    with emptying(bare, "interactions", lambda event, _: got.extend(event["Records"])):
        bare.client("events").put_events(Entries=entries)
        until(lambda: got)
    assert [json.loads(record["body"]) for record in got] == [{"n": 0}]


def test_only_the_failed_messages_of_a_batch_come_again_and_end_with_the_dead_letters(bare: Running) -> None:
    """Five times in vain, then they wait where people find them."""
    queue = bare.client("sqs")
    url = queue_url(bare.endpoint, "deliveries")
    queue.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    taken: list[str] = []

    def handler(event: dict[str, Any], _: Any) -> Any:
        taken.extend(record["body"] for record in event["Records"])
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}

    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    for body in ("good", "bad", "fine"):
        queue.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
    dead = queue_url(bare.endpoint, "deliveries-dead")
    with emptying(bare, "deliveries", handler):
        until(lambda: depth(queue, dead) == 1)
    assert (taken.count("good"), taken.count("fine"), taken.count("bad")) == (1, 1, 5)
    assert depth(queue, url) == 0


def depth(queue: Any, url: str) -> int:
    reply = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(reply["Attributes"]["ApproximateNumberOfMessages"])


def test_a_stack_knows_when_everything_was_worked_on(fresh_stack: FreshStack) -> None:
    """`wait_idle` returns when each record and message was handed over, once here, by the worker's process."""
    running = fresh_stack(modules=["tests.e2e.echo_service"])
    dynamodb, queue = running.client("dynamodb"), running.client("sqs")
    for number in range(30):
        item = {"pk": {"S": f"R{number}"}, "sk": {"S": "x"}}
        dynamodb.put_item(TableName="etincelle-local-responses", Item=item)
        queue.send_message(QueueUrl=queue_url(running.endpoint, "looks"), MessageBody=f"m{number}")
    running.wait_idle()
    for kind, prefix in (("stream", "R"), ("queue", "m")):
        key = {":pk": {"S": f"SEEN#{kind}"}}
        seen = dynamodb.query(
            TableName="etincelle-local-registry", KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key
        )["Items"]
        assert {item["sk"]["S"]: item["times"]["N"] for item in seen} == {f"{prefix}{n}": "1" for n in range(30)}
