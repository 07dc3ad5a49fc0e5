"""Writes on condition that nobody else was faster, and what it means where somebody was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from shared.dynamo import ConditionFailed, Item, Put, Table, TransactionConflict, Write, transact
from shared.errors import Conflict
from shared.times import key_time

UNCHANGED = "version = :version"
NOT_THERE = "attribute_not_exists(pk)"


def versioned(table: Table, item: Item, version: int) -> Put:
    """A write of the item that stands at this version, 0 for none, as the next one."""
    content = item | {"version": version + 1}
    if version == 0:
        return Put(table, content, new=True)
    return Put(table, content, condition=UNCHANGED, values={":version": version})


def write_versioned(table: Table, item: Item, version: int) -> None:
    """The same as a single write. Raises Conflict where it has changed."""
    with conflicts():
        values = {":version": version} if version else None
        table.put(item | {"version": version + 1}, condition=UNCHANGED if version else NOT_THERE, values=values)


def write_all(writes: Sequence[Write]) -> None:
    """All or nothing. Raises Conflict where one of the items has changed, or is just being changed."""
    with conflicts():
        transact(writes)


@contextmanager
def conflicts() -> Iterator[None]:
    """What DynamoDB says of somebody who was faster, in the words of the ports."""
    try:
        yield
    except (ConditionFailed, TransactionConflict) as error:
        raise Conflict("somebody else was faster") from error


def present(item: Mapping[str, Any]) -> Item:
    """The item with times as text; what is absent has no attribute, and neither has what is empty."""
    told = {name: value for name, value in item.items() if value is not None and value not in ([], {})}
    return {name: key_time(value) if isinstance(value, datetime) else value for name, value in told.items()}
