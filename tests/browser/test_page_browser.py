"""The hosted page in a real browser: answered without JavaScript, by keys alone, changed, in another language."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from tests.collector import World, served
from tests.conftest import Running
from tests.pages import SCALES, delivery, opened, send_without_score

pytestmark = pytest.mark.browser
BEST = {"nps": 10, "csat": 5, "ces": 7, "stars": 5, "thumbs": 1}


@pytest.fixture(scope="module")
def shared_world() -> World:
    return delivery()


@pytest.fixture
def world(shared_world: World) -> World:
    """The journey without any answer."""
    shared_world.responses.stored.clear()
    shared_world.counters.counted.clear()
    return shared_world


@pytest.fixture(scope="module")
def site(shared_world: World) -> Iterator[str]:
    with served(shared_world) as url:
        yield url


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("scale", SCALES)
def test_a_person_answers_without_javascript(chromium: Browser, world: World, site: str, lang: str, scale: str) -> None:
    """Chooses with a press on the number, writes a word, sends, is thanked; reloading sends nothing more."""
    thanks = {"fr": "Merci, vraiment.", "en": "Thank you, really."}[lang]
    link = world.link(touchpoint=scale)
    with opened(chromium, site + link, java_script_enabled=False, locale=lang) as page:
        page.locator("label.tile").last.click()
        page.fill("textarea", "Très bien <b>vraiment</b>")
        page.locator("form button").click()
        page.wait_for_url(f"**/thanks?lang={lang}&**")
        assert page.locator("h1").inner_text() == thanks
        page.reload()
        assert page.locator("h1").inner_text() == thanks
    [stored] = world.stored
    assert (stored.score, stored.lang, stored.comment) == (BEST[scale], lang, "Très bien <b>vraiment</b>")


def test_a_person_answers_the_follow_up_question_without_javascript(chromium: Browser, world: World, site: str) -> None:
    """It comes up beneath the score; one press on Send takes all."""
    link = site + world.link(touchpoint="follow")
    with opened(chromium, link, java_script_enabled=False, locale="fr") as page:
        page.locator(".scale .tile").nth(3).click()
        page.locator(".pick", has_text="abîmé").click()
        page.fill("textarea", "La vitre")
        page.locator("form button:visible").click()
        page.wait_for_url("**/thanks**")
        assert page.locator("form").count() == 0
    [stored] = world.stored
    assert (stored.score, stored.follow_up, stored.comment, stored.revision) == (3, "broken", "La vitre", 1)


def test_an_old_browser_is_asked_the_follow_up_question_on_a_second_page(
    chromium: Browser, world: World, site: str
) -> None:
    """Where the style cannot show it: the score is kept, then the question; closing the page loses nothing."""
    link = site + world.link(touchpoint="follow")
    with opened(chromium, link, java_script_enabled=False, locale="fr") as page:
        page.locator(".scale .tile").nth(3).focus()
        page.locator(".scale input").nth(3).check(force=True)
        page.locator(".scale input").nth(3).press("Enter")
        page.wait_for_url("**/thanks**more=1")
        assert [(one.score, one.follow_up) for one in world.stored] == [(3, None)]
        page.locator(".pick", has_text="retard").click()
        page.locator("form button").click()
        page.wait_for_url("**/thanks**")
        page.wait_for_selector(".done")
    assert [(one.score, one.follow_up, one.revision) for one in world.stored] == [(3, "late", 2)]


def test_an_answer_is_changed_from_the_thanks(chromium: Browser, world: World, site: str) -> None:
    """The form comes back filled in, without JavaScript; the answer is one, and the new one."""
    with opened(chromium, site + world.link(touchpoint="csat"), java_script_enabled=False, locale="en") as page:
        page.locator(".tile").nth(1).click()
        page.fill("textarea", "Slow")
        page.locator("form button").click()
        page.get_by_role("link", name="Change my answer or add to it").click()
        assert page.locator("textarea").input_value() == "Slow"
        page.locator(".tile").nth(4).click()
        page.fill("textarea", "Slow, then kind")
        page.locator("form button").click()
        page.wait_for_url("**/thanks**")
    assert [(one.score, one.comment, one.revision) for one in world.stored] == [(5, "Slow, then kind", 2)]


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
        page.wait_for_url("**/thanks?lang=fr**")
    stack.wait_idle()
    report = api.get("/v1/touchpoints/browser/report").json()
    assert report["summary"]["counts"] == {"0": 1, "1": 0}


def test_a_person_answers_with_the_keyboard_alone(chromium: Browser, world: World, site: str) -> None:
    """Tab to the scale, arrows to choose, Tab and Tab to the button, Enter."""
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


def test_the_page_changes_its_language_and_keeps_what_was_chosen_and_typed(
    chromium: Browser, world: World, site: str
) -> None:
    """By the buttons at the foot, without JavaScript; nothing is sent by it, and Send then says the new language."""
    link = f"{site}{world.link(touchpoint='nps')}?s=9"
    with opened(chromium, link, java_script_enabled=False, locale="fr") as page:
        page.locator(".tile").nth(4).click()
        page.fill("textarea", "Hm")
        page.get_by_role("button", name="العربية").click()
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.locator("input:checked").get_attribute("value") == "4"
        assert page.locator("textarea").input_value() == "Hm"
        assert world.stored == []
        page.locator("form button").click()
        page.wait_for_url("**/thanks?lang=ar**")
    assert [(one.score, one.lang) for one in world.stored] == [(4, "ar")]


def test_a_single_link_opened_again_shows_what_was_answered(chromium: Browser, world: World, site: str) -> None:
    """It can be changed and counts once."""
    link = site + world.link(touchpoint="csat", mode="single")
    with opened(chromium, link, locale="en") as page:
        page.locator("label.tile").first.click()
        page.locator("form button").click()
        page.wait_for_url("**/thanks?**")
        page.goto(link)
        assert page.locator("#kept").inner_text().startswith("Your answer is kept.")
        assert page.locator("input:checked").get_attribute("value") == "1"
    assert len(world.stored) == 1


def test_a_wrong_form_shows_what_to_do_and_what_was_typed(chromium: Browser, world: World, site: str) -> None:
    """The summary leads to the scale, and the same page can be sent again."""
    with opened(chromium, site + world.link(touchpoint="nps"), java_script_enabled=False, locale="en") as page:
        send_without_score(page)
        page.unroute("**")
        assert page.title().startswith("There is a problem")
        assert page.locator("textarea").input_value() == "Hm"
        page.get_by_role("link", name="Choose an answer from 0 to 10.").click()
        assert page.evaluate("document.activeElement.id") == "score"
        page.locator("label.tile").nth(4).click()
        page.locator("form button").click()
        page.wait_for_url("**/thanks?**")
    assert [(stored.score, stored.comment) for stored in world.stored] == [(4, "Hm")]


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
