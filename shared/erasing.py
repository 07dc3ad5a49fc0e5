"""The erasure of one person: what goes from service to service, and how each erases its part and counts it once.

A baton goes round by queues: contacts → responses → friction → cases → contacts. Each service erases what its own
table has of the person, adds how much that was and what the next ones need to know, and hands the baton on. Keyed
hashes and ids go round, nobody's name or words. The baton goes round twice, the second time after a while: for what
was on its way when the first came by (docs/adr/0014-erasure-goes-round.md).

What is erased and how often that was is written in one transaction, so that the count is exact whatever crashes, and
a message that comes again goes on where the last one stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

from shared import dynamo, quotes
from shared.dynamo import ConditionFailed, Delete, Put, Table, Update, Write, transact
from shared.errors import Conflict

TableName = Literal["contacts", "responses", "friction", "cases"]
AFTER: dict[TableName, TableName] = {
    "contacts": "responses",
    "responses": "friction",
    "friction": "cases",
    "cases": "contacts",
}
ROUNDS = 2
AT_ONCE = 40
"""Items in a transaction; with the count of them, well below what DynamoDB takes."""
MOST_IN_A_TURN = 400
"""Items that a message erases; what is left has the next message, so that no function runs out of time."""
NOTED_FOR = timedelta(days=30)
"""The counts and notes of an erasure are of use while it goes on, and while somebody may redrive a dead letter."""


@dataclass(frozen=True)
class Baton:
    """What a service is told. people: ids in `contacts`; customers: keyed hashes for the purpose `customer`.

    turn: 1 at once, 2 after a while. touchpoints: where the person's answers were; comments: traces of what they
    wrote (`quotes.trace`); alerts: ids of those that may have quoted it. erased: how much of what, by table.
    """

    erasure_id: str
    turn: int
    people: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    touchpoints: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    erased: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_back: bool = False

    def is_theirs(self, quote: str) -> bool:
        """Whether a quote in an alert was taken from what the person wrote."""
        return quotes.is_of(quote, self.comments, self.erasure_id)


def text_of(baton: Baton) -> str:
    return json.dumps(asdict(baton))


def baton_of(text: str) -> Baton:
    """The baton in a queue's message. Raises ValueError, TypeError or KeyError where it is none of ours."""
    told: Any = json.loads(text)
    lists: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Baton(**lists)


@dataclass(frozen=True)
class Scrub:
    """One write that erases. what: its name in the receipt, several together where it erases several things.

    noted: what is remembered of it, for the services that follow and for the second turn. as_read: its condition is
    that the item stands as it was read, so that where it fails the item is read anew; any other was gone already.
    """

    write: Write
    what: tuple[str, ...]
    noted: frozenset[str] = frozenset()
    as_read: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a table is. erased: how much of what; noted: all that its scrubs noted."""

    erased: dict[str, int]
    noted: frozenset[str]

    def of(self, prefix: str) -> tuple[str, ...]:
        """What was noted with that prefix, without it, in order."""
        return tuple(sorted(one.removeprefix(prefix) for one in self.noted if one.startswith(prefix)))


@dataclass(frozen=True)
class Queues:
    """The queues by which batons go. urls: by table; client: boto3's, of SQS."""

    client: Any
    urls: Mapping[str, str]

    def put(self, table: TableName, baton: Baton, delay: timedelta = timedelta()) -> None:
        """Hands the baton to the table's service. delay: at most 15 minutes. Raises Unavailable."""
        seconds = int(delay.total_seconds())
        body = text_of(baton)
        dynamo.call(self.client.send_message, QueueUrl=self.urls[table], MessageBody=body, DelaySeconds=seconds)


@dataclass(frozen=True)
class Eraser:
    """A service's part. place: key of the item in which it counts.

    found: what its table has of the person, anew at each question; told: the baton as the next service gets it.
    """

    name: TableName
    table: Table
    place: Callable[[str], tuple[str, str]]
    found: Callable[[Baton, Progress], Iterator[Scrub]]
    told: Callable[[Baton, Progress], Baton]
    queues: Queues
    now: Callable[[], datetime]

    def take(self, baton: Baton) -> None:
        """Erases, and hands the baton on; back to itself where more is left. Safe to repeat.

        Raises Unavailable, and Conflict where an item was written since it was read: the message comes again.
        """
        if not self.erase(baton):
            self.queues.put(self.name, baton)
            return
        done = self.progress(baton.erasure_id)
        told = replace(self.told(baton, done), erased={**baton.erased, self.name: done.erased})
        self.queues.put(AFTER[self.name], replace(told, is_back=AFTER[self.name] == "contacts"))

    def erase(self, baton: Baton) -> bool:
        """Erases as much as one message does; whether that was all. Raises Conflict."""
        scrubs = once(self.found(baton, self.progress(baton.erasure_id)))
        taken = 0
        while taken < MOST_IN_A_TURN:
            group = list(islice(scrubs, AT_ONCE))
            if not group:
                return True
            self._together(baton.erasure_id, group)
            taken += len(group)
        return False

    def _together(self, erasure_id: str, group: list[Scrub]) -> None:
        """In one transaction with their count; without those that were gone already. Raises Conflict."""
        while group:
            try:
                transact([*(one.write for one in group), self._count(erasure_id, group)])
                return
            except ConditionFailed as refusal:
                if not refusal.places:
                    raise
                if any(group[place].as_read for place in refusal.places):
                    raise Conflict("something was written while it was being erased") from refusal
                group = [one for place, one in enumerate(group) if place not in refusal.places]

    def _count(self, erasure_id: str, group: list[Scrub]) -> Update:
        counts: dict[str, Any] = {}
        for what in (name for one in group for name in one.what):
            counts[f"erased_{what}"] = counts.get(f"erased_{what}", 0) + 1
        noted = frozenset().union(*(one.noted for one in group))
        added = counts | ({"noted": noted} if noted else {})
        ends = int((self.now() + NOTED_FOR).timestamp())
        expression = "SET #expires_at = :expires_at"
        expression += " ADD " + ", ".join(f"#{name} :{name}" for name in added) if added else ""
        values = {f":{name}": value for name, value in added.items()} | {":expires_at": ends}
        return Update(self.table, *self.place(erasure_id), expression, values)

    def progress(self, erasure_id: str) -> Progress:
        """How far it is, as of now."""
        item = self.table.get(*self.place(erasure_id), consistent=True) or {}
        erased = {name.removeprefix("erased_"): n for name, n in item.items() if name.startswith("erased_")}
        return Progress(erased, frozenset(item.get("noted", ())))


def once(scrubs: Iterable[Scrub]) -> Iterator[Scrub]:
    """The first of those that write the same item: a transaction takes each item once."""
    seen: set[tuple[str, str]] = set()
    for one in scrubs:
        write = one.write
        key = (write.item["pk"], write.item["sk"]) if isinstance(write, Put) else (write.pk, write.sk)
        if key not in seen:
            seen.add(key)
            yield one


def gone(table: Table, item: Mapping[str, Any], what: str, *noted: str) -> Scrub:
    """The removal of an item that was read."""
    return Scrub(Delete(table, item["pk"], item["sk"]), (what,), frozenset(noted))
