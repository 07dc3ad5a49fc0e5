"""One person's problem in the whole local stack: from the answer to the team, to the customer, to the figures."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Running
from tests.e2e.test_invitations_e2e import FORM
from tests.waiting import until

pytestmark = pytest.mark.e2e


class Team:
    """A team of the test's own that asks by e-mail and calls people back."""

    def __init__(self, stack: Running) -> None:
        self.stack, self.name = stack, f"case-{uuid4().hex[:12]}"
        self.http = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60)
        mail = {"subscriptions": {"mail": {"email": f"{self.name}@example.com"}}}
        survey = {"scale": "csat", "question": {"en": "How was it?", "fr": "Comment était-ce ?"}}
        causes = {"late": {"en": "Late", "fr": "Retard"}, "price": {"en": "Price", "fr": "Prix"}}
        rules = {"when": "bad", "words": ["accident"], "call_back": True, "due_hours": 24, "causes": causes}
        document = {
            "name": self.name,
            "owners": {self.name: {"name": "The couriers"} | mail},
            "surveys": {self.name: survey},
            "touchpoints": {
                self.name: {"owner": self.name, "survey": self.name, "channels": ["email", "api"], "cases": rules}
            },
        }
        self.done("PUT", f"/v1/documents/{self.name}", {"document": document, "base_version": 0})

    def done(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.http.request(method, path, json=body)
        assert reply.is_success, reply.text
        return reply.json()

    def case(self) -> dict[str, Any]:
        """The team's one case, once it is there."""
        found = until(lambda: self.done("GET", f"/v1/cases?owner={self.name}")["cases"])
        [case] = found
        return dict(case)

    def mail_to(self, address: str, subject: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            mails = self.stack.outbox()["emails"]
            return next((one for one in mails if address in one["to"] and subject in one["subject"]), None)

        return until(look)


def test_a_bad_answer_of_an_invited_person_is_put_right(stack: Running) -> None:
    """The team is told, looks at the contact, writes, closes; the ledger and the figures have it."""
    team, address = Team(stack), f"{uuid4().hex}@example.com"
    now, customer = datetime.now(UTC).isoformat(), {"email": address}
    happened = {"interaction_id": uuid4().hex, "touchpoint": team.name, "occurred_at": now, "customer": customer}
    team.done("POST", "/v1/interactions", happened | {"locale": "fr"})
    invitation = team.mail_to(address, "Comment était-ce ?")
    [link] = re.findall(r"http://\S+/s/[0-9A-Za-z]{16}(?=\?s=1&)", invitation["text"])
    page = httpx.get(f"{link}?lang=fr")
    assert "Je souhaite être rappelé" in page.text
    [ticket] = re.findall(r'name="ticket" value="([^"]*)"', page.text)
    form = {"score": "1", "comment": "Un accident !", "call_back": "1", "ticket": ticket}
    assert httpx.post(f"{link}?lang=fr", data=form, headers=FORM).status_code == 303
    case = team.case()
    assert (case["reasons"], case["state"]) == (["score", "words", "call_back"], "open")
    told = team.mail_to(f"{team.name}@example.com", "A customer needs you")
    assert f"{stack.url}/cases/{case['case_id']}" in told["text"]
    assert "accident" not in told["text"].lower() and address not in told["text"]
    place = f"/v1/cases/{case['case_id']}"
    assert team.done("GET", place)["comment"] == "Un accident !"
    contact = team.done("GET", f"{place}/contact")
    assert contact["ways"] == [{"channel": "email", "address": address}]
    team.done("POST", f"{place}/reply", {"text": "Nous vous rappelons à midi."})
    letter = team.mail_to(address, "a lu votre réponse")
    assert "Nous vous rappelons à midi." in letter["text"]
    ledger = team.done("POST", "/v1/pressure", {"customer": customer})["asked"]
    assert [(one["touchpoint"], one["state"]) for one in ledger] == [(team.name, "sent")] * 2
    team.done("POST", f"{place}/closed", {"cause": "late", "text": "Called at noon."})
    shown = team.done("GET", place)
    assert [deed["what"] for deed in shown["story"]] == ["opened", "looked", "replied", "closed"]
    assert shown["story"][2]["reply"]["state"] == "sent"
    figures = team.done("GET", f"/v1/cases/figures?owner={team.name}")
    assert figures["causes"] == [{"touchpoint": team.name, "cause": "late", "count": 1, "n": 1}]
    assert (figures["to_contact"]["over"], figures["to_close"]["over"]) == (1, 1)
    mails = [one for one in stack.outbox()["emails"] if address in one["to"]]
    assert len(mails) == 2, "one invitation, one reply"


def test_a_customer_known_by_an_id_only_is_reached_and_one_who_opted_out_is_not(stack: Running) -> None:
    """An answer by the API names its customer by a hash; a wish that came in between is kept."""
    team, name = Team(stack), uuid4().hex
    address = f"{name}@example.com"
    customer, now = {"id": name, "email": address}, datetime.now(UTC).isoformat()
    happened = {"interaction_id": name, "touchpoint": team.name, "occurred_at": now, "customer": customer}
    team.done("POST", "/v1/interactions", happened)
    invitation = team.mail_to(address, "How was it?")
    team.done("POST", "/v1/responses", {"touchpoint": team.name, "score": 1, "customer_id": name})
    place = f"/v1/cases/{team.case()['case_id']}"
    assert team.done("GET", f"{place}/contact")["ways"] == [{"channel": "email", "address": address}]
    [preferences] = re.findall(r"http://\S+/p/[0-9A-Za-z_-]+", invitation["text"])
    assert httpx.post(preferences, data={"List-Unsubscribe": "One-Click"}, headers=FORM).status_code == 200
    refused = team.http.post(f"{place}/reply", json={"text": "Hello"})
    assert (refused.status_code, "opted_out" in refused.json()["detail"]) == (409, True)
    assert team.done("GET", place)["state"] == "open"
