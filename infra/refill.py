"""Puts into a restored table what only the one it was restored from has: all that came after that moment.

    python -m infra.refill etincelle-prod-responses etincelle-prod-responses-restored

Nothing that stands in the restored table is changed, so it may be run again. It goes by the AWS credentials there are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

Item = dict[str, Any]
MOST_READ = 100
"""Items that DynamoDB reads in one call."""


def refill(client: Any, source: str, target: str) -> Iterator[tuple[int, int]]:
    """Copies the items whose keys the target lacks. Yields after each page how many were read, and copied, so far."""
    read = copied = 0
    for page in client.get_paginator("scan").paginate(TableName=source, ConsistentRead=True):
        items = page["Items"]
        for first in range(0, len(items), MOST_READ):
            some = items[first : first + MOST_READ]
            there = standing(client, target, some)
            copied += sum(added(client, target, item) for item in some if key_of(item) not in there)
        read += len(items)
        yield read, copied


def standing(client: Any, table: str, items: Sequence[Item]) -> set[tuple[str, str]]:
    """Which of their keys the table has."""
    wanted: Any = {table: {"Keys": [{"pk": one["pk"], "sk": one["sk"]} for one in items]}}
    wanted[table] |= {"ProjectionExpression": "pk, sk", "ConsistentRead": True}
    found: set[tuple[str, str]] = set()
    while wanted:
        reply = client.batch_get_item(RequestItems=wanted)
        found |= {key_of(one) for one in reply["Responses"].get(table, ())}
        wanted = reply.get("UnprocessedKeys")
    return found


def added(client: Any, table: str, item: Item) -> bool:
    """Whether it was put there; it was not where somebody was faster."""
    try:
        client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def key_of(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def main() -> None:
    import boto3

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="the table as it was left")
    parser.add_argument("target", help="the one that was restored from it")
    asked = parser.parse_args()
    for read, copied in refill(boto3.client("dynamodb"), asked.source, asked.target):
        print(f"{read:,} read, {copied:,} copied", flush=True)


if __name__ == "__main__":
    main()
