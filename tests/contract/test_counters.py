"""What counters promise: the same on the fake and on DynamoDB (moto), in each table that has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.dynamo import Table
from shared.errors import Unavailable
from shared.limits import Counters, Limit
from shared.limits_table import TableCounters
from shared.tables import cases, registry, responses
from shared.times import key_time
from tests.aws import data_stack, table
from tests.fakes import FakeCounters

AT = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
HOUR = Limit(3, timedelta(hours=1))
PLACES = {"responses": responses.limit_key, "registry": registry.limit_key, "cases": cases.limit_key}


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, Table]]:
    with data_stack():
        yield {name: table(name) for name in PLACES}


@pytest.fixture(params=["fake", *PLACES])
def counters(request: pytest.FixtureRequest) -> Counters:
    if request.param == "fake":
        return FakeCounters()
    return TableCounters(request.getfixturevalue("tables")[request.param], PLACES[request.param])


def test_a_window_takes_as_much_as_its_limit(counters: Counters) -> None:
    """The third and the fourth; each window and each subject by itself."""
    assert [counters.count("link-a", HOUR, AT) for _ in range(5)] == [True, True, True, False, False]
    assert counters.count("link-a", HOUR, AT + HOUR.window)
    assert counters.count("link-b", HOUR, AT)


def test_what_does_not_fit_adds_nothing(counters: Counters) -> None:
    """Two of three are counted, two more do not fit, one still does; at whatever moment of the window."""
    assert counters.count("link-w", HOUR, AT, 2)
    assert not counters.count("link-w", HOUR, AT + timedelta(minutes=59), 2)
    assert counters.count("link-w", HOUR, AT + timedelta(minutes=59))
    assert not counters.count("link-w", HOUR, AT)


@pytest.mark.parametrize("name", PLACES)
def test_a_counter_expires_after_its_window(tables: dict[str, Table], name: str) -> None:
    """DynamoDB removes it; it holds nothing but a number."""
    TableCounters(tables[name], PLACES[name]).count("link-e", HOUR, AT + timedelta(minutes=7), 2)
    item = tables[name].get("LIMIT#link-e", key_time(AT))
    assert item is not None
    assert (item["n"], item["kind"], item["expires_at"]) == (2, "limit", int((AT + timedelta(hours=2)).timestamp()))


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "ResourceNotFoundException"])
def test_a_counter_out_of_reach_refuses(code: str) -> None:
    """Whatever the reason: what cannot be counted is not let in, and told when to come again."""

    class Broken:
        def update_item(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "UpdateItem")

    with pytest.raises(Unavailable) as refused:
        TableCounters(Table(Broken(), "t"), responses.limit_key).count("link-x", HOUR, AT)
    assert refused.value.retry_after == 30
