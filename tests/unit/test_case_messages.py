"""What a team is sent of a case, by each way: that it is there, why, until when, and where; nothing of the person."""

from __future__ import annotations

import json

import pytest

from services.alerts.domain.deliveries import Delivery
from services.alerts.messages import letters, slack, teams
from services.alerts.messages.story import story
from services.alerts.messages.texts import text
from shared.events import AlertEvent, News, canonical, news_in
from shared.gsm import count
from tests.cases import RAISED
from tests.events import PAGE, alert_event, case_event


def delivery(*news: News, lang: str = "fr") -> Delivery:
    return Delivery("msg_1", news, "web", "web/mail", "owner", "email", "web@example.com", lang, RAISED)


def manage(alert_id: str, subscription: str) -> str:
    assert not alert_id.startswith("case-"), "a case is behind the sign-in, not behind a code"
    return f"https://example.com/alerts/{alert_id}"


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("opened", "Un client a besoin de vous : Paiement"),
        ("reopened", "Un dossier est rouvert : Paiement"),
        ("assigned", "Un dossier vous est confié : Paiement"),
        ("overdue", "Dossier en retard : Paiement"),
    ],
)
def test_each_kind_of_news_has_its_title(state: str, title: str) -> None:
    """In the subscription's language."""
    assert story(delivery(case_event(state=state)), manage).title == title


def test_a_mail_says_why_and_until_when_and_leads_to_the_page() -> None:
    """In both parts; there is nothing to mute and no chart."""
    message = letters.letter(delivery(case_event()), "etincelle@example.com", manage)
    plain, html = (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    for part in (plain, html):
        assert "note basse, souhaite être rappelée" in part
        assert "2\u00a0mars 2024, 10:15 UTC" in part
        assert PAGE in part
        assert "sourdine" not in part.lower()
    assert not [part for part in message.walk() if part.get_content_maintype() == "image"]


def test_a_digest_of_alerts_and_cases_has_a_chart_for_each_alert_only() -> None:
    """Each beside its own; the subject counts both."""
    news = (case_event(), alert_event(), case_event(case_id="fedcba9876543210"))
    message = letters.letter(delivery(*news), "etincelle@example.com", manage)
    assert message["Subject"] == "Friction : Paiement · 2 dossiers à régler"
    [html] = [part.get_content() for part in message.walk() if part.get_content_type() == "text/html"]
    assert html.count("cid:") == 1
    assert len([part for part in message.walk() if part.get_content_maintype() == "image"]) == 1


def test_a_post_and_a_card_have_one_button_that_leads_to_the_page() -> None:
    """Nothing is acted on without signing in."""
    said = story(delivery(case_event(), lang="en"), manage)
    [actions] = [block for block in slack.post(said, {})["blocks"] if block["type"] == "actions"]
    assert [(one["text"]["text"], one["url"]) for one in actions["elements"]] == [("Open the case", PAGE)]
    card = teams.message(said)["attachments"][0]["content"]
    assert [(one["title"], one["url"]) for one in card["actions"]] == [("Open the case", PAGE)]


def test_a_text_message_is_one_part() -> None:
    """With the way to the page."""
    said = text(story(delivery(case_event()), manage))
    assert count(said).parts == 1
    assert PAGE in said


def test_news_comes_back_as_what_it_was() -> None:
    """Of a case as of an alert; anything else is none."""
    for event in (case_event(), alert_event()):
        assert news_in(canonical(event)) == event
    for nonsense in ("[]", "{}", '{"kind": "case"}', "no JSON"):
        with pytest.raises(ValueError):
            news_in(nonsense)
    assert isinstance(news_in(canonical(alert_event())), AlertEvent)


def test_a_program_gets_the_schema_that_is_documented() -> None:
    """Every field that it needs to know its own case by."""
    sent = json.loads(canonical(case_event()))
    assert (sent["kind"], sent["case_id"], sent["links"]) == ("case", "0123456789abcdef", {"page": PAGE})
