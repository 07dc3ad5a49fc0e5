"""The front line's form in a real browser: keyed in without JavaScript, accessible, in either direction of writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.collector import World, served, survey, touchpoint

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUESTION = {"fr": "C'était facile ?", "en": "Was it easy?", "de": "War es einfach?", "ar": "هل كان ذلك سهلًا؟"}
LABELS: dict[str, Any] = {"low_label": {}, "high_label": {}}


@pytest.fixture(scope="module")
def world() -> World:
    return World(*(touchpoint(scale, survey=survey(scale, question=QUESTION, **LABELS)) for scale in ("nps", "ces")))


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


@contextmanager
def opened(browser: Browser, address: str, width: int = 390, **options: Any) -> Iterator[Page]:
    """A page in a context of its own, without motion."""
    room = {"width": width, "height": 844}
    context = browser.new_context(**{"viewport": room, "locale": "fr", "reduced_motion": "reduce"} | options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def noted(page: Page) -> None:
    page.locator("label.tile", has_text="10").click()
    page.get_by_role("button", name="Noter").click()
    page.get_by_role("status").wait_for()


def refused(page: Page) -> None:
    """A day that is still to come."""
    page.locator("label.tile").nth(4).click()
    page.fill("#day", "2030-01-01")
    page.locator("form button").click()
    page.get_by_role("alert").wait_for()


def test_a_pile_of_cards_is_keyed_in(chromium: Browser, world: World, site: str) -> None:
    """Three cards of one day: the day and the kind stay, the score and the words do not."""
    world.responses.stored.clear()
    path = world.link(touchpoint="nps", channel="paper", place="Amina")
    with opened(chromium, site + path, java_script_enabled=False) as page:
        page.fill("#day", "2024-02-28")
        for score in ("0", "7", "10"):
            page.locator("label.tile", has=page.locator(f'input[name="score"][value="{score}"]')).click()
            page.fill("textarea", f"carte {score}")
            page.get_by_role("button", name="Noter").click()
            page.get_by_text("C'est noté. À la suivante.").wait_for()
            assert page.locator("textarea").input_value() == ""
            assert page.locator('input[name="score"]:checked').count() == 0
    assert [(one.score, one.comment, one.channel) for one in world.stored] == [
        (0, "carte 0", "paper"),
        (7, "carte 7", "paper"),
        (10, "carte 10", "paper"),
    ]
    assert {f"{one.collected_at:%Y-%m-%d}" for one in world.stored} == {"2024-02-28"}


def test_what_was_typed_stays_where_something_is_wrong(chromium: Browser, world: World, site: str) -> None:
    """The summary leads to the field; put right, it is noted."""
    world.responses.stored.clear()
    with opened(chromium, site + world.link(touchpoint="nps", channel="agent"), java_script_enabled=False) as page:
        page.fill("textarea", "trop cher")
        refused(page)
        page.get_by_role("link", name="Choisissez un jour et une heure passés.").click()
        page.fill("#day", "2024-02-28")
        page.get_by_role("button", name="Noter").click()
        page.get_by_text("C'est noté.").wait_for()
    [stored] = world.stored
    assert stored.comment == "trop cher"


def test_the_keyboard_alone_notes_an_answer(chromium: Browser, world: World, site: str) -> None:
    """Kind, score, words, and Enter on the button."""
    world.responses.stored.clear()
    with opened(chromium, site + world.link(touchpoint="ces", channel="agent"), java_script_enabled=False) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.type("au clavier")
        page.locator("form button").focus()
        page.keyboard.press("Enter")
        page.get_by_text("C'est noté.").wait_for()
    assert [(one.channel, one.score, one.comment) for one in world.stored] == [("paper", 2, "au clavier")]


STATES = {"empty": None, "noted": noted, "refused": refused}


@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("fr", 320, "light"), ("ar", 390, "dark"), ("de", 768, "light"), ("en", 1280, "dark"), ("ar", 1280, "light")],
)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(
    chromium: Browser, axe: str, world: World, site: str, state: str, lang: str, width: int, scheme: Any
) -> None:
    """No breach of WCAG 2.2 A and AA nor of best practice; nothing sideways; every target has 44 pixels."""
    act = STATES[state]
    start = "fr" if state == "noted" else lang
    path = world.link(touchpoint="nps", channel="agent", place="Guichet 2")
    with opened(chromium, f"{site}{path}?lang={start}", width, color_scheme=scheme) as page:
        if act:
            act(page)
        if start != lang:
            page.goto(f"{page.url.replace('lang=fr', f'lang={lang}')}")
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in found["violations"]] == []
        assert len(found["passes"]) > 10
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for target in page.locator("label.tile, button, textarea, select, input[type=date], input[type=time], a").all():
            box = target.bounding_box()
            if target.is_visible() and box is not None:
                assert min(box["width"], box["height"]) >= 44, target.evaluate("element => element.outerHTML")
