"""A thousand malformed events for every function of every service: none is let in, and none holds the others back.

Where each ends is told in docs/operate.md.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from infra.local import bindings
from infra.paths import ROOT
from tests.http import Context, Reply
from tests.package.events import message_of
from tests.soak.cloud import Cloud, Function
from tests.soak.living import living
from tests.soak.malformed import spoilt, spoilt_record, spoilt_request, spoilt_text
from tests.soak.traffic import START, Traffic
from tests.texting import event

MANY = 1000
SERVICES = bindings.load(bindings.default_modules())
BOUND = bindings.bindings(SERVICES, ROOT / "infra" / "merge")
QUEUES, STREAMS, CLOCKS = ([one.label for one in BOUND if one.kind == kind] for kind in ("queue", "stream", "schedule"))
KEPT = 40
"""Good records of a function that are kept to be spoilt."""


@dataclass
class Lived:
    """A cloud after a day of life. good: by function, what it was handed; sent: by method and path, good bodies."""

    cloud: Cloud
    traffic: Traffic
    good: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def function(self, label: str) -> Function:
        return next(one for one in self.cloud.functions if one.binding.label == label)

    def invoke(self, label: str, records: list[Any]) -> list[str]:
        """The identifiers that the function wants again. Raises what it raises."""
        reply = self.function(label).binding.handler({"Records": records}, Context())
        return [one["itemIdentifier"] for one in reply["batchItemFailures"]]

    def read(self, label: str, records: list[Any]) -> set[str]:
        """What of a stream is set aside: as Lambda does it, by halves, from the first that failed, until alone."""
        aside, batches = set(), [records]
        while batches:
            batch = batches.pop(0)
            numbers = [one["dynamodb"]["SequenceNumber"] for one in batch]
            try:
                failed = [numbers.index(one) for one in self.invoke(label, batch)]
            except Exception:
                failed = [0]
            rest = batch[min(failed) :] if failed else []
            if len(rest) == 1:
                aside.add(numbers[-1])
            elif rest:
                batches[:0] = [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
        return aside


@pytest.fixture(scope="module")
def lived() -> Iterator[Lived]:
    """A day without faults, of which everything that functions were handed is remembered."""
    cloud = Cloud(5, 0.0, START)
    logging.disable(logging.CRITICAL)
    with ExitStack() as stack:
        stack.callback(logging.disable, logging.NOTSET)
        stack.enter_context(living(cloud))
        lived = Lived(cloud, Traffic(cloud, 400, 1.0))
        remember(lived)
        lived.traffic.begin()
        cloud.schedule("pick", timedelta(minutes=1), lived.traffic.end)
        cloud.schedule("review", timedelta(hours=6), lived.traffic.end)
        cloud.run(lived.traffic.end)
        texts = [record["body"] for record in event("sms/answer")["Records"]]
        lived.good |= {"invitations.hear_stop": texts, "collector.hear_sms": texts}
        yield lived


def remember(lived: Lived) -> None:
    """Has the cloud note what it hands over: a queue's bodies, a stream's records, an API's bodies."""
    cloud, invoke, ask = lived.cloud, lived.cloud.invoke, lived.cloud.ask

    def noted(function: Function, event: Any) -> Any:
        kept = lived.good[function.binding.label]
        kept += [record.get("body", record) for record in event.get("Records", ())][: KEPT - len(kept)]
        return invoke(function, event)

    def asked(service: str, method: str, path: str, body: Any = None, headers: Any = None) -> Reply:
        if isinstance(body, dict | list):
            lived.sent[f"{method} {path}"].append(body)
        return ask(service, method, path, body, headers)

    cloud.invoke, cloud.ask = noted, asked  # type: ignore[method-assign]


@pytest.mark.parametrize("label", QUEUES)
def test_a_malformed_message_fails_alone_or_is_passed_over(lived: Lived, label: str) -> None:
    """Mixed with good ones: the function never fails as a whole, and asks again for malformed ones only.

    A function that the day had no work for gets what is malformed of the others'.
    """
    draw, good = random.Random(label), lived.good[label]
    samples = good or [body for each in QUEUES for body in lived.good[each]]
    for _ in range(MANY // 8):
        bodies = [spoilt_text(draw.choice(samples), draw) for _ in range(8)] + draw.sample(good, min(2, len(good)))
        records = [message_of(body, "queue", f"m{n}") for n, body in enumerate(bodies)]
        draw.shuffle(records)
        assert set(lived.invoke(label, records)) <= {f"m{n}" for n in range(8)}, records


@pytest.mark.parametrize("label", STREAMS)
def test_a_malformed_record_is_set_aside_alone_or_is_passed_over(lived: Lived, label: str) -> None:
    """Whatever an item became by another's hand: of each batch only such records are set aside."""
    draw, good = random.Random(label), lived.good[label]
    for _ in range(MANY // 8):
        each = [spoilt_record(draw.choice(good), draw) for _ in range(8)] + [draw.choice(good), draw.choice(good)]
        records = [one | {"dynamodb": one["dynamodb"] | {"SequenceNumber": str(n)}} for n, one in enumerate(each)]
        draw.shuffle(records)
        assert lived.read(label, records) <= {str(n) for n in range(8)}, records


@pytest.mark.parametrize("label", CLOCKS)
def test_a_function_that_the_clock_wakes_reads_nothing_of_its_event(lived: Lived, label: str) -> None:
    """Whatever is in it."""
    draw = random.Random(label)
    clock = {"source": "aws.events", "detail": {}, "id": "1", "time": "", "region": "", "account": "", "resources": []}
    for _ in range(20):
        shaped = clock | {"detail": spoilt({"a": 1}, draw), "version": "0", "detail-type": ""}
        assert lived.function(label).binding.handler(shaped, Context()) is None


@pytest.mark.parametrize("service", [one.name for one in SERVICES])
def test_a_malformed_request_is_answered_with_what_is_wrong(lived: Lived, service: str) -> None:
    """By 4xx, as a problem or a page, where it is not simply fine; never by 5xx."""
    [app] = [one.app for one in SERVICES if one.name == service]
    draw = random.Random(service)
    for number in range(MANY):
        operation = app.operations[number % len(app.operations)]
        samples = [body for name, each in lived.sent.items() if name.startswith(operation.method) for body in each]
        path, body, kind = spoilt_request(operation, samples[:KEPT], draw)
        headers = lived.traffic.headers | ({"Content-Type": kind} if body is not None else {})
        headers |= {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}"}
        reply = lived.cloud.ask(service, operation.method, path, body, headers)
        assert reply.status < 500, (operation.method, path[:300], (body or b"")[:300], reply.body)
        if reply.status >= 400 and reply.status != 403:
            assert "problem+json" in reply.headers["content-type"] or operation.is_page


def test_a_call_without_sense_is_an_error_of_its_own(lived: Lived) -> None:
    """Amazon Connect then takes the flow's error branch; a key that is none is asked for again."""
    phone = next(one.module.phone for one in SERVICES if one.name == "collector")
    draw, good = random.Random(1), event("connect/key")
    statuses = set()
    for _ in range(MANY):
        called = spoilt(good, draw)
        try:
            statuses.add(phone(called, Context())["status"])
        except Exception as refusal:
            statuses.add(type(refusal).__name__)
    assert statuses <= {"stored", "already_stored", "unclear", "InvalidInput"}, statuses
    assert {"unclear", "InvalidInput"} <= statuses, "a key that is none, and a call that is none"
