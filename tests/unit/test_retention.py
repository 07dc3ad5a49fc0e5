"""What is kept of people has its end; what is said in the settings holds, and what cannot be is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.dynamo import Put, Table
from shared.retention import DAYS, kept, retention
from shared.settings import Environment

NOW = datetime(2024, 3, 1, tzinfo=UTC)
A_DAY_S = 86_400


def days_of(item: dict[str, Any], setting: str = "") -> int | None:
    at = retention(Environment({"KEPT_DAYS": setting}), lambda: NOW)(item)
    return None if at is None else (at - int(NOW.timestamp())) // A_DAY_S


@pytest.mark.parametrize(
    ("item", "days"),
    [
        ({"kind": "interaction"}, 400),
        ({"kind": "response"}, 1095),
        ({"kind": "link", "customer": "c0ffee"}, 400),
        ({"kind": "link"}, None),
        ({"kind": "case"}, 1095),
        ({"kind": "person"}, None),
        ({"kind": "reply", "expires_at": 1}, None),
        ({"kind": "response", "expires_at": 1}, None),
        ({"marks": {b"1"}}, None),
    ],
)
def test_each_kind_has_its_end(item: dict[str, Any], days: int | None) -> None:
    """People stay until they are erased, links for everybody until they are revoked; what says its own end keeps it."""
    assert days_of(item) == days


def test_a_setting_changes_what_it_names() -> None:
    """And nothing else."""
    assert days_of({"kind": "response"}, "response=730 step=5") == 730
    assert days_of({"kind": "outcome"}, "response=730 step=5") == 1095


def test_what_quotes_answers_stays_no_longer_than_they_do() -> None:
    """Notes and messages to owners; where they are to go sooner by themselves, they do."""
    assert [days_of({"kind": kind}, "response=90 note=30") for kind in ("standing", "note", "delivery")] == [90, 30, 90]
    assert kept("response", Environment({"KEPT_DAYS": "response=90"})) == timedelta(days=90)


def test_what_leads_to_other_items_stays_as_long_as_they_do() -> None:
    """A case is found by its customer as long as it has a deed; an invitation by its interaction, however late read."""
    assert days_of({"kind": "customer_case"}, "case=90 deed=2000 customer_case=30") == 2000
    asked = {"kind": "invitation", "occurred_at": "2024-02-20T00:00:00.000000Z"}
    assert [days_of(asked, setting) for setting in ("", "interaction=30", "invitation=20")] == [390, 20, 10]


@pytest.mark.parametrize("setting", ["responses=730", "response=", "response=0", "response=-1", "response"])
def test_a_setting_that_cannot_be_is_refused(setting: str) -> None:
    """Rather than keep for ever what was meant to go."""
    with pytest.raises(RuntimeError, match="KEPT_DAYS"):
        days_of({"kind": "response"}, setting)


def test_whatever_writes_an_item_gives_it_its_end() -> None:
    """Alone and in a transaction."""
    sent: list[dict[str, Any]] = []

    class Client:
        def put_item(self, **request: Any) -> dict[str, Any]:
            sent.append(request["Item"])
            return {}

    table = Table(Client(), "table", retention(Environment({}), lambda: NOW))
    item = {"pk": "a", "sk": "b", "kind": "outcome"}
    table.put(item)
    sent.append(Put(table, item).request()["Put"]["Item"])
    ends = str(int(NOW.timestamp()) + DAYS["outcome"] * A_DAY_S)
    assert [one["expires_at"] for one in sent] == [{"N": ends}] * 2
