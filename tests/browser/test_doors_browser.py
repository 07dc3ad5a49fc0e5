"""Page, code, form and card: each opened in Chromium by the address that its link has, each found in the figures.

Widget, click in a mail, text message, kiosk and telephone are answered through the local stack in files of their own.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_agent_browser import opened
from tests.conftest import Running

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
NAME = "doors"
DOCUMENT: dict[str, Any] = {
    "name": NAME,
    "lang": "fr",
    "owners": {NAME: {"name": "Équipe"}},
    "surveys": {NAME: {"scale": "csat", "question": "Comment était-ce ?"}},
    "touchpoints": {NAME: {"owner": NAME, "survey": NAME, "channels": ["web", "qr", "agent", "paper"]}},
}
DOORS = {"web": ("/s/", "Envoyer ma réponse"), "qr": ("/S/", "Envoyer ma réponse"), "agent": ("/a/", "Noter")}
DOORS["paper"] = DOORS["agent"]


def answer(page: Page, score: int, button: str) -> None:
    page.locator("label.tile", has=page.locator(f'input[name="score"][value="{score}"]')).click()
    page.fill("textarea", "=1+1 <b>très</b> bien")
    page.get_by_role("button", name=button).click()


def test_an_answer_at_each_door_is_in_the_figures_of_its_channel(chromium: Browser, stack: Running) -> None:
    """Without JavaScript, in French; the code's address is all capitals, as its poster has it."""
    api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"})
    assert api.put(f"/v1/documents/{NAME}", json={"document": DOCUMENT, "base_version": 0}).status_code == 200
    for score, (channel, (path, button)) in enumerate(DOORS.items(), start=1):
        made = api.post("/v1/links", json={"touchpoint": NAME, "channel": channel, "place": f"Porte {score}"}).json()
        assert path in made["url"]
        with opened(chromium, f"{made['url']}?lang=fr", java_script_enabled=False) as page:
            answer(page, score, button)
            page.wait_for_load_state()
            assert page.get_by_text("Merci").or_(page.get_by_text("C'est noté")).first.is_visible()
    stack.wait_idle()
    report = api.get(f"/v1/touchpoints/{NAME}/report").json()
    assert report["channels"] == dict.fromkeys(DOORS, 1)
    assert report["summary"]["counts"] == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 0}
