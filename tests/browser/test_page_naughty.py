"""Texts that broke other people's programs, typed into the page: stored as sent, shown as text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from services.collector.domain.answers import LONGEST_COMMENT
from tests.collector import World, served
from tests.pages import delivery, opened
from tests.real_data import as_typed, naughty_texts

pytestmark = pytest.mark.browser


@pytest.fixture
def world() -> World:
    made = delivery()
    made.counters.count = lambda *_: True  # type: ignore[method-assign]
    return made


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


def test_every_naughty_text_is_stored_as_sent_and_shown_as_text(chromium: Browser, world: World, site: str) -> None:
    """As comment and as answer to the follow-up question, on the page that shows it again to be changed.

    As many texts at a time as a field takes; one by one they are tried without a browser, which is quicker. The
    browser gives both fields back as they were sent, makes no element of them, and complains of nothing.
    """
    link = site + world.link(touchpoint="words", mode="single")
    with opened(chromium, link) as page:
        for text in together(naughty_texts()):
            check(page, world, link, text)


def together(texts: list[str]) -> Iterator[str]:
    """The texts, joined by line ends into as few as fit the longest comment; one that is too long alone is cut."""
    joined = ""
    for text in texts:
        if len(joined) + len(text) >= LONGEST_COMMENT:
            yield joined
            joined = ""
        joined += text[: LONGEST_COMMENT - 1] + "\n"
    yield joined


def check(page: Page, world: World, link: str, text: str) -> None:
    world.responses.stored.clear()
    form = {"score": "3", "comment": text, "follow_up_text": text, "asked": "1"}
    sent = page.request.post(link, form=form, max_redirects=0)
    assert sent.status == 303
    [stored] = world.stored
    assert (stored.comment, stored.follow_up_text) == (as_typed(text), as_typed(text))
    page.goto(link)
    shown = page.evaluate("['comment', 'follow_up_text'].map(name => document.forms[0][name].value)")
    assert shown == [in_a_field(text)] * 2
    assert page.evaluate("document.querySelectorAll('script, img, iframe, svg:not(.where svg)').length") == 0


def in_a_field(text: str) -> str:
    """The text as a browser's field gives it back: with plain line ends."""
    return as_typed(text).replace("\r", "\n")
