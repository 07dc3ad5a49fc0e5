"""Every page of every service in Chromium: readable by everybody, on any screen, by day and night, on paper.

The pages are those of test_who_sees_what.py, which fails where one is missing, and those for whom nobody signs in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from services.registry.app import app as registry
from tests import owners
from tests.access import STAGES, Stage, registry_deps
from tests.browser.test_messages_browser import violations
from tests.http import Reply, ask, matching
from tests.unit.test_who_sees_what import PAGES, TABLE

pytestmark = pytest.mark.browser
HOST = "https://pages.test"
LARGEST, MOST_REQUESTS = 60_000, 2
"""Bytes of a page, whole, and how often it asks for anything."""
SCREENS = [
    (320, "light", "fr"),
    (390, "dark", "en"),
    (390, "light", "fr"),
    (768, "light", "en"),
    (1280, "dark", "fr"),
    (1280, "light", "en"),
    (1900, "light", "fr"),
]
FILTERED = (
    "/?q=zzz",
    "/touchpoints/checkout?days=365",
    "/touchpoints/checkout?by=store&value=paris",
    "/touchpoints/checkout?by=store&value=paris&channel=web",
    "/journeys/shop?channel=web",
    "/friction?state=open&owner=web",
    "/cases?which=overdue",
    "/cases?which=closed",
    "/subscriptions/web?edit=mail",
)
REFUSED = {"/touchpoints/nobody": 404, "/touchpoints/checkout?days=7": 422, "/cases/0": 404, "/friction/x": 404}
WITHOUT_SESSION = {"/sign-in": 200, f"/sign-in/{'0' * 16}": 410}
"""The button behind a link is seen in test_owners_browser.py, which asks for one."""


def paths() -> dict[str, int]:
    """Every page that is read, with the status it has for a pilot."""
    read = [stage.path(page, "web") for stage, page in (PAGES[name] for name in TABLE) if page.method == "GET"]
    return dict.fromkeys([*read, *FILTERED], 200) | REFUSED | WITHOUT_SESSION


def asked(path: str, lang: str) -> Reply:
    """The page as a pilot sees it."""
    if path in WITHOUT_SESSION:
        registry._deps = registry_deps
        return ask(registry, "GET", path, headers={"Accept-Language": lang})
    return stage_of(path).visit(owners.PEOPLE["pilot"], "GET", path, lang=lang)


def stage_of(path: str) -> Stage:
    return next(stage for stage in STAGES.values() if matching(stage.app, path.partition("?")[0])[0])


@contextmanager
def opened(browser: Browser, lang: str, **options: Any) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page whose every request is answered by the apps; with what was asked for, and what its console said."""
    context = browser.new_context(**options)
    page, requests, said = context.new_page(), list[str](), list[str]()

    def answer(route: Route) -> None:
        reply = asked(route.request.url.removeprefix(HOST), lang)
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        route.fulfill(status=reply.status, headers=reply.headers, body=text)

    page.route(f"{HOST}/**", answer)
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    yield page, requests, said
    context.close()


@pytest.mark.parametrize(("width", "scheme", "lang"), SCREENS)
def test_every_page_can_be_read_by_everybody(chromium: Browser, axe: str, width: int, scheme: str, lang: str) -> None:
    """No breach of WCAG 2.2 AA, nothing beyond the edge, targets that a thumb hits, few bytes in few requests."""
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    with opened(chromium, lang, **options) as (page, requests, said):
        for path, status in paths().items():
            requests.clear()
            reply = page.goto(HOST + path)
            assert reply is not None and reply.status == status, path
            assert len(reply.body()) <= LARGEST, path
            assert len(requests) <= MOST_REQUESTS, path
            assert page.locator("html").get_attribute("lang") == lang, path
            assert violations(page, axe) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert low_targets(page) == [], path
        assert [one for one in said if "status of 4" not in one] == []


def low_targets(page: Page) -> list[str]:
    """Buttons and fields of fewer than 44 pixels' height."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('button,a.button,select,input:not([type=hidden],[type=checkbox],[type=radio])')]"
        ".filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML)"
    )
    return found


@pytest.mark.parametrize("width", [320, 390, 1000, 1280])
def test_no_table_is_cut(chromium: Browser, width: int) -> None:
    """On a desk each fits into its place, beside another column too; on a phone a shade tells that it goes on."""
    with opened(chromium, "fr", viewport={"width": width, "height": 844}) as (page, _, _):
        for path in paths():
            page.goto(HOST + path)
            cut = page.evaluate(CUT)
            assert width < 1000 or cut == [], path
            assert all(is_shaded for _, is_shaded in cut), path


CUT = """[...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth)
  .map(e => [e.ariaLabel, getComputedStyle(e).backgroundAttachment.includes('local')])"""


def test_every_page_is_whole_on_paper(chromium: Browser) -> None:
    """What is read is printed, within the sheet; what is pressed is not."""
    with opened(chromium, "fr", viewport={"width": 794, "height": 1123}) as (page, _, _):
        page.emulate_media(media="print")
        for path in paths():
            page.goto(HOST + path)
            assert page.locator("h1").is_visible(), path
            assert page.locator("header nav").count() == 0 or page.locator("header nav").is_hidden(), path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.pdf(format="A4").startswith(b"%PDF"), path


def test_every_page_is_read_by_the_keyboard_alone(chromium: Browser) -> None:
    """The way past the navigation comes first; every place that takes the focus shows it, and there is no trap."""
    with opened(chromium, "en", viewport={"width": 1280, "height": 900}) as (page, _, _):
        for path in paths():
            page.goto(HOST + path)
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", path
            reached = walked(page)
            assert reached == page.evaluate(REACHABLE), path


PLACES = """a[href],button,select,textarea,summary,[tabindex="0"],input:not([type=hidden])"""
REACHABLE = f"""[...document.querySelectorAll('{PLACES}')].filter(e => e.checkVisibility())
  .filter((e, i, all) => e.type != 'radio' || all.findIndex(o => o.type == 'radio' && o.name == e.name) == i).length"""
WALK = """() => {
  const e = document.activeElement, style = getComputedStyle(e)
  if (e == document.body) return null
  e.dataset.n ??= document.querySelectorAll('[data-n]').length
  return [e.dataset.n, style.outlineStyle != 'none' && parseFloat(style.outlineWidth) > 0, e.outerHTML]
}"""


def walked(page: Page) -> int:
    """How many places the tab key reaches, each once; each must show that it has the focus."""
    places: list[str] = []
    while found := page.evaluate(WALK):
        number, is_shown, html = found
        assert is_shown, html
        if number in places[:-1]:
            break
        places += [number] if number not in places else []  # a date has three parts
        page.keyboard.press("Tab")
    return len(places)


def test_a_picture_is_saved_as_png_with_its_title(chromium: Browser) -> None:
    """By the keyboard, twice as large as it is drawn, and nothing is asked for; without scripts there is no button."""
    with opened(chromium, "en", viewport={"width": 1280, "height": 900}) as (page, requests, said):
        for path, name in (("/touchpoints/checkout", "trend-picture"), ("/pressure", "f1-p")):
            page.goto(HOST + path)
            requests.clear()
            with page.expect_download() as download:
                page.get_by_role("button", name="Save as PNG").first.press("Enter")
            saved = download.value.path().read_bytes()
            assert download.value.suggested_filename == f"{name}.png"
            assert saved.startswith(b"\x89PNG") and len(saved) > 4000
            assert int.from_bytes(saved[16:20], "big") == 2 * (480 + 32)
            assert [url for url in requests if not url.startswith("data:")] == []
        assert said == []
    with opened(chromium, "en", java_script_enabled=False) as (page, _, _):
        page.goto(f"{HOST}/touchpoints/checkout")
        assert page.get_by_role("button", name="Save as PNG").count() == 0
        assert page.get_by_role("link", name="Download as CSV").count() > 1
