"""The hosted page in a real browser: answered without JavaScript, accessible, at any width and in any scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from shared.catalogue import Owner
from tests.collector import World, served, survey, touchpoint
from tests.conftest import Running

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCALES = ("nps", "csat", "ces", "stars", "thumbs")
LONG = {
    "en": "How likely are you to recommend the internationalisation department to a colleague or a friend?",
    "fr": "Recommanderiez-vous le service de l'internationalisation à un collègue ou à un proche ?",
}


@pytest.fixture(scope="module")
def world() -> World:
    owner = Owner(id="shop", name="Équipe boutique en ligne")
    made = {name: touchpoint(name, name, owner=owner) for name in SCALES}
    made["long"] = touchpoint("long", survey=survey(question=LONG), owner=owner)
    made["arabic"] = touchpoint("arabic", survey=survey(question={"ar": "كيف كان ذلك؟"}, low_label={}, high_label={}))
    made["checkout"] = touchpoint("checkout")
    made["asleep"] = touchpoint("asleep", paused=True)
    return World(*made.values())


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


@contextmanager
def opened(browser: Browser, address: str, width: int = 390, **options: Any) -> Iterator[Page]:
    """A page in a context of its own that fails on anything the browser complains about."""
    context = browser.new_context(viewport={"width": width, "height": 740}, **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def send_without_score(page: Page) -> None:
    """Sends the form as a browser that checks nothing would."""
    page.route("**", lambda route: route.continue_(post_data="comment=Hm&ticket=x"))
    page.check("#score", force=True)
    page.click("button")


STATES: dict[str, tuple[dict[str, Any], str, Callable[[Page], None] | None]] = {
    **{name: ({"touchpoint": name}, "", None) for name in SCALES},
    "chosen": ({"touchpoint": "nps"}, "s=9", None),
    "long": ({"touchpoint": "long"}, "", None),
    "arabic": ({"touchpoint": "arabic"}, "", None),
    "wrong": ({"touchpoint": "nps"}, "", send_without_score),
    "paused": ({"touchpoint": "asleep"}, "", None),
}


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("scale", SCALES)
def test_a_person_answers_without_javascript(chromium: Browser, world: World, site: str, lang: str, scale: str) -> None:
    """Chooses with a press on the number, writes a word, sends, is thanked; reloading sends nothing more."""
    world.responses.stored.clear()
    thanks = {"fr": "Merci, vraiment.", "en": "Thank you, really."}[lang]
    link = world.link(touchpoint=scale)
    with opened(chromium, site + link, java_script_enabled=False, locale=lang) as page:
        page.locator("label.tile").last.click()
        page.fill("textarea", "Très bien <b>vraiment</b>")
        page.get_by_role("button").click()
        page.wait_for_url(f"**/thanks?lang={lang}")
        assert page.locator("h1").inner_text() == thanks
        page.reload()
        assert page.locator("h1").inner_text() == thanks
    [stored] = world.stored
    best = {"nps": 10, "csat": 5, "ces": 7, "stars": 5, "thumbs": 1}[scale]
    assert (stored.score, stored.lang, stored.comment) == (best, lang, "Très bien <b>vraiment</b>")


def test_an_answer_in_the_browser_is_in_the_figures(chromium: Browser, stack: Running) -> None:
    """The whole local stack: a link from the API, a person without JavaScript, the report."""
    api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"})
    document = {
        "name": "browser",
        "owners": {"browser": {"name": "Équipe"}},
        "journeys": {"browser": {"stages": {"only": {"fr": "Seule"}}}},
        "surveys": {"browser": {"scale": "thumbs", "question": {"fr": "Est-ce réglé ?"}}},
        "touchpoints": {"browser": {"owner": "browser", "journey": "browser", "stage": "only", "survey": "browser"}},
    }
    assert api.put("/v1/documents/browser", json={"document": document, "base_version": 0}).status_code == 200
    link = api.post("/v1/links", json={"touchpoint": "browser"}).json()["url"]
    with opened(chromium, link, java_script_enabled=False) as page:
        page.locator("label.tile", has_text="Non").click()
        page.get_by_role("button", name="Envoyer ma réponse").click()
        page.wait_for_url("**/thanks?lang=fr")
    stack.wait_idle()
    report = api.get("/v1/touchpoints/browser/report").json()
    assert report["summary"]["counts"] == {"0": 1, "1": 0}


def test_a_person_answers_with_the_keyboard_alone(chromium: Browser, world: World, site: str) -> None:
    """Tab to the scale, arrows to choose, Tab and Tab to the button, Enter."""
    world.responses.stored.clear()
    with opened(chromium, site + world.link(touchpoint="nps"), java_script_enabled=False) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.type("By keys")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks?**")
    assert [(stored.score, stored.comment) for stored in world.stored] == [(3, "By keys")]


def test_the_page_changes_its_language_and_keeps_the_chosen_score(chromium: Browser, world: World, site: str) -> None:
    """The link at the foot leads to the other language."""
    with opened(chromium, f"{site}{world.link(touchpoint='nps')}?s=9", locale="fr") as page:
        page.get_by_role("link", name="English").click()
        assert page.locator("h1").inner_text() == "How was it?"
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("input:checked").get_attribute("value") == "9"


def test_a_single_link_opened_again_says_that_it_was_answered(chromium: Browser, world: World, site: str) -> None:
    """And so does going back and sending once more: it counts once."""
    world.responses.stored.clear()
    link = site + world.link(touchpoint="csat", mode="single")
    with opened(chromium, link, locale="en") as page:
        page.locator("label.tile").first.click()
        page.get_by_role("button").click()
        page.wait_for_url("**/thanks?**")
        page.goto(link)
        assert page.locator("h1").inner_text() == "You have already answered"
    assert len(world.stored) == 1


def test_a_wrong_form_shows_what_to_do_and_what_was_typed(chromium: Browser, world: World, site: str) -> None:
    """The summary leads to the scale, and the same page can be sent again."""
    world.responses.stored.clear()
    with opened(chromium, site + world.link(touchpoint="nps"), java_script_enabled=False, locale="en") as page:
        send_without_score(page)
        page.unroute("**")
        assert page.title().startswith("There is a problem")
        assert page.locator("textarea").input_value() == "Hm"
        page.get_by_role("link", name="Choose an answer from 0 to 10.").click()
        assert page.evaluate("document.activeElement.id") == "score"
        page.locator("label.tile").nth(4).click()
        page.get_by_role("button").click()
        page.wait_for_url("**/thanks?**")
    assert [(stored.score, stored.comment) for stored in world.stored] == [(4, "Hm")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(
    chromium: Browser, axe: str, world: World, site: str, state: str, width: int, scheme: Any
) -> None:
    """No breach of WCAG 2.2 A and AA nor of best practice: French by day, English by night."""
    wanted, query, act = STATES[state]
    address, lang = f"{site}{world.link(**wanted)}?{query}", {"light": "fr", "dark": "en"}[scheme]
    with opened(chromium, address, width, color_scheme=scheme, locale=lang) as page:
        if act:
            act(page)
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in found["violations"]] == []
        assert len(found["passes"]) > 10


@pytest.mark.parametrize("state", STATES)
def test_at_320_pixels_nothing_runs_out_of_the_page(chromium: Browser, world: World, site: str, state: str) -> None:
    """No scrolling sideways, also with text spaced wide; every target has 44 pixels each way."""
    wanted, query, act = STATES[state]
    spaced = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    with opened(chromium, f"{site}{world.link(**wanted)}?{query}", 320, bypass_csp=True, locale="fr") as page:
        if act:
            act(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.add_style_tag(content=spaced)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for target in page.locator("label.tile, button, textarea, a").all():
            box = target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, target.evaluate("element => element.outerHTML")


def test_what_is_chosen_can_be_seen_without_our_colours(chromium: Browser, world: World, site: str) -> None:
    """Forced colours: the chosen number differs from the others by the system's own colour."""
    address = f"{site}{world.link(touchpoint='nps')}?s=3"
    with opened(chromium, address, forced_colors="active") as page:
        colour = "element => getComputedStyle(element).backgroundColor"
        tiles = page.locator("label.tile span")
        assert tiles.nth(3).evaluate(colour) != tiles.nth(4).evaluate(colour) == tiles.nth(5).evaluate(colour)


def test_where_the_keyboard_is_can_be_seen(chromium: Browser, world: World, site: str) -> None:
    """Every stop of the Tab key has an outline of at least two pixels."""
    with opened(chromium, site + world.link(touchpoint="nps"), locale="en") as page:
        for stop in ("label.tile span >> nth=0", "textarea", "button", "footer a"):
            page.keyboard.press("Tab")
            outline = page.locator(stop).evaluate("element => getComputedStyle(element).outline")
            assert "solid 3px" in outline or "3px solid" in outline, (stop, outline)


def test_the_page_leaves_nothing_behind_and_fetches_nothing(chromium: Browser, world: World, site: str) -> None:
    """One request, no cookie, nothing stored in the browser; it cannot be framed."""
    context = chromium.new_context()
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if request.url.startswith("http") else None)
    link = site + world.link(touchpoint="nps")
    page.goto(link)
    assert requests == [link]
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    context.close()
