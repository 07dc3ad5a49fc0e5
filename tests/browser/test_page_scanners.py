"""Machines that open every link of a message, in two builds of Chromium: none of them records an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.collector import World, served
from tests.pages import delivery, opened
from tests.waiting import until

pytestmark = pytest.mark.browser
DISGUISE = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"
"""What a machine does that hides what it is; it also makes a test's input that of a person."""
DISGUISES = pytest.mark.parametrize("disguise", ["", DISGUISE], ids=["plain", "disguised"])
IDLE_MS = 3000
LONG_ENOUGH_MS = 600
SYNTHETIC = """() => {
    const all = {bubbles: true, movementX: 5, movementY: 5, pointerId: 1, isPrimary: true, key: "Tab"}
    for (const target of [window, document, document.body, document.querySelector(".tile input")]) {
        for (let n = 0; n < 9; n++) target.dispatchEvent(new PointerEvent("pointermove", all))
        target.dispatchEvent(new PointerEvent("pointerdown", all))
        target.dispatchEvent(new Event("touchstart", all))
        target.dispatchEvent(new KeyboardEvent("keydown", all))
        target.dispatchEvent(new WheelEvent("wheel", all))
    }
    document.querySelector(".scale input:last-of-type").click()
}"""


@pytest.fixture(params=["chromium", "headless_shell"])
def browser(request: pytest.FixtureRequest) -> Browser:
    found: Browser = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def world() -> World:
    return delivery()


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


@pytest.fixture
def link(world: World, site: str) -> str:
    """A person's own link, as a message carries it."""
    return site + world.link(touchpoint="nps", mode="single", channel="email", invitation_id="i-1")


def walk(page: Page) -> None:
    """A pointer across the page, as a person's or a robot's."""
    for step in range(12):
        page.mouse.move(20 + 7 * step, 30 + 3 * step)
    page.wait_for_timeout(200)


def settle(page: Page) -> None:
    """Time for the page to say what it has to say."""
    page.wait_for_timeout(LONG_ENOUGH_MS)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_sweep_of_every_score_records_nothing(world: World, link: str, method: str) -> None:
    """Each score once, at once, by a client without a browser."""
    for score in range(11):
        assert httpx.request(method, f"{link}?s={score}").status_code == 200
    assert world.stored == []


@DISGUISES
def test_a_sandbox_that_opens_and_waits_records_nothing(
    browser: Browser, world: World, link: str, disguise: str
) -> None:
    """Three seconds of JavaScript and nobody there: some builds make a pointermove of their own as they start."""
    with opened(browser, f"{link}?s=9", init_script=disguise) as page:
        page.wait_for_timeout(IDLE_MS)
    assert world.stored == []


@DISGUISES
def test_events_that_a_script_makes_record_nothing(browser: Browser, world: World, link: str, disguise: str) -> None:
    """Pointer, touch, key and wheel on everything there is, even a click on a score."""
    with opened(browser, f"{link}?s=9", init_script=disguise) as page:
        settle(page)
        page.evaluate(SYNTHETIC)
        settle(page)
    assert world.stored == []


def test_a_robots_pointer_records_nothing(browser: Browser, world: World, link: str) -> None:
    """A browser that is driven says so; it may move, press and scroll."""
    with opened(browser, f"{link}?s=9") as page:
        settle(page)
        walk(page)
        page.mouse.click(15, 300)
        page.mouse.wheel(0, 200)
        page.keyboard.press("Tab")
        settle(page)
    assert world.stored == []


@DISGUISES
def test_a_robot_that_follows_every_link_of_the_page_records_nothing(
    browser: Browser, world: World, link: str, disguise: str
) -> None:
    """The link that no person sees gives it away: what moves on the page afterwards is no person."""
    with opened(browser, f"{link}?s=9", init_script=disguise) as page:
        for target in page.locator("a").all():
            page.goto(link + (target.get_attribute("href") or ""))
        page.goto(f"{link}?s=9")
        settle(page)
        walk(page)
        settle(page)
    assert world.stored == []


def test_a_robot_in_disguise_that_opens_every_score_records_nothing(browser: Browser, world: World, link: str) -> None:
    """It moves like a person on each page: the first score is taken, and taken out again at the second."""
    with opened(browser, f"{link}?s=0", init_script=DISGUISE) as page:
        for score in (0, 5, 10):
            page.goto(f"{link}?s={score}")
            settle(page)
            walk(page)
            settle(page)
    assert [one for one in world.stored if one.is_counted] == []


def tap(page: Page) -> None:
    page.touchscreen.tap(15, 300)


def press(page: Page) -> None:
    page.mouse.click(15, 300)


def scroll(page: Page) -> None:
    page.mouse.wheel(0, 300)


def tab(page: Page) -> None:
    page.keyboard.press("Tab")


@pytest.mark.parametrize("act", [tap, press, scroll, tab, walk])
def test_a_persons_first_movement_records_one_answer(
    browser: Browser, world: World, link: str, act: Callable[[Page], None]
) -> None:
    """Touched, pressed, scrolled, by a key or by moving; whatever follows, it is one answer, and the page says so."""
    with opened(browser, f"{link}?s=9&lang=en", init_script=DISGUISE, has_touch=True) as page:
        settle(page)
        act(page)
        page.wait_for_selector("#kept:not(:empty)")
        assert page.locator("#kept").inner_text().startswith("Your answer is kept.")
        act(page)
        settle(page)
    assert [(one.score, one.revision, one.is_counted) for one in world.stored] == [(9, 1, True)]


def test_a_person_who_presses_another_score_first_gives_that_one(browser: Browser, world: World, link: str) -> None:
    """The hand on 4 does not confirm 9; a later change is kept as well, without Send; Send adds the comment."""
    with opened(browser, f"{link}?s=9&lang=en", init_script=DISGUISE, has_touch=True) as page:
        page.locator(".scale .tile").nth(4).tap()
        page.wait_for_selector("#kept:not(:empty)")
        assert [(one.score, one.revision) for one in world.stored] == [(4, 1)]
        page.keyboard.press("ArrowLeft")
        until(lambda: [(one.score, one.revision) for one in world.stored] == [(3, 2)])
        page.fill("textarea", "Late")
        page.locator("form button:visible").click()
        page.wait_for_url("**/thanks**")
    [stored] = world.stored
    assert (stored.score, stored.comment, stored.evidence["form"]) == (3, "Late", "page")


def test_a_person_without_javascript_sends(browser: Browser, world: World, link: str) -> None:
    """Two taps: one in the message, one on Send."""
    with opened(browser, f"{link}?s=9", java_script_enabled=False) as page:
        page.mouse.click(15, 300)
        assert world.stored == []
        page.locator("form button:visible").click()
        page.wait_for_url("**/thanks**")
    assert [(one.score, one.is_counted) for one in world.stored] == [(9, True)]
