"""The kiosk in a real browser: answers survive a network that is away, a restart and a lost reply, once each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from shared.catalogue import Owner
from shared.times import format_time
from tests.collector import NOW, World, served, survey, touchpoint
from tests.conftest import Running

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCALES = ("nps", "csat", "ces", "stars", "thumbs")
LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "nl", "ar")
ALL = {lang: f"{lang}: Retirer votre colis, c'était facile ?" for lang in LANGUAGES}
ALL["ar"] = "هل كان استلام طردكم اليوم سهلًا؟"
SECONDS, HOURS = 1000, 3_600_000


@pytest.fixture
def world() -> World:
    made = {name: touchpoint(name, name) for name in SCALES}
    made["all"] = touchpoint("all", survey=survey("ces", question=ALL))
    made["arabic"] = touchpoint("arabic", survey=survey("stars", question={"ar": ALL["ar"], "fr": ALL["fr"]}))
    return World(*made.values())


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


@contextmanager
def tablet(browser: Browser, width: int = 768, height: int = 1024, **options: Any) -> Iterator[BrowserContext]:
    """A device without motion: what it keeps stays while it is open, whatever happens to its pages."""
    room = {"width": width, "height": height}
    context = browser.new_context(**{"viewport": room, "reduced_motion": "reduce"} | options)
    yield context
    context.close()


def opened(device: BrowserContext, address: str, *, at: Any = None) -> Page:
    """The kiosk's page, ready to ask. at: what the device's clock says then; it goes on by `run_for` alone."""
    page = device.new_page()
    if at is not None:
        page.clock.install(time=at - timedelta(minutes=1))
        page.clock.pause_at(at)
    page.goto(address)
    page.locator("#answers button").first.wait_for()
    return page


def survives(page: Page) -> None:
    """Waits until the page is kept for a restart."""
    page.wait_for_function(
        "async () => (await navigator.serviceWorker.ready) && "
        "(await (await caches.open('etincelle-kiosk')).keys()).length"
    )


def answer(page: Page, place: int = 0) -> None:
    """Presses the answer of that place and waits for the thanks."""
    page.locator("#answers button").nth(place).click()
    page.locator("#thanks").wait_for()


KEPT = """() => new Promise(done => {
    const opening = indexedDB.open("etincelle-kiosk", 1);
    opening.onsuccess = () => {
        const all = opening.result.transaction("answers").objectStore("answers").getAll();
        all.onsuccess = () => { opening.result.close(); done(all.result); };
    };
})"""


def kept(page: Page) -> list[dict[str, Any]]:
    """What the device holds; asked again where the page, as it does now and then, fetched itself anew meanwhile."""
    try:
        found: list[dict[str, Any]] = page.evaluate(KEPT)
    except Error:
        page.wait_for_load_state()
        found = page.evaluate(KEPT)
    return found


def until_stored(world: World, page: Page, n: int) -> None:
    """Waits until the server holds so many answers and the device none."""
    for _ in range(100):
        if len(world.stored) >= n and not kept(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(world.stored)} stored, {len(kept(page))} kept")


@pytest.mark.parametrize("scale", SCALES)
def test_one_touch_is_an_answer(chromium: Browser, world: World, site: str, scale: str) -> None:
    """The best answer of every scale: thanks, stored once, and back to the question after three seconds."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint=scale, channel="kiosk"), at=NOW)
        page.locator("#answers button").last.click()
        page.locator("#thanks").wait_for()
        assert page.locator("#thanks-title").inner_text() == "Thank you, really."
        until_stored(world, page, 1)
        page.clock.run_for(3 * SECONDS)
        assert page.locator("#question").is_visible()
    best = {"nps": 10, "csat": 5, "ces": 7, "stars": 5, "thumbs": 1}[scale]
    [stored] = world.stored
    assert (stored.score, stored.channel, stored.collected_at) == (best, "kiosk", NOW)


def test_five_hundred_answers_of_a_week_without_a_network(chromium: Browser, world: World, site: str) -> None:
    """Kept through a restart, sent once the network is back, though each third reply is lost: once, at its time."""
    path = world.link(touchpoint="nps", channel="kiosk")
    began = NOW - timedelta(days=7)
    with tablet(chromium) as device:
        page = opened(device, site + path, at=began)
        survives(page)
        device.set_offline(True)
        for n in range(500):
            page.evaluate("n => document.querySelectorAll('#answers button')[n].click()", n % 11)
            page.locator("#thanks").wait_for()
            page.clock.fast_forward(20 * 60 * SECONDS)
        taken = {one["id"]: one for one in kept(page)}
        assert len(taken) == 500
        page.close()
        lost = 0

        def lose(route: Route) -> None:
            nonlocal lost
            lost += 1
            if lost % 3:
                route.continue_()
            else:
                route.fetch()
                route.abort()

        page = opened(device, site + path, at=NOW)
        page.wait_for_function("() => document.getElementById('status').textContent.endsWith('500')")
        page.route(f"**{path}", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
        device.set_offline(False)
        for _ in range(60):
            world.now += timedelta(seconds=300)
            page.clock.run_for(300 * SECONDS)
            page.wait_for_timeout(50)
            if not kept(page):
                break
        assert kept(page) == []
    assert len(world.stored) == 500
    assert lost > 10
    for stored in world.stored:
        one = taken[stored.response_id.rpartition(":")[2]]
        assert (format_time(stored.collected_at), stored.score) == (plain(one["at"]), one["score"])
        assert stored.evidence["clock"] == "device"


def plain(time: str) -> str:
    return time.replace(".000Z", "Z") if time.endswith(".000Z") else time.replace("Z", "000Z")


def test_a_tablet_that_starts_without_a_network_asks(chromium: Browser, world: World, site: str) -> None:
    """The page comes up from the device, and what was kept is still there."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="ces", channel="kiosk"))
        survives(page)
        device.set_offline(True)
        answer(page, 2)
        page.close()
        page = opened(device, page.url)
        answer(page, 3)
        assert [one["score"] for one in sorted(kept(page), key=lambda one: one["at"])] == [3, 4]
        assert world.stored == []


def test_a_server_that_is_down_loses_nothing(chromium: Browser, world: World) -> None:
    """No request is answered; then they are again, and a timer, not the browser, notices: sent once."""
    path = world.link(touchpoint="csat", channel="kiosk")
    with tablet(chromium) as device, served(world) as site:
        page = opened(device, site + path, at=NOW)
        page.route("**", lambda route: route.abort())
        answer(page)
        page.wait_for_function("() => document.getElementById('status').textContent.includes('1')")
        page.unroute("**")
        page.clock.run_for(30 * SECONDS)
        until_stored(world, page, 1)
    assert len(world.stored) == 1


def test_a_closed_link_is_said_and_its_answers_leave_by_the_next(chromium: Browser, world: World, site: str) -> None:
    """Revoked while an answer waits: the screen says so and counts it; a new link on the device hands it in."""
    old = world.ask("POST", "/v1/links", {"touchpoint": "nps", "channel": "kiosk", "place": "Old"}).body
    with tablet(chromium, locale="fr") as device:
        page = opened(device, f"{site}/k/{old['code']}", at=NOW)
        world.ask("DELETE", f"/v1/links/{old['link_id']}")
        answer(page)
        page.clock.run_for(3 * SECONDS)
        page.locator("#rest").wait_for()
        assert page.locator("#rest-title").inner_text() == "This device no longer asks"
        assert page.locator("#status").inner_text().endswith("1")
        page.reload()
        page.locator("#rest").wait_for()
        assert not page.locator("#answers").is_visible()
        page = opened(device, site + world.link(touchpoint="nps", channel="kiosk", place="New"), at=NOW)
        until_stored(world, page, 1)
    assert world.stored[0].evidence["place"] == "Old"


def test_what_the_server_cannot_read_does_not_hold_up_the_rest(chromium: Browser, world: World, site: str) -> None:
    """A spoilt answer on the device stays there; the others are stored."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="nps", channel="kiosk"), at=NOW)
        device.set_offline(True)
        answer(page, 9)
        page.clock.run_for(8 * SECONDS)
        answer(page, 8)
        page.evaluate(
            """() => new Promise(done => {
                const opening = indexedDB.open("etincelle-kiosk", 1);
                opening.onsuccess = () => {
                    const answers = opening.result.transaction("answers", "readwrite").objectStore("answers");
                    answers.getAll().onsuccess = event => {
                        answers.put({ ...event.target.result[0], score: 99 }).onsuccess = done;
                    };
                };
            })"""
        )
        device.set_offline(False)
        for _ in range(20):
            page.clock.run_for(60 * SECONDS)
            page.wait_for_timeout(50)
        assert [(one["score"], one["aside"]) for one in kept(page)] == [(99, True)]
    assert len(world.stored) == 1


def test_pressing_again_and_again_is_told_apart(chromium: Browser, world: World, site: str) -> None:
    """The thanks take no press; an answer straight after them is kept, and does not count."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="nps", channel="kiosk"), at=NOW)
        for _ in range(4):
            page.locator("#answers button").first.dblclick()
            page.locator("#thanks").wait_for()
            page.clock.run_for(3100)
        until_stored(world, page, 4)
    assert sorted(str(stored.not_counted_because) for stored in world.stored) == ["None", "burst", "burst", "burst"]


def test_the_language_goes_back_when_nobody_is_there(chromium: Browser, world: World, site: str) -> None:
    """Whoever comes next finds the first language: after an answer, and after 30 seconds."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="all", channel="kiosk"), at=NOW)
        page.get_by_role("button", name="العربية").click()
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.clock.run_for(30 * SECONDS)
        assert page.locator("html").get_attribute("lang") == "fr"
        page.get_by_role("button", name="English").click()
        answer(page)
        page.clock.run_for(3 * SECONDS)
        assert page.locator("html").get_attribute("lang") == "fr"
        until_stored(world, page, 1)
    assert world.stored[0].lang == "en"


def test_a_new_survey_is_on_the_screen_within_the_hour(chromium: Browser, world: World, site: str) -> None:
    """Nobody has to touch the tablet."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="nps", channel="kiosk"), at=NOW)
        world.catalogue.known["nps"] = touchpoint("nps", survey=survey("nps", question={"en": "And now?"}))
        with page.expect_navigation():
            page.clock.run_for(HOURS)
        page.get_by_role("heading", name="And now?").wait_for()


def test_a_person_answers_with_the_keyboard(chromium: Browser, world: World, site: str) -> None:
    """Tab to an answer, Enter; the thanks take the focus, and the question after them."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="csat", channel="kiosk"), at=NOW)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator("#thanks").wait_for()
        assert page.evaluate("document.activeElement.id") == "thanks-title"
        page.clock.run_for(3 * SECONDS)
        assert page.evaluate("document.activeElement.id") == "question"
        until_stored(world, page, 1)
    assert world.stored[0].score == 2


def test_without_javascript_the_page_says_what_it_needs(chromium: Browser, world: World, site: str) -> None:
    """In the survey's first language, with the question; nothing that looks as if it could be pressed."""
    with tablet(chromium, java_script_enabled=False) as device:
        page = device.new_page()
        page.goto(site + world.link(touchpoint="all", channel="kiosk"))
        assert "JavaScript" in page.locator("noscript").inner_text()
        assert page.get_by_role("button").count() == 0


STATES = ("ask", "thanks", "waiting", "gone", "paused", "script")


def in_state(page: Page, world: World, site: str, state: str, wanted: str) -> None:
    """Brings a page into that state."""
    made = world.ask("POST", "/v1/links", {"touchpoint": wanted, "channel": "kiosk"}).body
    if state == "paused":
        world.catalogue.known[wanted] = world.catalogue.known[wanted].model_copy(update={"paused": True})
    if state == "gone":
        world.ask("DELETE", f"/v1/links/{made['link_id']}")
    page.goto(f"{site}/k/{made['code']}")
    if state == "script":
        # as a browser without JavaScript shows it; axe itself needs JavaScript
        body = world.ask("GET", f"/k/{made['code']}", headers={}).body
        page.goto("about:blank")
        page.set_content(re.sub("<(/?)noscript>", r"<\1div>", re.sub("(?s)<script.*?</script>", "", body)))
    if state == "waiting":
        page.context.set_offline(True)
    if state in ("thanks", "waiting"):
        answer(page)
    if state == "waiting":
        page.wait_for_function("() => document.getElementById('status').textContent")
        page.locator("#ask").wait_for()
    page.wait_for_timeout(350)


LOOKS = [
    ("fr", 320, 640, "light"),
    ("ar", 390, 844, "dark"),
    ("en", 768, 1024, "dark"),
    ("de", 1024, 768, "light"),
    ("ar", 1280, 800, "light"),
]
"""Of eight languages those that stretch a page most: the longest words, the other direction."""


@pytest.mark.parametrize(("lang", "width", "height", "scheme"), LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(
    chromium: Browser, axe: str, world: World, site: str, state: str, lang: str, width: int, height: int, scheme: Any
) -> None:
    """No breach of WCAG 2.2 A and AA nor of best practice; nothing runs out of the page sideways."""
    question = {lang: ALL[lang]} | ALL
    owner = Owner(id="shop", name="The shop", colour="#f2c14e")
    world.catalogue.known["all"] = touchpoint("all", survey=survey("ces", question=question), owner=owner)
    with tablet(chromium, width, height, color_scheme=scheme) as device:
        page = device.new_page()
        in_state(page, world, site, state, "all")
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in found["violations"]] == []
        assert len(found["passes"]) > 10
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("wanted", [*SCALES, "all"])
def test_every_target_is_88_pixels(chromium: Browser, world: World, site: str, wanted: str, width: int) -> None:
    """Each way, on every screen, languages too."""
    with tablet(chromium, width) as device:
        page = opened(device, site + world.link(touchpoint=wanted, channel="kiosk"))
        targets = page.get_by_role("button").all()
        assert len(targets) >= 2, "each scale has two scores at least"
        for target in targets:
            box = target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 88, target.inner_text()


def test_what_is_chosen_and_focused_can_be_seen_without_our_colours(chromium: Browser, world: World, site: str) -> None:
    """Forced colours: the language in use and the place of the keyboard are told apart by the system's own colours."""
    with tablet(chromium, forced_colors="active") as device:
        page = opened(device, site + world.link(touchpoint="all", channel="kiosk"))
        border = "element => getComputedStyle(element).borderColor"
        languages = page.locator("#languages span")
        assert languages.nth(0).evaluate(border) != languages.nth(1).evaluate(border)
        page.keyboard.press("Tab")
        outline = page.locator("#answers button").first.evaluate("element => getComputedStyle(element).outline")
        assert "4px" in outline and "solid" in outline


@pytest.mark.parametrize(("wish", "name"), [("reduce", "none"), ("no-preference", "rise")])
def test_nothing_moves_for_who_wants_no_motion(
    chromium: Browser, world: World, site: str, wish: str, name: str
) -> None:
    """And the thanks rise for the others."""
    with tablet(chromium, reduced_motion=wish) as device:
        page = opened(device, site + world.link(touchpoint="nps", channel="kiosk"))
        answer(page)
        assert page.locator("#thanks").evaluate("element => getComputedStyle(element).animationName") == name


def test_the_device_holds_answers_and_nothing_about_people(chromium: Browser, world: World, site: str) -> None:
    """No cookie, no localStorage; what waits is a score, a time and a language, and goes when it was taken."""
    with tablet(chromium) as device:
        page = opened(device, site + world.link(touchpoint="nps", channel="kiosk"), at=NOW)
        device.set_offline(True)
        answer(page)
        [one] = kept(page)
        assert set(one) == {
            "id", "link", "touchpoint", "survey", "survey_version", "scale", "score", "lang", "at", "ago_ms"
        }  # fmt: skip
        assert device.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_answers_at_a_kiosk_are_in_the_figures(chromium: Browser, stack: Running) -> None:
    """The whole local stack: a device by its link, three answers, one of them a burst, the report."""
    api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"})
    document = {
        "name": "kiosk",
        "owners": {"kiosk": {"name": "Équipe"}},
        "journeys": {"kiosk": {"stages": {"only": {"fr": "Seule"}}}},
        "surveys": {"kiosk": {"scale": "thumbs", "question": {"fr": "Est-ce réglé ?"}}},
        "touchpoints": {"kiosk": {"owner": "kiosk", "journey": "kiosk", "stage": "only", "survey": "kiosk"}},
    }
    assert api.put("/v1/documents/kiosk", json={"document": document, "base_version": 0}).status_code == 200
    link = api.post("/v1/links", json={"touchpoint": "kiosk", "channel": "kiosk", "place": "Borne 1"}).json()["url"]
    with tablet(chromium) as device:
        page = opened(device, link)
        for wait_s in (5.5, 3.2, 0):
            page.get_by_role("button", name="Non").click()
            page.wait_for_timeout(wait_s * SECONDS)
        for _ in range(100):
            if not kept(page):
                break
            page.wait_for_timeout(100)
    stack.wait_idle()
    report = api.get("/v1/touchpoints/kiosk/report").json()
    assert report["summary"]["counts"] == {"0": 2, "1": 0}, json.dumps(report)
