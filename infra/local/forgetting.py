"""What has left is out of reach; on a laptop it never left. When an erasure is done, the outbox is emptied with it.

The receipt's record in the stream of `contacts` says when. Everything in the outbox goes, whoever it was for: mails
to owners quote people. What the engine remembers of the streams goes as soon as every function has read it.
"""

from __future__ import annotations

from typing import Any

from infra.local import notes, wire
from infra.local.bindings import Binding

PARTITIONS = ("TEXTS", "HOOKS", "PARKED")
DONE = {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "ERASURE#"}]}}, "NewImage": {"state": {"S": ["done"]}}}}


def binding(endpoint: str) -> Binding:
    """Wakes on receipts."""

    def forget(_event: dict[str, Any], _context: Any) -> None:
        engine = wire.Wire(endpoint)
        for partition in PARTITIONS:
            notes.clear(engine, partition)
        engine.post(wire.FORGET)

    return Binding("local", "forget", "stream", "contacts", forget, filters=(DONE,))
