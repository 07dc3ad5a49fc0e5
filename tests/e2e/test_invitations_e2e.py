"""Invitations in the whole local stack: from the interaction to the message, to the answer, to the figures."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from random import randrange
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Running
from tests.waiting import until

pytestmark = pytest.mark.e2e
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Site:
    """The stack with a touchpoint of the test's own, that asks by these channels."""

    def __init__(self, stack: Running, *channels: str) -> None:
        self.stack, self.name = stack, f"asks-{uuid4().hex[:12]}"
        self.http = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60)
        survey = {"scale": "nps", "question": {"en": "How was it?", "fr": "Comment était-ce ?"}}
        asks = {"owner": self.name, "journey": self.name, "stage": "only", "survey": self.name}
        document = {
            "name": self.name,
            "owners": {self.name: {"name": "The shop"}},
            "journeys": {self.name: {"stages": {"only": {"en": "Only"}}}},
            "surveys": {self.name: survey},
            "touchpoints": {self.name: asks | {"channels": list(channels)}},
        }
        applied = self.http.put(f"/v1/documents/{self.name}", json={"document": document, "base_version": 0})
        assert applied.status_code == 200, applied.text

    def happens(self, **customer: Any) -> dict[str, Any]:
        """An interaction just now; gives the decision."""
        more = {key: customer.pop(key) for key in ("time_zone", "locale", "country") if key in customer}
        sent = {"interaction_id": uuid4().hex, "touchpoint": self.name, "customer": customer, **more}
        made = self.http.post("/v1/interactions", json=sent | {"occurred_at": datetime.now(UTC).isoformat()})
        assert made.status_code == 201, made.text
        decision: dict[str, Any] = made.json()["decision"]
        return decision

    def email_to(self, address: str) -> dict[str, Any]:
        return until(lambda: next((one for one in self.stack.outbox()["emails"] if address in one["to"]), None))

    def text_to(self, number: str) -> dict[str, Any]:
        return until(lambda: next((one for one in self.stack.outbox()["texts"] if one["to"] == number), None))

    def counts(self) -> dict[str, int] | None:
        """The scores that were counted; None while there are none."""
        report = self.http.get(f"/v1/touchpoints/{self.name}/report").json()
        return {score: n for score, n in report["summary"]["counts"].items() if n} or None


def afternoon() -> dict[str, str]:
    """A time zone in which it is about two in the afternoon, in a country where texts may arrive on any day."""
    offset = (14 - datetime.now(UTC).hour + 12) % 24 - 12
    return {"time_zone": f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT", "country": "BE"}


def test_an_interaction_becomes_an_e_mail_an_answer_and_a_figure(stack: Running) -> None:
    """Within seconds; the score in the link is chosen on the page, and counts once it is sent."""
    site, address = Site(stack, "email"), f"{uuid4().hex}@example.com"
    began = time.monotonic()
    assert site.happens(email=address, locale="fr-FR")["state"] == "planned"
    email = site.email_to(address)
    assert time.monotonic() - began < 20
    assert email["subject"] == "The shop : Comment était-ce ?"
    [link] = re.findall(r"http://\S+/s/[0-9A-Za-z]{16}\?s=9&lang=fr", email["text"])
    page = httpx.get(link)
    assert re.search(r'value="9"[^>]* checked', page.text)
    assert site.counts() is None, "opening it counts nothing"
    ticket = re.findall(r'name="ticket" value="([^"]*)"', page.text)
    form = {"score": "9", "comment": "Merci", **({"ticket": ticket[0]} if ticket else {})}
    assert httpx.post(link.split("?")[0] + "?lang=fr", data=form, headers=FORM).status_code == 303
    assert until(site.counts) == {"9": 1}


def test_a_text_message_is_one_part_and_stop_ends_everything(stack: Running) -> None:
    """The link of 11 characters opens the page; STOP, written back, holds for every channel at once."""
    site, number = Site(stack, "sms"), f"+3361{randrange(10**7):07}"
    decision = site.happens(phone=number, id=number[1:], **afternoon())
    assert decision["state"] == "planned", decision
    text = site.text_to(number)
    assert (text["parts"], text["encoding"]) == (1, "GSM-7")
    [link] = re.findall(r"http://\S+/s/[0-9A-Za-z]{11}(?=\s)", text["text"])
    assert httpx.get(link).status_code == 200
    said = httpx.post(f"{stack.url}/outbox/sms/{text['message_id']}/reply", data={"text": "Stop !"})
    assert said.status_code == 303
    stack.wait_idle()
    other = Site(stack, "email")
    refused = other.happens(email=f"{number[1:]}@example.com", id=number[1:])
    assert (refused["state"], refused["reason"]) == ("suppressed", "opted_out")


def test_one_click_in_the_mail_program_ends_the_e_mails(stack: Running) -> None:
    """The page behind the link changes nothing by being looked at; the POST of RFC 8058 does."""
    site, address = Site(stack, "email"), f"{uuid4().hex}@example.com"
    site.happens(email=address)
    [link] = re.findall(r"http://\S+/p/[0-9A-Za-z_-]+", site.email_to(address)["text"])
    assert httpx.get(link).status_code == 200
    other = Site(stack, "email")
    assert other.happens(email=address)["state"] == "planned"
    assert httpx.post(link, data={"List-Unsubscribe": "One-Click"}, headers=FORM).status_code == 200
    refused = Site(stack, "email").happens(email=address)
    assert (refused["state"], refused["reason"]) == ("suppressed", "opted_out")
