"""AWS in memory around the real handlers: queues, topic, mail, streams and schedules, on a clock that jumps.

Handlers get the event shapes of Lambda, are woken as their Chalice registrations and `infra/merge` say, and are
treated as Lambda treats them: partial batch replies, retries, bisecting, visibility timeouts and dead letters.
Queues mix their messages and now and then hand one over twice; streams keep the order of each key.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zlib import crc32

from infra.local import bindings
from infra.local.invocation import failed_items
from infra.paths import ROOT
from services.aggregator import wiring as aggregator
from services.alerts import wiring as alerts
from services.collector import wiring as collector
from services.insights import wiring as insights
from services.invitations import wiring as invitations
from services.registry import wiring as registry
from shared.aws import ONE_TRY, PATIENCE
from tests.faults import Chance, Crash, Guarded
from tests.http import Context, Reply, ask
from tests.package.events import message_of
from tests.soak.clients import Ses, Sms, Sns, Sqs
from tests.soak.dynamodb import MemoryDynamoDB
from tests.soak.leaving import Hook, Mail, Text

STAGE = "local"
WIRINGS = {
    "registry": registry,
    "collector": collector,
    "aggregator": aggregator,
    "alerts": alerts,
    "insights": insights,
    "invitations": invitations,
}
VISIBILITY = timedelta(seconds=180)
"""As `infra/data.yaml` has it, like the next; attempts of a stream's record as `infra/merge`."""
MOST_RECEIVES = 5
MOST_ATTEMPTS = 100
SHARDS = 4
LATENCY = timedelta(seconds=1)
DUPLICATES = 0.01
"""Of messages, are handed over twice."""
SINGLE = frozenset({"sesv2.once", "pinpoint-sms-voice-v2.once"})
"""Clients that do not try again by themselves: those that send messages."""
Event = dict[str, Any]


@dataclass
class Message:
    identifier: str
    body: str
    received: int = 0


@dataclass
class Function:
    """What wakes a function, and what waits for it. shards: of a stream, each in order."""

    binding: bindings.Binding
    waiting: list[Message] = field(default_factory=list)
    shards: list[deque[Event]] = field(default_factory=lambda: [deque() for _ in range(SHARDS)])
    attempts: Counter[str] = field(default_factory=Counter)
    scheduled: set[object] = field(default_factory=set)


class Cloud:
    """One account. rate: the share of calls that go wrong; start: what the clock says first.

    taken, texted: hear of each e-mail and each text that leaves.
    """

    def __init__(self, seed: int, rate: float, start: datetime) -> None:
        self.now = start
        self.random = random.Random(seed)
        self.chance = Chance(random.Random(seed + 1), rate, self.sleep, SINGLE)
        self.dynamodb = MemoryDynamoDB(STAGE, self._told, self.chance.leaves)
        self.mails: list[Mail] = []
        self.texts: list[Text] = []
        self.hooks: list[Hook] = []
        self.texted: Callable[[Text], None] = lambda _: None
        self.taken: Callable[[Mail], None] = lambda _: None
        self.dead: dict[str, list[Message]] = defaultdict(list)
        self.parked: list[Event] = []
        self.invoked: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._plan: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order, self._names = count(), count()
        self._services = bindings.load(bindings.default_modules())
        found = bindings.bindings(self._services, ROOT / "infra" / "merge")
        self.functions = [Function(one) for one in found]
        self._of_queue = {one.binding.source: one for one in self.functions if one.binding.kind == "queue"}
        self._of_table: dict[str, list[Function]] = defaultdict(list)
        for one in self.functions:
            if one.binding.kind == "stream":
                self._of_table[f"etincelle-{STAGE}-{one.binding.source}"].append(one)

    # -- time ------------------------------------------------------------------------------------------------

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        heapq.heappush(self._plan, (when, next(self._order), action))

    def after(self, wait: timedelta, action: Callable[[], None]) -> None:
        self.at(self.now + wait, action)

    def run(self, until: datetime) -> None:
        """Everything that is planned until then, each at its time."""
        while self._plan and self._plan[0][0] <= until:
            when, _, action = heapq.heappop(self._plan)
            self.now = max(self.now, when)
            action()
        self.now = max(self.now, until)

    def schedule(self, function: str, every: timedelta, until: datetime) -> None:
        """Wakes a function of the clock's until then. A killed one is woken again at its next time."""
        [found] = [one for one in self.functions if one.binding.function == function]

        def wake() -> None:
            event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "version": "0"}
            self.invoke(found, event | dict.fromkeys(("id", "account", "region", "time"), "") | {"resources": []})
            if self.now < until:
                self.after(every, wake)

        self.after(every, wake)

    # -- functions -------------------------------------------------------------------------------------------

    def invoke(self, function: Function, event: Event) -> Any:
        """The function's reply, or what it raised; a killed process is started anew."""
        self.invoked[function.binding.label] += 1
        try:
            return function.binding.handler(event, Context())
        except Crash as crash:
            self.restart(function.binding.service)
            self.failed[function.binding.label] += 1
            return crash
        except Exception as error:
            self.failed[function.binding.label] += 1
            return error

    def restart(self, service: str) -> None:
        """Forgets everything that the service's process remembered."""
        WIRINGS[service].deps.cache_clear()

    def ask(self, service: str, method: str, path: str, body: Any = None, headers: Any = None) -> Reply:
        """What the service's API answers; 502 where its process was killed, as API Gateway says it."""
        [app] = [one.app for one in self._services if one.name == service]
        self.invoked[f"{service}.api"] += 1
        try:
            return ask(app, method, path, body, headers)
        except Crash:
            self.restart(service)
            return Reply(502, {}, None)

    # -- queues ----------------------------------------------------------------------------------------------

    def put(self, queue: str, body: str, delay_s: int = 0) -> None:
        copies = 2 if self.random.random() < DUPLICATES else 1
        name = f"message-{next(self._names)}"
        for _ in range(copies):
            jitter = self.random.uniform(0.1, 3)
            self._make_visible(queue, Message(name, body), timedelta(seconds=delay_s + jitter))

    def _make_visible(self, queue: str, message: Message, wait: timedelta) -> None:
        function = self._of_queue[queue]

        def show() -> None:
            function.waiting.append(message)
            self._once(function, "queue", LATENCY, lambda: self._receive(function))

        self.after(wait, show)

    def _receive(self, function: Function) -> None:
        if not function.waiting:
            return
        self.random.shuffle(function.waiting)
        batch = [function.waiting.pop() for _ in range(min(function.binding.batch_size, len(function.waiting)))]
        queue = f"etincelle-{STAGE}-{function.binding.source}"
        reply = self.invoke(function, {"Records": [message_of(one.body, queue, one.identifier) for one in batch]})
        is_lost = isinstance(reply, BaseException)
        failed = range(len(batch)) if is_lost else failed_items(reply, [one.identifier for one in batch])
        for place in failed:
            self._again(function, batch[place])
        if function.waiting:
            self._once(function, "queue", timedelta(milliseconds=50), lambda: self._receive(function))

    def _again(self, function: Function, message: Message) -> None:
        message.received += 1
        if message.received >= MOST_RECEIVES:
            self.dead[function.binding.source].append(message)
        else:
            self._make_visible(function.binding.source, message, VISIBILITY)

    def redrive(self) -> int:
        """What an operator does: every dead letter goes back to its queue. How many those were."""
        letters = [(queue, one) for queue, each in self.dead.items() for one in each]
        self.dead.clear()
        for queue, one in letters:
            self._make_visible(queue, Message(one.identifier, one.body), timedelta())
        return len(letters)

    def _once(self, function: Function, what: object, wait: timedelta, action: Callable[[], None]) -> None:
        """Plans it unless it is planned already."""
        if what in function.scheduled:
            return
        function.scheduled.add(what)

        def act() -> None:
            function.scheduled.discard(what)
            action()

        self.after(wait, act)

    # -- streams ---------------------------------------------------------------------------------------------

    def _told(self, table: str, record: Event) -> None:
        for function in self._of_table[table]:
            self._put_on_shard(function, record)

    def _put_on_shard(self, function: Function, record: Event) -> None:
        if function.binding.wants(record):
            shard = crc32(record["dynamodb"]["Keys"]["pk"]["S"].encode()) % SHARDS
            function.shards[shard].append(record)
            self._poll(function, shard)

    def _poll(self, function: Function, shard: int, wait: timedelta = LATENCY) -> None:
        self._once(function, shard, wait, lambda: self._read(function, shard))

    def _read(self, function: Function, shard: int) -> None:
        """One batch, cut anywhere; what failed is read again, in halves, until it stands alone, then set aside."""
        records = function.shards[shard]
        if not records:
            return
        most = min(len(records), function.binding.batch_size, self.random.choice((1, 5, 25, 100, 100)))
        self._hand_over(function, [records.popleft() for _ in range(most)])
        self._poll(function, shard, timedelta(milliseconds=100))

    def _hand_over(self, function: Function, batch: list[Event]) -> None:
        batches = [batch]
        while batches:
            now = batches.pop(0)
            reply = self.invoke(function, {"Records": now})
            if not isinstance(reply, BaseException):
                failed = failed_items(reply, [one["dynamodb"]["SequenceNumber"] for one in now])
                if not failed:
                    if self.random.random() < DUPLICATES:
                        self.invoke(function, {"Records": now})
                    continue
                now = now[min(failed) :]
            self.sleep(0.2)
            if len(now) > 1:
                batches[:0] = [now[: len(now) // 2], now[len(now) // 2 :]]
            else:
                self._alone(function, now, batches)

    def _alone(self, function: Function, record: list[Event], batches: list[list[Event]]) -> None:
        name = f"{function.binding.label} {record[0]['dynamodb']['SequenceNumber']}"
        function.attempts[name] += 1
        if function.attempts[name] >= MOST_ATTEMPTS:
            self.parked.append({"function": function.binding.label, "record": record[0]})
        else:
            batches.insert(0, record)

    def replay(self, table: str, function: str) -> None:
        """Tells a function of the table's stream everything the table holds, as if it had just been written."""
        [found] = [one for one in self._of_table[table] if one.binding.label == function]
        for item in self.dynamodb.tables[table].items():
            self._put_on_shard(found, self.dynamodb.record((item["pk"]["S"], item["sk"]["S"]), None, item))

    # -- clients ---------------------------------------------------------------------------------------------

    def client(self, service: str, *_: Any) -> Any:
        """What `shared.aws.client` gives: a client in memory, behind the faults."""
        ports: dict[str, Any] = {"dynamodb": self.dynamodb, "sqs": Sqs(self)}
        return Guarded(ports[service], service, self.chance)

    def by_boto3(self, service: str, settings: Mapping[str, Any] = PATIENCE) -> Callable[[], Any]:
        """What `shared.aws.by_boto3` gives. settings: they tell whether the client tries once only."""
        ports: dict[str, Any] = {"sns": Sns(self), "sesv2": Ses(self), "pinpoint-sms-voice-v2": Sms(self)}
        return lambda: Guarded(ports[service], f"{service}.once" if settings == ONE_TRY else service, self.chance)
