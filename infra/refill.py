"""Puts into a restored table what only the one it was restored from has: all that came after that moment.

    python -m infra.refill etincelle-prod-responses etincelle-prod-responses-restored

Nothing that stands in the restored table is changed, so it may be run again. It goes by the AWS credentials there are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from shared.dynamo import Item, Table
from shared.together import get_all


def refill(client: Any, source: str, target: str) -> Iterator[tuple[int, int]]:
    """Copies the items whose keys the target lacks. Yields after each page how many were read, and copied, so far."""
    restored, read, copied = Table(client, target), 0, 0
    for page in client.get_paginator("scan").paginate(TableName=source, ConsistentRead=True):
        items = page["Items"]
        there = {(one["pk"], one["sk"]) for one in get_all(restored, list(map(key_of, items)), ())}
        copied += sum(added(client, target, item) for item in items if key_of(item) not in there)
        read += len(items)
        yield read, copied


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
