"""A fault on the way between two touchpoints, a broken promise and a silence, through the whole stack."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.invitations.adapters.invitations import item_of_invitation
from services.invitations.domain.invitations import Invitation
from shared.dynamo import marshal_item
from tests.conftest import FreshStack, Running
from tests.e2e.test_planted_worsening import Row, alerts, client, looked_at, posted, waiting
from tests.journeys import journey
from tests.waiting import until

pytestmark = pytest.mark.e2e
OWNERS = {"till": "stores", "site": "web", "parcel": "delivery"}
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
CHANGE = BEGINNING + timedelta(days=30)
DAYS, A_DAY = 40, 30


def rows() -> list[Row]:
    """Customers of the parcel, four in ten of whom were at the till before, four at the site.

    From the change on, those who come from the till are unhappy with the parcel; nobody else is.
    """
    chance, made = random.Random(5), []
    for number in range(DAYS * A_DAY):
        at = BEGINNING + timedelta(seconds=chance.randrange(DAYS * 86400))
        origin = chance.choices(("till", "site", ""), (4, 4, 2))[0]
        if origin:
            made.append(row(origin, number, at - timedelta(hours=chance.uniform(0.5, 30)), chance, 0.10))
        made.append(row("parcel", number, at, chance, 0.45 if origin == "till" and at >= CHANGE else 0.10))
    return made


def row(touchpoint: str, number: int, at: datetime, chance: random.Random, bad: float) -> Row:
    return {
        "response_id": f"{touchpoint}-{number}",
        "touchpoint": touchpoint,
        "collected_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": chance.choice((1, 2)) if chance.random() < bad else chance.choice((3, 4, 5, 5, 5)),
        "customer_id": f"customer-{number}",
    }


def applied(stack: Running, **more: Any) -> httpx.Client:
    """The journey, with what is said besides of the site."""
    api, document = client(stack), journey("planted", OWNERS)
    document["touchpoints"]["site"] |= more
    reply = api.put("/v1/documents/planted", json={"document": document, "base_version": 0})
    assert reply.status_code in (200, 201), reply.text
    return api


def told(stack: Running, api: httpx.Client) -> list[Row]:
    """The alerts once every series was looked at and nothing waits."""
    assert until(lambda: all(looked_at(stack, touchpoint) for touchpoint in OWNERS))
    assert until(lambda: waiting(stack) == 0)
    stack.wait_idle()
    return alerts(api)


def test_a_fault_on_the_way_concerns_both_owners_and_no_touchpoint_alone(fresh_stack: FreshStack) -> None:
    """One alert, on the hand-off; in whatever order the answers came; and the hand-off's figures over HTTP."""
    stack = fresh_stack()
    api, answers = applied(stack), rows()
    random.Random(1).shuffle(answers)
    for start in range(0, len(answers), 500):
        posted(api, answers[start : start + 500])
    [alert] = told(stack, api)
    assert (alert["kind"], alert["origin"], alert["touchpoint"]) == ("handoff", "till", "parcel")
    assert alert["owners"] == ["delivery", "stores"]
    assert CHANGE < datetime.fromisoformat(alert["raised_at"]) < CHANGE + timedelta(days=9)
    found = api.get("/v1/touchpoints/parcel/handoffs", params={"from": "2024-02-01"}).json()
    worst = max(found["into"], key=lambda one: one["difference"]["value"])
    assert (worst["origin"], worst["difference"]["low"] > 0) == ("till", True)


def test_a_broken_promise_and_a_silence_are_told(fresh_stack: FreshStack) -> None:
    """A tenth of the answers are bad where two in a hundred are promised; from one day on nobody answers."""
    stack = fresh_stack()
    api = applied(stack, promise={"text": {"en": "Hardly anybody is unhappy."}, "bad_at_most": 0.02})
    sent(stack)
    answers = [one for one in rows() if one["touchpoint"] == "site"]
    posted(api, answers[:450])
    assert until(lambda: looked_at(stack, "site"))
    assert until(lambda: {alert["kind"] for alert in alerts(api)} == {"promise", "silence"}, 90)


def sent(stack: Running) -> None:
    """Invitations of forty days, as the table has them: a quarter are answered within hours, then none."""
    chance, table = random.Random(20240104), "etincelle-local-contacts"
    for number in range(DAYS * 15):
        at = BEGINNING + timedelta(seconds=chance.randrange(DAYS * 86400))
        answered_at = at + timedelta(hours=2) if at < CHANGE and chance.random() < 0.25 else None
        made = Invitation(
            f"inv-{number}", "site", f"i-{number}", f"p-{number}", "email", at, at, 1.0,
            state="answered" if answered_at else "sent", sent_at=at, answered_at=answered_at,
        )  # fmt: skip
        item = marshal_item(item_of_invitation(made) | {"version": 1})
        stack.client("dynamodb").put_item(TableName=table, Item=item)
