"""Many items of a table read or written at once: reads in one call, writes each by a call of its own, side by side.

DynamoDB has no call that adds to many sets: a batch of writes only replaces items, a transaction takes twice the
write units, and PartiQL's updates refuse an item that is not there yet. So writes stay single, and do not wait for
each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared import aws
from shared.dynamo import Item, Table, Update, call, marshal_item, meaning, unmarshal_item
from shared.errors import Unavailable

MOST_READ = 100
"""Items that DynamoDB reads in one call."""


def update_all(updates: Sequence[Update]) -> list[Exception | None]:
    """What came of each update, in their order: nothing, or why it was not made, translated.

    Raises nothing of what befell them. No two of them may be of the same item.
    """
    if not updates:
        return []
    requests = [update.request()["Update"] for update in updates]
    outcomes = aws.together(updates[0].table.client, "update_item", requests)
    return [meaning(outcome) if isinstance(outcome, Exception) else None for outcome in outcomes]


def get_all(table: Table, keys: Sequence[tuple[str, str]], attributes: Sequence[str]) -> Iterator[Item]:
    """Those of the items that are there, as they stand now, in any order; of each its keys and these attributes.

    attributes: of names that DynamoDB has not reserved. Raises Unavailable.
    """
    wanted: dict[str, Any] = {"ConsistentRead": True, "ProjectionExpression": ", ".join(("pk", "sk", *attributes))}
    for first in range(0, len(keys), MOST_READ):
        asked = [marshal_item({"pk": pk, "sk": sk}) for pk, sk in keys[first : first + MOST_READ]]
        reply = call(table.client.batch_get_item, RequestItems={table.name: {"Keys": asked, **wanted}})
        yield from map(unmarshal_item, reply["Responses"].get(table.name, ()))
        left = reply.get("UnprocessedKeys", {}).get(table.name, {}).get("Keys", ())
        yield from one_by_one(table, left, wanted)


def one_by_one(table: Table, keys: Sequence[Item], wanted: dict[str, Any]) -> Iterator[Item]:
    """What a busy table has left of a batch; each of these calls waits and tries again."""
    requests = [{"TableName": table.name, "Key": key, **wanted} for key in keys]
    for outcome in aws.together(table.client, "get_item", requests):
        if isinstance(outcome, Exception):
            raise meaning(outcome)
        if "Item" in outcome:
            yield unmarshal_item(outcome["Item"])


def raise_first(errors: Sequence[Exception | None]) -> None:
    """Raises the first error that is none of ours, for it is a bug; else the first; nothing where there is none."""
    found = [error for error in errors if error is not None]
    for error in sorted(found, key=lambda one: isinstance(one, Unavailable)):
        raise error
