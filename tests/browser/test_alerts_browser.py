"""An alert as those who are told of it see it: mail, Slack, Teams, text, webhook; taken on from the mail, then over."""

from __future__ import annotations

import csv
import html
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from cli.main import app
from infra.local.environment import topic_arn
from services.aggregator.adapters.messages import SnsTopic
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from shared.dynamo import Table
from shared.events import AlertEvent, canonical
from shared.tables.friction import alert_key
from tests.browser.test_messages_browser import violations
from tests.conftest import Running
from tests.events import alert_event
from tests.waiting import until
from tests.worlds import USUAL, WORSE

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
Seen = TypeVar("Seen")
COMMENTS = ["Le paiement a refusé ma carte <b>trois fois</b> & personne n’a répondu", "Trop long…"]


@dataclass
class Team:
    """A team of this test's own, told by every way there is."""

    stack: Running
    name: str

    @property
    def mail(self) -> str:
        return f"{self.name}@example.com"

    @property
    def phone(self) -> str:
        return f"+336{int(self.name[1:9], 16) % 10**8:08}"

    def hook(self, way: str) -> str:
        return f"{self.stack.url}/outbox/hooks/{way}-{self.name}"

    def document(self) -> dict[str, Any]:
        subscriptions = {
            "mail": {"email": self.mail},
            "room": {"slack": self.hook("slack")},
            "chat": {"teams": self.hook("teams")},
            "phone": {"sms": self.phone},
            "hook": {"webhook": self.hook("hook")},
        }
        return {
            "name": self.name,
            "lang": "fr",
            "owners": {self.name: {"name": "Équipe paiement", "subscriptions": subscriptions}},
            "surveys": {f"s-{self.name}": {"scale": "csat", "question": "Comment était-ce ?"}},
            "touchpoints": {self.name: {"name": "Paiement", "owner": self.name, "survey": f"s-{self.name}"}},
        }

    def apply(self) -> None:
        headers = {"Authorization": f"Bearer {self.stack.key}"}
        body = {"document": self.document(), "base_version": 0}
        reply = httpx.put(f"{self.stack.url}/v1/documents/{self.name}", json=body, headers=headers)
        assert reply.status_code == 200, reply.text

    def publish(self, **fields: Any) -> AlertEvent:
        """As the aggregator does: the alert stands, with what it quotes; but no account decides on it."""
        event = alert_event(
            touchpoint=self.name,
            touchpoint_name={"fr": "Paiement"},
            owner=self.name,
            owners=[self.name],
            severity="high",
            sample_comments=COMMENTS,
            **fields,
        )
        pk, sk = alert_key(event.touchpoint, event.raised_at, event.alert_id)
        friction = Table(self.stack.client("dynamodb"), "etincelle-local-friction")
        friction.put({"pk": pk, "sk": sk, "event": canonical(event)})
        topic = SnsTopic(lambda: self.stack.client("sns"), topic_arn("friction-alerts"))
        topic.publish(AlertFact(Series(self.name, "customer", "csat"), event))
        return event

    def mails(self) -> list[dict[str, Any]]:
        """Newest first."""
        return [one for one in self.stack.outbox()["emails"] if self.mail in one["to"]]

    def standing(self, alert_id: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.stack.key}"}
        found: dict[str, Any] = httpx.get(f"{self.stack.url}/v1/alerts/{alert_id}/notes", headers=headers).json()
        return found


@pytest.fixture
def team(stack: Running) -> Team:
    made = Team(stack, f"t{uuid4().hex[:12]}")
    made.apply()
    return made


def first(found: Callable[[], list[Seen]]) -> Seen:
    return until(found)[0]


def taken_on(address: str, chromium: Browser, axe: str) -> Page:
    """The page that the mail's button leads to, on a phone, once its own button was pressed."""
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(html.unescape(address))
    expect(page.get_by_role("heading", name="Friction : Paiement")).to_be_visible()
    assert violations(page, axe) == []
    page.get_by_role("button", name="Je m'en occupe").click()
    expect(page.get_by_role("status")).to_contain_text("C'est noté")
    expect(page.get_by_role("button", name="Je m'en occupe")).to_have_count(0)
    assert violations(page, axe) == []
    return page


def imported(team: Team, days: range, weights: tuple[float, ...], file: Path) -> None:
    """Thirty answers on each of these days, counted from sixty days ago, go in as a file."""
    chance, began = random.Random(days.start), datetime.now(UTC) - timedelta(days=60)
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(("response_id", "touchpoint", "collected_at", "score", "comment"))
        for number in range(len(days) * 30):
            at = began + timedelta(days=days.start, seconds=chance.randrange(len(days) * 86400))
            score = chance.choices(range(1, 6), weights)[0]
            said = "Le terminal refuse ma carte" if score == 1 else ""
            rows.writerow((f"{days.start}-{number}", team.name, at.isoformat(timespec="seconds"), score, said))
    settings = {"ETINCELLE_URL": team.stack.url, "ETINCELLE_KEY": team.stack.key}
    taken = CliRunner().invoke(app, ["import", "responses", str(file)], env=settings)
    assert taken.exit_code == 0, taken.output


def test_what_imported_answers_show_comes_by_every_way_and_ends(
    team: Team, chromium: Browser, axe: str, stack: Running, tmp_path: Path
) -> None:
    """From a file of answers to an alert at its owner's, taken on from the mail; from another file to its end."""
    imported(team, range(40), USUAL, tmp_path / "usual.csv")
    imported(team, range(40, 48), WORSE, tmp_path / "worse.csv")
    mail = until(lambda: next(iter(team.mails()), None), 90)
    assert mail["subject"] == "Friction : Paiement"
    address = re.search(rf'href="({re.escape(stack.url)}/alerts/\w+)"', mail["html"])
    assert address is not None
    stack.wait_idle()
    outbox = chromium.new_page()
    outbox.goto(f"{stack.url}/outbox")
    for way in ("slack", "teams"):
        post = outbox.locator("article", has=outbox.get_by_role("heading", name=f"{way}-{team.name}")).locator(".post")
        expect(post.first).to_contain_text("Le terminal refuse ma carte")
    expect(outbox.locator("article", has=outbox.get_by_role("heading", name=f"hook-{team.name}"))).not_to_have_count(0)
    assert [one["parts"] for one in stack.outbox()["texts"] if one["to"] == team.phone][-1:] == [1]
    page = taken_on(address[1], chromium, axe)
    imported(team, range(48, 59), USUAL, tmp_path / "usual-again.csv")
    until(lambda: next((one for one in team.mails() if "Retour" in one["subject"]), None), 90)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("C'est fini")


def test_an_alert_is_told_taken_on_from_the_mail_and_seen_to_end(
    team: Team, chromium: Browser, axe: str, stack: Running
) -> None:
    """Each way once; the mail's button leads to a page that acts by POST alone; the others hear who takes it on."""
    event = team.publish()
    mail = first(team.mails)
    assert mail["subject"] == "Friction : Paiement"
    address = re.search(rf'href="({re.escape(stack.url)}/alerts/\w+)"', mail["html"])
    assert address is not None
    assert httpx.get(address[1]).status_code == 200
    assert team.standing(event.alert_id)["state"] == "open"
    page = taken_on(address[1], chromium, axe)
    standing = team.standing(event.alert_id)
    assert (standing["state"], standing["acknowledged_by"]) == ("acknowledged", f"{team.name}/mail")
    team.publish(revision=2, state="resolved", resolved_at=event.raised_at, resolved_because="recovered")
    first(lambda: [one for one in team.mails() if "Retour" in one["subject"]])
    stack.wait_idle()
    told = {(one["subscription"].split("/")[1], one["news"]) for one in team.standing(event.alert_id)["notes"]}
    ways = {"mail", "room", "chat", "phone", "hook"}
    assert told == {(way, news) for way in ways for news in ("raised", "resolved")} | {
        (way, "acknowledged") for way in ways - {"mail"}
    }
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("C'est fini")


def test_the_outbox_shows_posts_and_cards_as_their_rooms_would(team: Team, chromium: Browser, stack: Running) -> None:
    """Title, figures, comments as they were written, and buttons; the text message in one part."""
    event = team.publish()
    first(team.mails)
    stack.wait_idle()
    page = chromium.new_page()
    page.goto(f"{stack.url}/outbox")
    for way in ("slack", "teams"):
        post = page.locator("article", has=page.get_by_role("heading", name=f"{way}-{team.name}")).locator(".post")
        expect(post.get_by_role("heading")).to_have_text("Friction : Paiement")
        expect(post).to_contain_text("19 % de mauvaises réponses (15–25 %, 240 réponses)")
        expect(post).to_contain_text("<b>trois fois</b> &")
        expect(post).to_contain_text("Je m'en occupe")
    [text] = [one for one in stack.outbox()["texts"] if one["to"] == team.phone]
    assert text["parts"] == 1
    assert event.alert_id not in text["text"]


def test_an_alert_is_taken_on_from_the_command_line(team: Team, stack: Running) -> None:
    """And what was sent is listed, each message with what became of it."""
    event = team.publish()
    first(team.mails)
    stack.wait_idle()
    settings = {"ETINCELLE_URL": stack.url, "ETINCELLE_KEY": stack.key, "COLUMNS": "200"}
    listed = CliRunner().invoke(app, ["deliveries", "list", "--state", "delivered", "--json"], env=settings)
    ways = {one["kind"] for one in json.loads(listed.stdout) if one["owner"] == team.name}
    assert ways == {"email", "slack", "teams", "sms", "webhook"}
    taken = CliRunner().invoke(app, ["acknowledge", event.alert_id], env=settings)
    assert taken.stdout.startswith("acknowledged by key ")
    assert team.standing(event.alert_id)["state"] == "acknowledged"
    none = CliRunner().invoke(app, ["deliveries", "replay"], env=settings)
    assert none.stdout.strip() == "none"


def test_a_wrong_code_opens_a_page_that_says_so(stack: Running, chromium: Browser, axe: str) -> None:
    """In the visitor's language; nothing is told of any alert."""
    page = chromium.new_page(locale="fr-FR")
    reply = page.goto(f"{stack.url}/alerts/{'0' * 16}")
    assert reply is not None and reply.status == 404
    expect(page.get_by_role("heading", name="Cette page est introuvable")).to_be_visible()
    assert violations(page, axe) == []
