"""Lists of texts that break programs, as comments on every channel that takes one: stored as sent, shown escaped."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from services.collector.domain.answers import LONGEST_COMMENT
from tests import real_data
from tests.collector import World
from tests.texting import Texts, text

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LISTS = {
    "blns": real_data.NAUGHTY_STRINGS,
    "xss": real_data.XSS_PAYLOADS,
    "csv": real_data.CSV_PAYLOADS,
}
AREA = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)


@pytest.fixture(params=LISTS)
def texts(request: pytest.FixtureRequest) -> list[str]:
    """The texts of one list that a comment may be; skips, aloud, where the list is absent."""
    file = LISTS[request.param]
    if not file.exists():
        pytest.skip(f"{file} is absent: set REAL_DATA")
    content = file.read_text(encoding="utf-8")
    every: list[str] = json.loads(content) if file.suffix == ".json" else content.splitlines()
    return [one for one in every if one.strip() and len(one) <= LONGEST_COMMENT]


def forms(world: World, texts: list[str], **fields: str) -> Iterator[tuple[str, str]]:
    """Each text sent by a link of its own; gives it, and what was answered."""
    for one in texts:
        world.counters.counted.clear()
        reply = world.ask("POST", world.link(mode="single"), urlencode({"comment": one} | fields), FORM)
        assert reply.status == (303 if "score" in fields else 422)
        yield one, reply.body


def test_by_the_page_each_is_stored_as_it_was_typed(texts: list[str]) -> None:
    """But for NUL, which nobody can type, and for how a browser ends lines."""
    world = World()
    for one, _ in forms(world, texts, score="9"):
        assert world.stored[-1].comment == one.replace("\0", "").replace("\r\n", "\n")
    assert len(world.stored) == len(texts)


def test_shown_again_each_is_text_and_nothing_else(texts: list[str]) -> None:
    """The page comes back as no score was chosen: in it stands the comment, escaped, and no tag of it."""
    world = World()
    for one, page in forms(world, texts):
        [area] = AREA.findall(page)
        shown = one.replace("\0", "").replace("\r\n", "\n")
        assert html.unescape(area).lstrip("\n").replace("\r", "\n") == shown.lstrip("\n").replace("\r", "\n")
        assert "<" not in area
        assert page.count("<script") <= 1
    assert world.stored == []


def test_by_the_widget_each_is_stored_as_it_was_sent(texts: list[str]) -> None:
    """NUL is refused there, as by the API."""
    world = World()
    link = world.link(channel="widget")
    for n, one in enumerate(texts):
        world.counters.counted.clear()
        sent = {"id": f"{n:020}", "score": 9, "lang": "en", "comment": one, "after_ms": 900}
        reply = world.ask("POST", link, json.dumps(sent), {"Content-Type": "text/plain"})
        assert reply.status == (422 if "\0" in one else 201), reply.body
        assert "\0" in one or world.stored[-1].comment == one


def test_by_text_message_each_is_stored_as_it_was_written(texts: list[str]) -> None:
    """Behind a score; what is no score of its own, no wish, and has letters, is the comment."""
    n = 0
    for one in texts:
        said = Texts()
        said.hear(text("9"), text(one.replace("\0", ""), 1))
        [stored] = said.world.stored
        if stored.score == 9 and stored.comment is not None:
            n += 1
            assert stored.comment in one
            assert one.strip().endswith(stored.comment) or stored.comment == one.strip()
    assert n > len(texts) * 0.6
