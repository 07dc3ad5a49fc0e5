"""A restored table gets what came after the moment it was restored to, and keeps what it has."""

from __future__ import annotations

from typing import Any

import boto3

from infra.refill import added, refill
from tests.aws import data_stack, table


def test_what_only_the_former_table_has_is_copied_and_nothing_else_is_touched() -> None:
    """Over several pages' calls; run again, nothing is left to do."""
    with data_stack():
        source, target = table("responses"), table("contacts")
        for n in range(230):
            source.put({"pk": f"p{n % 7}", "sk": f"s{n}", "said": "later"})
            if n % 2:
                target.put({"pk": f"p{n % 7}", "sk": f"s{n}", "said": "before"})
        client = boto3.client("dynamodb")
        for copied in (115, 0):
            assert list(refill(client, source.name, target.name))[-1] == (230, copied)
        said = [target.get(f"p{n % 7}", f"s{n}") for n in range(230)]
        assert [one and one["said"] for one in said] == ["before" if n % 2 else "later" for n in range(230)]


def test_what_was_put_there_meanwhile_stays() -> None:
    """The sources read the restored table already."""
    with data_stack():
        restored = table("responses")
        restored.put({"pk": "p", "sk": "s", "said": "meanwhile"})
        item: dict[str, Any] = {"pk": {"S": "p"}, "sk": {"S": "s"}, "said": {"S": "later"}}
        assert not added(boto3.client("dynamodb"), restored.name, item)
        assert (restored.get("p", "s") or {})["said"] == "meanwhile"


def test_keys_that_were_not_read_at_once_are_asked_for_again() -> None:
    """DynamoDB may leave some of a batch for the next call."""
    with data_stack():
        source, target = table("responses"), table("contacts")
        for n in range(10):
            for one in (source, target):
                one.put({"pk": "p", "sk": f"s{n}"})
        assert list(refill(Sparing(boto3.client("dynamodb")), source.name, target.name)) == [(10, 0)]


class Sparing:
    """A client of which every batch reads one key."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803
        [(name, asked)] = RequestItems.items()
        reply = self._client.batch_get_item(RequestItems={name: asked | {"Keys": asked["Keys"][:1]}})
        left = asked["Keys"][1:]
        return reply | {"UnprocessedKeys": {name: asked | {"Keys": left}} if left else {}}

    def put_item(self, **_: Any) -> None:
        raise AssertionError("nothing is missing")
