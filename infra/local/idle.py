"""Whether everything that was written has been worked on: for tests, which must not guess how long that takes."""

from __future__ import annotations

import time

from infra.local import notes, wire
from infra.local.environment import queue_url
from infra.local.positions import stream_of

READY = "WORKER"
Place = tuple[str, ...]


class Busy(Exception):
    """Something was still waiting when the time was over; says what."""


def note_ready(engine: wire.Wire, pid: int, tables: list[tuple[str, str]], queues: list[str]) -> None:
    """What the worker says of itself once its readers have their places. tables: of table and function."""
    read = ",".join(f"{table}/{function}" for table, function in tables)
    notes.put(engine, pk=READY, sk="NOW", pid=str(pid), tables=read, queues=",".join(queues))


def wait_idle(endpoint: str, pid: int, timeout: float) -> None:
    """Returns when streams and queues are drained; messages with a delay are not waited for. Raises Busy.

    Twice in a row nothing must wait and no checkpoint have moved: what a function does can wake another one.
    """
    engine = wire.Wire(endpoint)
    until, before = time.monotonic() + timeout, None
    while True:
        waiting, place = look(engine, endpoint, pid)
        if not waiting and place == before:
            return
        before = None if waiting else place
        if time.monotonic() > until:
            raise Busy(f"still waiting after {timeout:g} s: {waiting}")
        time.sleep(0.02)


def look(engine: wire.Wire, endpoint: str, pid: int) -> tuple[str, Place]:
    """What still waits, empty where nothing does; and how far each reader is."""
    [worker] = notes.items(engine, READY) or [{}]
    if worker.get("pid") != str(pid):
        return "the worker starts", ()
    place = []
    for reader in filter(None, worker["tables"].split(",")):
        table, function = reader.split("/")
        place.append(notes.checkpoint(engine, table, function) or notes.START)
        if unread(engine, table, place[-1]):
            return f"the stream of {table}, for {function}", ()
    for queue in filter(None, worker["queues"].split(",")):
        if messages(engine, endpoint, queue):
            return f"the queue {queue}", ()
    return "", tuple(place)


def unread(engine: wire.Wire, table: str, after: str) -> bool:
    """Whether the table's stream has a record after this sequence number."""
    iterator = stream_of(engine, table).iterator(engine, after)
    return bool(engine.call(wire.STREAMS, "GetRecords", ShardIterator=iterator, Limit=1)["Records"])


def messages(engine: wire.Wire, endpoint: str, queue: str) -> int:
    """How many messages wait or are being worked on."""
    counted = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    url = queue_url(endpoint, queue)
    reply = engine.call(wire.QUEUES, "GetQueueAttributes", QueueUrl=url, AttributeNames=list(counted))
    return sum(int(reply["Attributes"][attribute]) for attribute in counted)
