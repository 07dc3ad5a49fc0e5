"""A person is asked, answers, is quoted and erased on the whole local stack; then they are looked for everywhere.

Whatever keeps people in future is looked through as well: every table is read whole, with the outbox, what the
engine keeps on disk, and every log.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import randrange
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local.environment import TABLES, name, queue_url
from tests.conftest import FreshStack, Running
from tests.e2e.test_invitations_e2e import FORM, Site, afternoon
from tests.waiting import until

pytestmark = pytest.mark.e2e
COMMENT = "La caissière Zénobie m'a fait attendre 47 minutes au comptoir."
REPLY = "0 parce que ma commande Q-99-ZZ est perdue"


class Jane:
    """Somebody with a name, an id, an address and a number that nobody else has."""

    def __init__(self) -> None:
        self.name = f"Ermengarde-{uuid4().hex[:8]}"
        self.id = f"client-{uuid4().hex[:10]}"
        self.email = f"{uuid4().hex[:10]}@example.com"
        self.phone = f"+3361{randrange(10**7):07}"

    @property
    def markers(self) -> list[str]:
        """What leads to them, and a piece of each text that they wrote."""
        return [self.name, self.id, self.email, self.phone[1:], "Zénobie", "Q-99-ZZ"]


@pytest.fixture
def site(fresh_stack: FreshStack) -> Site:
    """A stack of the test's own, whose streams forget at once what was read."""
    return Site(fresh_stack(kept_seconds=0.0, snapshot_seconds=0.5), "email", "sms")


def happens(site: Site, customer: dict[str, str], who: Jane) -> dict[str, Any]:
    sent = {"interaction_id": uuid4().hex, "touchpoint": site.name, "customer": customer, **afternoon()}
    sent |= {"occurred_at": datetime.now(UTC).isoformat(), "attributes": {"buyer": who.name}}
    made = site.http.post("/v1/interactions", json=sent)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def lived_through(site: Site, who: Jane) -> None:
    """Asked by e-mail, answered on the page; asked by text, answered by text; an answer through the API."""
    happens(site, {"id": who.id, "email": who.email}, who)
    [link] = re.findall(r"http://\S+/s/[0-9A-Za-z]{16}", site.email_to(who.email)["text"])[:1]
    ticket = re.findall(r'name="ticket" value="([^"]*)"', httpx.get(f"{link}?s=2").text)
    form = {"score": "2", "comment": COMMENT, **({"ticket": ticket[0]} if ticket else {})}
    assert httpx.post(f"{link}?lang=fr", data=form, headers=FORM).status_code == 303
    answer = {"touchpoint": site.name, "score": 1, "comment": COMMENT, "customer_id": who.id}
    sent = site.http.post("/v1/responses", json=answer | {"attributes": {"buyer": who.name}})
    assert sent.status_code == 201, sent.text
    outcome = {"customer": {"id": who.id}, "kind": "bought", "occurred_at": datetime.now(UTC).isoformat()}
    assert site.http.post("/v1/outcomes", json=outcome | {"amount": 12.5}).status_code == 201
    other = Site(site.stack, "sms")
    happens(other, {"phone": who.phone}, who)
    text = other.text_to(who.phone)
    httpx.post(f"{site.stack.url}/outbox/sms/{text['message_id']}/reply", data={"text": REPLY})
    site.stack.wait_idle()
    happens(other, {"phone": who.phone, "id": who.id}, who)


def places(stack: Running) -> dict[str, str]:
    """Everything that is kept anywhere, as text, by its place; `state`: what the engine has on disk."""
    dynamodb, found = stack.client("dynamodb"), {}
    for table in [*map(name, TABLES), "etincelle-local"]:
        pages = dynamodb.get_paginator("scan").paginate(TableName=table)
        found[table] = json.dumps([item for page in pages for item in page["Items"]], default=repr, ensure_ascii=False)
    found["outbox"] = json.dumps(stack.outbox(), ensure_ascii=False)
    home: Path = stack.stack.options.home
    for file in sorted(one for one in home.rglob("*") if one.is_file()):
        found[str(file.relative_to(home))] = file.read_bytes().decode("utf-8", errors="replace")
    return found


def where(who: Jane, stack: Running) -> list[str]:
    """Where something of the person is to be found."""
    kept = places(stack)
    return [f"{marker} in {place}" for place, text in kept.items() for marker in who.markers if marker in text]


def counts(site: Site) -> Any:
    """The funnel and the figures of a touchpoint."""
    days = {"from": (datetime.now(UTC) - timedelta(days=1)).date().isoformat()}
    funnel = site.http.get(f"/v1/touchpoints/{site.name}/funnel", params=days).json()
    report = site.http.get(f"/v1/touchpoints/{site.name}/report").json()
    return funnel, report["summary"], report["weeks"]


def test_after_an_erasure_nothing_of_the_person_is_to_be_found(site: Site) -> None:
    """Not in a table, the outbox, an export, the engine's state, a queue or a log; and every figure is as it was."""
    who, stack = Jane(), site.stack
    lived_through(site, who)
    until(lambda: site.counts() if sum((site.counts() or {}).values()) == 2 else None)
    stack.wait_idle()
    assert {each.split(" in ")[0] for each in where(who, stack)} == set(who.markers), "there is something to be found"
    assert not [each for each in where(who, stack) if " in logs/" in each], "a log tells nobody's name, ever"
    kept = site.http.post("/v1/customers/export", json={"customer": {"phone": who.phone}}).text
    assert [marker for marker in who.markers if marker not in kept] == [], "all of it can be seen"
    before = counts(site)
    asked = site.http.post("/v1/erasures", json={"customer": {"email": who.email}})
    assert asked.status_code == 202, asked.text
    receipt = until(lambda: done(site, asked.headers["location"]), 60)
    assert receipt["found"] is True
    assert receipt["erased"]["contacts"]["people"] >= 1
    assert receipt["erased"]["responses"]["answers_made_anonymous"] == 3
    stack.wait_idle()
    end = time.monotonic() + 20
    while where(who, stack) and time.monotonic() < end:
        time.sleep(0.5)  # what is on disk is written anew every half second
    assert where(who, stack) == []
    assert counts(site) == before
    answers = site.http.get("/v1/responses", params={"touchpoint": site.name}).text
    assert not [marker for marker in who.markers if marker in answers]
    for table in ("contacts", "responses", "friction", "cases"):
        url = queue_url(stack.endpoint, f"erase-{table}-dead")
        assert "Messages" not in stack.client("sqs").receive_message(QueueUrl=url), table


def done(site: Site, location: str) -> dict[str, Any] | None:
    found: dict[str, Any] = site.http.get(location).json()
    return found if found["state"] == "done" else None
