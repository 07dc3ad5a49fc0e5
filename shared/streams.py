"""Records of a DynamoDB stream as plain values, and the partial-failure reply of their handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.dynamo import Item, unmarshal_item

Read = TypeVar("Read")


@dataclass(frozen=True)
class Change:
    """One change of one item. before/after: None where the item did not, or does not, exist."""

    sequence: str
    before: Item | None
    after: Item | None

    def is_new(self, attribute: str) -> bool:
        """Whether the item now has the attribute, and did not have this value of it before."""
        after = (self.after or {}).get(attribute)
        return after is not None and after != (self.before or {}).get(attribute)


def changes(event: Mapping[str, Any]) -> list[Change]:
    """The changes a stream event carries, in its order. event: the Lambda event AWS sends."""
    return [change_of(record) for record in event["Records"]]


def change_of(record: Mapping[str, Any]) -> Change:
    detail = record["dynamodb"]
    before, after = detail.get("OldImage"), detail.get("NewImage")
    return Change(
        sequence=detail["SequenceNumber"],
        before=unmarshal_item(before) if before is not None else None,
        after=unmarshal_item(after) if after is not None else None,
    )


def failures(identifiers: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """The reply that makes Lambda retry these records (sequence numbers or message ids) and no others."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def readable(items: Iterable[Change], kind: str, read: Callable[[Item], Read]) -> tuple[list[Read], list[str]]:
    """What the items of a kind read as, and the sequence numbers of those that cannot be read.

    Items of other kinds, and items that are gone, are passed over.
    """
    values: list[Read] = []
    unreadable: list[str] = []
    for change in items:
        if change.after is None or change.after.get("kind") != kind:
            continue
        try:
            values.append(read(change.after))
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
            unreadable.append(change.sequence)
    return values, unreadable
