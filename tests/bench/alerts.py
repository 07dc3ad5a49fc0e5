"""How fast, and in how much memory, alerts become messages to 200 subscriptions, digests among them.

python -m tests.bench alerts

Fifty teams have four subscriptions each: a webhook, e-mail at once, e-mail by a daily digest, and Slack for what is
grave. An alert is its team's own, so three or four of the 200 want it; one comes every two minutes. Tables, queues
and the stream stand in a process of their own, in memory (`tests.soak.dynamodb`), as they would on AWS; this process
runs the handlers `hear`, `dispatch` and `deliver`, on a clock that jumps. It is done once with a tenth of the alerts
and once with all: the second must not take much more memory than the first, and no message may be missing.
"""

from __future__ import annotations

import heapq
import json
import logging
import multiprocessing
import resource
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from typing import Any
from unittest.mock import patch

from infra.local import bindings
from infra.local.environment import environment
from infra.paths import ROOT
from services.alerts import app, wiring
from services.alerts.adapters.senders.outside import Answer
from services.registry import app as registry_app
from services.registry import wiring as registry
from shared.auth import SCOPES, digest
from shared.aws import AwsRefused
from shared.events import canonical
from shared.tables import registry as registry_keys
from tests.bench.apart import apart
from tests.bench.figure import Figure
from tests.events import alert_event
from tests.http import Context, ask
from tests.package.events import message_of
from tests.soak.dynamodb import MemoryDynamoDB

TEAMS = 50
EVERY = timedelta(minutes=2)
START = datetime(2024, 3, 4, 7, tzinfo=UTC)
KEY = "etk_" + "b" * 27
MORE_MB = 25
"""Of memory that ten times as many alerts may take."""
Message = tuple[datetime, int, str]


@dataclass
class Account:
    """What stands on AWS: tables, queues by when their messages are due, and the stream of `cases`."""

    dynamodb: MemoryDynamoDB = field(init=False)
    queues: dict[str, list[Message]] = field(default_factory=lambda: {"alerts": [], "deliveries": []})
    stream: deque[Any] = field(default_factory=deque)
    order: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        service = bindings.load(["services.alerts.app"])
        found = bindings.bindings(service, ROOT / "infra" / "merge")
        [self.dispatch] = [one for one in found if one.function == "dispatch"]
        self.dynamodb = MemoryDynamoDB("local", self.told)

    def told(self, table: str, record: Any) -> None:
        if table == "etincelle-local-cases" and self.dispatch.wants(record):
            self.stream.append(record)

    def put(self, queue: str, body: str, due: datetime) -> None:
        heapq.heappush(self.queues[queue], (due, next(self.order), body))

    def take(self, queue: str, now: datetime, most: int) -> list[str]:
        waiting = self.queues[queue]
        taken: list[str] = []
        while waiting and waiting[0][0] <= now and len(taken) < most:
            taken.append(heapq.heappop(waiting)[2])
        return taken

    def records(self, most: int) -> list[Any]:
        return [self.stream.popleft() for _ in range(min(most, len(self.stream)))]

    def next_due(self) -> datetime | None:
        return min((waiting[0][0] for waiting in self.queues.values() if waiting), default=None)


def serve(connection: Connection) -> None:
    """Does what it is asked until it is asked nothing more; errors go back as they are."""
    account = Account()
    while (asked := connection.recv()) is not None:
        target, method, arguments, named = asked
        of = account.dynamodb if target == "dynamodb" else account
        try:
            connection.send((True, getattr(of, method)(*arguments, **named)))
        except AwsRefused as refusal:
            connection.send((False, refusal.response))


@dataclass
class Remote:
    """The account, or one of its clients, at the other end of a pipe."""

    connection: Connection
    target: str

    def __getattr__(self, method: str) -> Any:
        return partial(self._call, method)

    def _call(self, method: str, *arguments: Any, **named: Any) -> Any:
        self.connection.send((self.target, method, arguments, named))
        is_fine, reply = self.connection.recv()
        if is_fine:
            return reply
        raise AwsRefused(method, 400, reply["Error"]["Code"], reply)


@dataclass
class Bench:
    """The service, and whom it tells: how often each way, under which ids."""

    account: Remote
    dynamodb: Remote
    now: datetime = START
    told: Counter[str] = field(default_factory=Counter)
    pieces: Counter[str] = field(default_factory=Counter)

    def client(self, service: str, *_: Any) -> Any:
        return self.dynamodb if service == "dynamodb" else self

    def by_boto3(self, _service: str, *_: Any) -> Callable[[], Bench]:
        return lambda: self

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0) -> None:  # noqa: N803
        self.account.put("deliveries", MessageBody, self.now + timedelta(seconds=DelaySeconds))

    def send_email(self, *, Content: Any, **_: Any) -> dict[str, str]:  # noqa: N803
        pictures = Content["Raw"]["Data"].count(b"Content-ID: <chart")
        self.told["mails"] += 1
        self.pieces["mails"] += pictures
        return {"MessageId": "1"}

    def post(self, url: str, _body: bytes, _headers: dict[str, str]) -> Answer:
        self.told[url.split("/")[2]] += 1
        return Answer(200, {}, b"ok")

    def hand_over(self) -> int:
        """Everything that is due now, batch by batch; how many batches those were."""
        batches = 0
        for queue, handler, most in (("alerts", app.hear, 10), ("deliveries", app.deliver, 2)):
            while bodies := self.account.take(queue, self.now, most):
                self.invoke(handler, [message_of(body, queue, f"m{n}") for n, body in enumerate(bodies)])
                batches += 1
                while records := self.account.records(100):
                    self.invoke(app.dispatch, records)
        return batches

    def invoke(self, handler: Any, records: list[Any]) -> None:
        reply = handler({"Records": records}, Context())
        assert reply == {"batchItemFailures": []}, reply

    def drain(self, until: datetime) -> None:
        """The clock goes on from one due time to the next."""
        while (due := self.account.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.hand_over()
        self.now = until


def journey() -> dict[str, Any]:
    """Fifty teams with a touchpoint and four subscriptions each."""
    digest_at = {"every": "day", "at": "08:00"}
    return {
        "name": "bench",
        "owners": {
            f"team{n}": {
                "name": f"Team {n}",
                "subscriptions": {
                    "hook": {"webhook": f"https://hook/{n}"},
                    "at-once": {"email": f"team{n}@example.com"},
                    "digest": {"email": f"boss{n}@example.com", "digest": digest_at},
                    "chat": {"slack": f"https://chat/{n}", "severities": ["high"]},
                },
            }
            for n in range(TEAMS)
        },
        "journeys": {"shop": {"stages": {"buy": "Buy"}}},
        "surveys": {"sat": {"scale": "csat", "question": "How was it?"}},
        "touchpoints": {f"t{n}": {"owner": f"team{n}", "survey": "sat", "stage": "buy"} for n in range(TEAMS)},
    }


def event(number: int, now: datetime) -> str:
    """An alert as the topic hands it over."""
    team, raised_at = number % TEAMS, now - timedelta(minutes=30)
    severity = ("low", "medium", "high", "high")[number % 4]
    made = alert_event(
        touchpoint=f"t{team}", owner=f"team{team}", owners=[f"team{team}"], severity=severity, raised_at=raised_at
    )
    return json.dumps({"Type": "Notification", "Message": canonical(made)})


def measure(alerts: int) -> dict[str, float]:
    """One run, by messages, rates and the process's peak of memory."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=serve, args=(theirs,), daemon=True)
    child.start()
    logging.disable(logging.CRITICAL)
    bench = Bench(Remote(ours, "account"), Remote(ours, "dynamodb"))
    variables = environment("http://localhost", "https://answers.example.com", "secret") | {"GATHERED_SECONDS": "60"}
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", variables))
        stack.enter_context(patch("shared.aws.client", bench.client))
        stack.enter_context(patch("shared.aws.by_boto3", bench.by_boto3))
        stack.enter_context(patch.object(wiring, "Outside", lambda **_: bench))
        for each in (wiring, registry):
            stack.enter_context(patch.object(each, "now", lambda: bench.now))
        apply(bench)
        began = time.perf_counter()
        for number in range(alerts):
            bench.account.put("alerts", event(number, bench.now), bench.now)
            bench.hand_over()
            bench.drain(bench.now + EVERY)
        bench.drain(bench.now + timedelta(days=2))
        seconds = time.perf_counter() - began
    ours.send(None)
    return found(bench, alerts, seconds)


def apply(bench: Bench) -> None:
    pk, sk = registry_keys.api_key_key(digest(KEY))
    item = {"pk": {"S": pk}, "sk": {"S": sk}, "key_id": {"S": "bench"}, "scopes": {"L": [{"S": s} for s in SCOPES]}}
    bench.dynamodb.put_item(TableName="etincelle-local-registry", Item=item)
    body = {"document": journey(), "base_version": 0}
    reply = ask(registry_app.app, "PUT", "/v1/documents/bench", body, {"Authorization": f"Bearer {KEY}"})
    assert reply.status == 200, reply.body


def found(bench: Bench, alerts: int, seconds: float) -> dict[str, float]:
    """What was told. Every alert goes to a program of its own; half of them are grave."""
    assert bench.told["hook"] == alerts, f"{bench.told['hook']} webhooks of {alerts} alerts"
    messages = bench.told.total()
    return {
        "alerts": alerts,
        "webhooks": bench.told["hook"],
        "posts in Slack": bench.told["chat"],
        "e-mails": bench.told["mails"],
        "messages": messages,
        "alerts a second": round(alerts / seconds, 1),
        "messages a second": round(messages / seconds, 1),
        "seconds": round(seconds, 1),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def alone(alerts: int) -> dict[str, float]:
    """The run in a process of its own, so that its peak of memory is its own."""
    return apart(measure, alerts)


def figures(short: bool) -> Iterator[Figure]:
    alerts = 200 if short else 500
    few, many = alone(alerts // 10), alone(alerts)
    for name in ("alerts", "messages"):
        yield Figure(name, many[name])
    for name in ("alerts a second", "messages a second"):
        yield Figure(name, many[name], is_timed=True)
    peak = {"reference": few["peak MB"], "than": "a tenth of the alerts"}
    yield Figure("peak MB", many["peak MB"], wanted=f"≤ {few['peak MB'] + MORE_MB}", **peak)  # type: ignore[arg-type]
