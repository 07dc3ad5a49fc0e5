"""What AWS would bill of what happens on the cloud in memory, by the function that used it.

    cloud = MeteredCloud(START)
    with living(cloud):
        ...
    cloud.meter.uses["aggregator.fold", "dynamodb_write_units"]

The handlers, their registrations and the event shapes are the real ones (`tests.soak`); nothing goes wrong here.

Units are reckoned from each request and the items it met, as DynamoDB's documentation says: a write unit for each KB
of the larger of the item before and after, again for each index whose entry changes, twice in a transaction, also where
a condition refuses it; a read unit for each 4 KB read consistently, half of it otherwise, never less than one item's,
whatever part of it is asked for. Sizes are those of names and values. A queue's message is three requests, of which a
batch shares each: it is sent, received, deleted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.faults import Chance
from tests.soak.cloud import STAGE, Cloud, Function
from tests.soak.dynamodb import MemoryDynamoDB, Write, key_of
from tests.soak.expressions import Item
from tests.soak.tables import MemoryTable, place_in

KB = 1024
OUTSIDE = "outside"
CLIENTS = (
    {"sqs.send_message": "sqs_requests", "sqs.send_message_batch": "sqs_requests"}
    | {"sns.publish": "sns_requests", "sesv2.once.send_email": "emails", "sesv2.send_email": "emails"}
    | {f"pinpoint-sms-voice-v2{once}.send_text_message": "text_parts" for once in ("", ".once")}
)
"""What calls of other services are billed as."""


@dataclass
class Meter:
    """How much was used, by function and kind."""

    uses: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    who: str = OUTSIDE
    is_sending: bool = False

    def add(self, kind: str, amount: float = 1) -> None:
        self.uses[self.who, kind] += amount

    @contextmanager
    def by(self, who: str) -> Iterator[None]:
        """What is used meanwhile is that function's."""
        before, self.who = self.who, who
        try:
            yield
        finally:
            self.who = before


class MeteredDynamoDB(MemoryDynamoDB):
    """Reckons the units of each call."""

    def __init__(self, told: Callable[[str, dict[str, Any]], None], meter: Meter) -> None:
        super().__init__(STAGE, told)
        self._meter = meter

    def get_item(self, *, ConsistentRead: bool = False, **asked: Any) -> dict[str, Any]:  # noqa: N803
        found = self.tables[asked["TableName"]].get(key_of(asked["Key"]))
        self._read([found] if found else [], ConsistentRead)
        return super().get_item(ConsistentRead=ConsistentRead, **asked)

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self._meter.add("dynamodb_calls")
        for name, asked in RequestItems.items():
            for key in asked["Keys"]:
                found = self.tables[name].get(key_of(key))
                units = read_units([found] if found else [], asked.get("ConsistentRead", False))
                self._meter.add("dynamodb_read_units", units)
        return super().batch_get_item(RequestItems=RequestItems)

    def query(self, *, ConsistentRead: bool = False, **asked: Any) -> dict[str, Any]:  # noqa: N803
        reply = super().query(ConsistentRead=ConsistentRead, **asked)
        self._read(reply["Items"], ConsistentRead)
        return reply

    def _read(self, items: list[Item], is_consistent: bool) -> None:
        self._meter.add("dynamodb_calls")
        self._meter.add("dynamodb_read_units", read_units(items, is_consistent))

    def _write(self, writes: list[Write], is_transaction: bool = False) -> list[Item | None]:
        self._meter.add("dynamodb_calls")
        tables = [self.tables[write.table] for write in writes]
        before = [table.get(write.key) for table, write in zip(tables, writes, strict=True)]
        after = before
        try:
            after = super()._write(writes, is_transaction)
        finally:
            units = sum(map(write_units, tables, before, after))
            self._meter.add("dynamodb_write_units", units * (2 if is_transaction else 1))
        return after


def read_units(items: list[Item], is_consistent: bool) -> float:
    """Of one read that met these items."""
    return max(1, math.ceil(sum(map(size_of, items)) / (4 * KB))) / (1 if is_consistent else 2)


def write_units(table: MemoryTable, before: Item | None, after: Item | None) -> int:
    """Of one write, with what it changes in the table's indexes."""
    sizes = [size_of(item) if item else 0 for item in (before, after)]
    units = max(1, math.ceil(max(sizes) / KB))
    if before == after:
        return units
    for index in table.indexes:
        was, now = place_in(index, before), place_in(index, after)
        if was and was == now:
            units += max(1, math.ceil(max(sizes) / KB))
        else:
            units += sum(max(1, math.ceil(size / KB)) for place, size in zip((was, now), sizes, strict=True) if place)
    return units


def size_of(item: Item) -> int:
    """Bytes of an item, as DynamoDB reckons them."""
    return sum(len(name.encode()) + size_of_value(value) for name, value in item.items())


def size_of_value(value: dict[str, Any]) -> int:
    """Bytes of one value in DynamoDB's notation; numbers by their digits."""
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return math.ceil(len(content.strip("-").replace(".", "")) / 2) + 1 + content.startswith("-")
        case "M":
            return 3 + size_of(content) + len(content)
        case "L":
            return 3 + sum(1 + size_of_value(one) for one in content)
        case "SS" | "BS" | "NS":
            return sum(size_of_value({kind[0]: one}) for one in content)
        case "BOOL" | "NULL":
            return 1
    raise ValueError(kind)


class MeteredChance(Chance):
    """Strikes nothing, and tells the meter of each call."""

    meter: Meter

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        self.meter.add("aws_calls")
        if name in CLIENTS:
            self.meter.add(CLIENTS[name])
        self.meter.is_sending = name.startswith("sqs.")
        try:
            return super().around(name, call)
        finally:
            self.meter.is_sending = False


class MeteredCloud(Cloud):
    """The cloud in memory, without faults, and with a meter."""

    def __init__(self, start: datetime, seed: int = 1) -> None:
        super().__init__(seed, 0.0, start)
        self.meter = Meter()
        self.chance = MeteredChance(self.random, 0.0, self.sleep)
        self.chance.meter = self.meter
        self.dynamodb = MeteredDynamoDB(self._told, self.meter)

    def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        """As Lambda invokes it. Raises what the function raised: here, that is a mistake."""
        with self.meter.by(function.binding.label):
            self.meter.add("lambda_requests")
            self.meter.add("sqs_requests", 2 if function.binding.kind == "queue" else 0)
            reply = super().invoke(function, event)
        if isinstance(reply, BaseException):
            raise reply
        return reply

    def ask(self, service: str, method: str, path: str, body: Any = None, headers: Any = None) -> Any:
        """A request from outside, by the public address."""
        with self.meter.by(f"{service}.api"):
            self.meter.add("rest_api_requests")
            self.meter.add("firewall_requests")
            self.meter.add("lambda_requests")
            return super().ask(service, method, path, body, headers)

    def put(self, queue: str, body: str, delay_s: int = 0) -> None:
        """A message of a function's is counted with its request; one of a topic's or of the event bus's here."""
        self.meter.add("sqs_requests", 0 if self.meter.is_sending else 1)
        super().put(queue, body, delay_s)
