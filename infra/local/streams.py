"""A table's stream handed to a function as Lambda does: in order, in batches, retried, split, parked.

A failing batch is retried from its first failed record. Where the function raises, or fails at once, the batch is
split in two until the culprit stands alone; alone it is tried `ATTEMPTS` times with growing pauses, then parked,
and the others go on. The checkpoint follows what was taken, so that a killed poller starts again there: at least
once, in order.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from infra.local import notes, wire
from infra.local.bindings import Binding
from infra.local.invocation import failed_items, invoke
from infra.local.positions import stream_of

ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
"""Seconds; a record nobody can take holds its followers up for about ten."""
POLL, IDLE_POLL, IDLE_AFTER = 0.04, 0.2, 50
READ_AT_ONCE = 500
"""Records of a stream, before its filter; a function takes as many at a time as its batches hold."""
Record = dict[str, Any]
log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What became of one invocation. first_failed: a place in the batch, None where all went well."""

    first_failed: int | None
    reason: str = ""


class StreamPoller:
    """Reads one stream for one function, until `stop` is set."""

    def __init__(self, binding: Binding, endpoint: str, stop: threading.Event, attempts: int = ATTEMPTS) -> None:
        self._binding, self._stop, self._attempts = binding, stop, attempts
        self._engine = wire.Wire(endpoint)
        self._arn = ""
        self._iterator = ""
        self._idle = 0
        self.busy = False

    def run(self) -> None:
        """Takes records until told to stop; the engine may come and go meanwhile."""
        while not self._stop.is_set():
            try:
                records = self._next_records()
                self.busy = True
                self._take(records)
            except (wire.Away, wire.EngineError) as error:
                log.warning("%s: %s", self._binding.label, error)
                self._iterator = ""
                self._stop.wait(0.2)
                continue
            except Exception:  # a poller that ends would be missed by nobody until it is too late
                log.exception("%s", self._binding.label)
                self._iterator = ""
                self._stop.wait(1)
                continue
            finally:
                self.busy = False
            self._idle = 0 if records else self._idle + 1
            if not records:
                self._stop.wait(POLL if self._idle < IDLE_AFTER else IDLE_POLL)

    def _next_records(self) -> list[Record]:
        if not self._iterator:
            self._iterator = self._place()
        reply = self._engine.call(wire.STREAMS, "GetRecords", ShardIterator=self._iterator, Limit=READ_AT_ONCE)
        self._iterator = reply.get("NextShardIterator", "")
        return [record | {"eventSourceARN": self._arn} for record in reply["Records"]]

    def _place(self) -> str:
        """An iterator after the checkpoint; at the oldest record where there is no checkpoint yet."""
        stream = stream_of(self._engine, self._binding.source)
        self._arn = stream.arn
        after = notes.checkpoint(self._engine, self._binding.source, self._binding.label)
        if after is None:
            notes.set_checkpoint(self._engine, self._binding.source, self._binding.label, notes.START)
        return stream.iterator(self._engine, after or notes.START)

    def _take(self, records: list[Record]) -> None:
        """Hands over, in batches, what passes the filter, until each was taken or parked."""
        if not records:
            return
        wanted = [record for record in records if self._binding.wants(record)]
        size = self._binding.batch_size
        batches = [wanted[first : first + size] for first in range(0, len(wanted), size)]
        attempts = 0
        while batches and not self._stop.is_set():
            batch = batches.pop(0)
            outcome = self._invoke(batch)
            first = len(batch) if outcome.first_failed is None else outcome.first_failed
            if first:
                self._passed(batch[first - 1])
                attempts = 0
            rest = batch[first:]
            if len(rest) > 1:
                batches[:0] = [rest] if first else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
            elif rest:
                attempts = self._again_or_park(rest, attempts + 1, outcome.reason, batches)
        if not batches and not self._stop.is_set():
            self._passed(records[-1])

    def _again_or_park(self, rest: list[Record], attempts: int, reason: str, batches: list[list[Record]]) -> int:
        if attempts < self._attempts:
            batches.insert(0, rest)
            self._stop.wait(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1)))
            return attempts
        log.error("%s parked %s: %s", self._binding.label, rest[0]["dynamodb"]["SequenceNumber"], reason)
        notes.park(self._engine, self._binding.label, rest[0], reason)
        self._passed(rest[0])
        return 0

    def _invoke(self, batch: list[Record]) -> Outcome:
        reply = invoke(self._binding, {"Records": batch})
        if isinstance(reply, Exception):
            return Outcome(0, f"{type(reply).__name__}: {reply}")
        failed = failed_items(reply, [record["dynamodb"]["SequenceNumber"] for record in batch])
        if not failed:
            return Outcome(None)
        return Outcome(min(failed), "reported by the function as failed")

    def _passed(self, record: Record) -> None:
        sequence = record["dynamodb"]["SequenceNumber"]
        notes.set_checkpoint(self._engine, self._binding.source, self._binding.label, sequence)
