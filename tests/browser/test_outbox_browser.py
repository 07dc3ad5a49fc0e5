"""The outbox as somebody who tries the product finds it: the message, its link, the answer, the figure."""

from __future__ import annotations

from random import randrange
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_alerts_browser import Team
from tests.browser.test_messages_browser import violations
from tests.conftest import Running
from tests.e2e.test_invitations_e2e import Site, afternoon
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.e2e]


def test_a_click_in_the_e_mail_leads_to_an_answer_that_counts(stack: Running, chromium: Browser) -> None:
    """The mail stands in its frame as its receiver sees it; the score clicked is chosen on the page."""
    site, address = Site(stack, "email"), f"{uuid4().hex}@example.com"
    site.happens(email=address, locale="fr")
    site.email_to(address)
    page = chromium.new_page()
    page.goto(f"{stack.url}/outbox")
    mail = page.locator("article.mail", has_text=address).frame_locator("iframe")
    with page.context.expect_page() as opened:
        mail.get_by_role("link", name="8", exact=True).click()
    survey = opened.value
    expect(survey.locator("input[value='8']")).to_be_checked()
    survey.get_by_role("button").first.click()
    survey.wait_for_url("**/thanks**")
    assert until(site.counts) == {"8": 1}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_outbox_shows_text_messages_and_takes_an_answer(
    stack: Running, chromium: Browser, axe: str, scheme: str
) -> None:
    """With their parts; written back to, the service hears it. Nothing on the page is out of anybody's reach."""
    site, number = Site(stack, "sms"), f"+3361{randrange(10**7):07}"
    site.happens(phone=number, **afternoon())
    text = site.text_to(number)
    page = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{stack.url}/outbox")
    bubble = page.locator(f"#text-{text['message_id']}")
    expect(bubble).to_contain_text("1 part")
    page.locator("iframe").evaluate_all("frames => frames.forEach((frame) => frame.remove())")
    assert violations(page, axe) == []
    bubble.get_by_role("textbox").fill("STOP")
    bubble.get_by_role("button").click()
    page.wait_for_url(f"**/outbox#text-{text['message_id']}")
    stack.wait_idle()
    assert Site(stack, "sms").happens(phone=number)["reason"] == "opted_out"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_alerts_mail_is_shown_with_its_picture(stack: Running, chromium: Browser, scheme: str) -> None:
    """As a mail program shows what is attached within the text: whole, and not asked for from anywhere."""
    team = Team(stack, f"t{uuid4().hex[:12]}")
    team.apply()
    team.publish()
    until(team.mails)
    page = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{stack.url}/outbox")
    mail = page.locator("article.mail", has_text=team.mail)
    mail.scroll_into_view_if_needed()
    picture = mail.frame_locator("iframe").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => [image.complete, image.naturalWidth, image.alt]") == [
        True,
        960,
        "Mauvaises réponses avant et depuis, avec leurs intervalles à 95 %",
    ]
    assert not [url for url in asked if url.startswith("cid:")]
