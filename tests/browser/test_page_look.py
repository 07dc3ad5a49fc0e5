"""How the hosted page looks in a real browser: accessible in every state and language, at any width, in any scheme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from shared.languages import LANGUAGES
from tests.collector import World, served
from tests.pages import STATES, Look, delivery, looks, showing

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = ("light", "dark")
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"


@pytest.fixture(scope="module")
def world() -> World:
    return delivery()


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


def test_every_state_language_width_and_scheme_is_looked_at() -> None:
    """The list below leaves no state out, nor any language at either width and in either scheme."""
    seen = looks()
    assert {look.state for look in seen} == set(STATES)
    assert {(look.lang, look.width) for look in seen} == {(lang, width) for lang in LANGUAGES for width in (320, 1280)}
    assert {(look.lang, look.scheme) for look in seen} == {
        (lang, way) for lang in LANGUAGES for way in ("light", "dark")
    }


@pytest.mark.parametrize("look", looks(), ids=str)
def test_axe_finds_nothing(chromium: Browser, axe: str, world: World, site: str, look: Look) -> None:
    """No breach of WCAG 2.2 A and AA nor of best practice."""
    with showing(chromium, site, world, look) as page:
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in found["violations"]] == []
        assert len(found["passes"]) > 10


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize("state", STATES)
def test_at_320_pixels_nothing_runs_out_of_the_page(
    chromium: Browser, world: World, site: str, state: str, lang: str
) -> None:
    """No scrolling sideways, also with text spaced wide; every target has 44 pixels each way."""
    with showing(chromium, site, world, Look(state, lang, 320, "light"), bypass_csp=True) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for target in page.locator("label.tile, button, textarea, a").all():
            box = target.bounding_box()
            if box is not None:
                assert min(box["width"], box["height"]) >= 44, target.evaluate("element => element.outerHTML")
        page.add_style_tag(content=SPACED)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_a_phone_the_eleven_numbers_stand_in_two_full_rows(chromium: Browser, world: World, site: str) -> None:
    """0 to 5 above 6 to 10, both from edge to edge, in Arabic too."""
    for lang in ("fr", "ar"):
        with showing(chromium, site, world, Look("nps", lang, 390, "light")) as page:
            boxes = [tile.bounding_box() for tile in page.locator(".scale .tile").all()]
            tops = [round(box["y"]) for box in boxes if box]
            assert tops == [tops[0]] * 6 + [tops[6]] * 5
            rows = [[box for box in boxes[first:last] if box] for first, last in ((0, 6), (6, 11))]
            ends = {(round(row[0]["x"]), round(row[-1]["x"] + row[-1]["width"])) for row in rows}
            assert len(ends) == 1


@pytest.mark.parametrize("state", ["chosen", "follow", "painted"])
def test_what_is_chosen_can_be_seen_without_our_colours(chromium: Browser, world: World, site: str, state: str) -> None:
    """Forced colours: the chosen number differs from the others by the system's own colour."""
    with showing(chromium, site, world, Look(state, "fr", 390, "light"), forced_colors="active") as page:
        colour = "element => getComputedStyle(element).backgroundColor"
        chosen = page.locator(".scale input:checked + span").evaluate(colour)
        others = {tile.evaluate(colour) for tile in page.locator(".scale input:not(:checked) + span").all()}
        assert len(others) == 1
        assert chosen not in others


@pytest.mark.parametrize(("wish", "lasts"), [("reduce", "0s"), ("no-preference", "0.12s")])
def test_nothing_moves_for_who_wants_no_motion(
    chromium: Browser, world: World, site: str, wish: str, lasts: str
) -> None:
    """And colours change gently for the others."""
    with showing(chromium, site, world, Look("nps", "en", 390, "light"), reduced_motion=wish) as page:
        for moved in (".scale .tile span", "form button"):
            time = page.locator(moved).first.evaluate("element => getComputedStyle(element).transitionDuration")
            assert set(time.split(", ")) == {lasts}


def test_the_follow_up_question_shows_itself_to_those_it_is_for(chromium: Browser, world: World, site: str) -> None:
    """Without script: hidden at first and at 9, there at 3; what is hidden is not in the way of the keyboard."""
    look = Look("nps", "en", 390, "light")
    with showing(chromium, site, world, look, java_script_enabled=False) as page:
        page.goto(f"{site}{world.link(touchpoint='follow')}?lang=en")
        picks, buttons = page.locator(".pick"), page.locator("form button:visible")
        assert (picks.first.is_visible(), buttons.count()) == (False, 1)
        page.locator(".scale .tile").nth(3).click()
        assert (picks.first.is_visible(), buttons.count()) == (True, 1)
        page.locator(".scale .tile").nth(9).click()
        assert (picks.first.is_visible(), buttons.count()) == (False, 1)


def test_where_the_keyboard_is_can_be_seen(chromium: Browser, world: World, site: str) -> None:
    """Every stop of the Tab key has an outline of at least two pixels."""
    stops = ("label.tile span >> nth=0", "textarea", "form button", "nav button >> nth=0")
    with showing(chromium, site, world, Look("nps", "en", 390, "light")) as page:
        for stop in stops:
            page.keyboard.press("Tab")
            outline = page.locator(stop).evaluate("element => getComputedStyle(element).outline")
            assert "solid 3px" in outline or "3px solid" in outline, (stop, outline)
