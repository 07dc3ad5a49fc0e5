"""The widget in a real browser, on a host page of another origin: answered, accessible, and never in the host's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from shared.catalogue import Owner
from shared.languages import LANGUAGES
from tests.collector import World, served, survey, touchpoint
from tests.conftest import Running
from tests.waiting import until
from tests.widget import Site, Visit, hosted, visiting
from tests.wordy import HIGH, LOW, NAME, QUESTION

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCALES = ("nps", "csat", "ces", "stars", "thumbs")
FOLLOW_UP = {
    "when": "bad",
    "question": {"en": "What was in the way?", "fr": "Qu'est-ce qui vous a gêné ?", "ar": "ما الذي أزعجك؟"},
    "choices": {"slow": {"en": "It was slow", "fr": "C'était lent", "ar": "كان بطيئًا"}, "price": {"en": "The price"}},
}
STRICT = (
    "default-src 'none'; script-src {url} 'nonce-host'; connect-src {url}; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The host allows our script and our address, and nothing else: no style, no frame, no text read as HTML."""


def worded(scale: str, **more: Any) -> Any:
    return survey(scale, **{"question": QUESTION, "low_label": LOW, "high_label": HIGH} | more)


@pytest.fixture(scope="module")
def world() -> World:
    owner = Owner(id="shop", name="Équipe boutique")
    made = [touchpoint(scale, scale, name=NAME, owner=owner, survey=worded(scale)) for scale in SCALES]
    made.append(touchpoint("follow", name=NAME, owner=owner, survey=worded("csat", follow_up=FOLLOW_UP)))
    why = {"when": "any", "question": {"en": "What should we do first?"}}
    made.append(touchpoint("words", name=NAME, owner=owner, survey=worded("csat", follow_up=why)))
    yellow = Owner(id="yellow", name="Yellow", colour="#ffdd00")
    made.append(touchpoint("yellow", name=NAME, owner=yellow, survey=worded("nps")))
    return World(*made)


@pytest.fixture(scope="module")
def ours(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


@pytest.fixture(scope="module")
def host() -> Iterator[Site]:
    with hosted() as site:
        yield site


@pytest.fixture
def put(world: World, ours: str, host: Site) -> Callable[..., str]:
    """Puts a new widget's tag on a new page of the host, under the strictest policy, and gives the page's address."""
    world.responses.stored.clear()

    def page(attributes: str = 'data-open="delay:0"', scale: str = "nps", **of_the_page: Any) -> str:
        path = "/w/" + world.link(touchpoint=scale, channel="widget").rsplit("/", 1)[1]
        tag = f'<script src="{ours}{path}" {attributes} async></script>'
        return host.page(tag, **{"policy": STRICT.format(url=ours)} | of_the_page)

    return page


def card(page: Page) -> Any:
    return page.locator("section[role=dialog]")


def score(page: Page, number: int) -> None:
    page.get_by_role("button", name=str(number), exact=True).click()


def answered(page: Page, words: str = "") -> None:
    score(page, 9)
    page.locator("textarea").fill(words)
    page.locator(".send").click()
    expect(page.get_by_text("Your answer has arrived.")).to_be_visible()


def focused(page: Page) -> str:
    return str(page.evaluate("(document.activeElement.shadowRoot || document).activeElement.outerHTML.slice(0, 60)"))


def test_an_answer_costs_one_request_before_and_one_post(chromium: Browser, world: World, put: Any, ours: str) -> None:
    """Under a policy of default-src 'none' and trusted types; no preflight, no cookie, nothing stored, no error."""
    with visiting(chromium, put()) as visit:
        expect(card(visit.page)).to_be_visible()
        assert [method for method, _ in visit.sent] == ["GET"]
        with visit.page.expect_response("**/w/*"):
            score(visit.page, 9)
        expect(visit.page.locator("textarea")).to_be_visible()
        visit.page.locator(".send").click()
        expect(visit.page.get_by_text("Your answer has arrived.")).to_be_visible()
        assert [method for method, _ in visit.sent] == ["GET", "POST"]
        assert {url.split("?")[0].rpartition("/")[0] for _, url in visit.sent} == {f"{ours}/w"}
        assert visit.context.cookies() == []
        assert visit.page.evaluate("[localStorage.length, sessionStorage.length, caught]") == [0, 0, []]
        assert visit.errors == []
    assert [(stored.score, stored.comment, stored.is_counted) for stored in world.stored] == [(9, None, True)]


def test_nothing_of_the_host_page_is_sent_but_its_origin(chromium: Browser, put: Any, host: Site) -> None:
    """Neither address nor title nor referrer nor cookie; the answer holds what was said, and how long it took."""
    with visiting(chromium, put()) as visit:
        visit.page.evaluate("document.cookie = 'customer=jane'")
        answered(visit.page, "Clear")
        for request in visit.requests:
            headers = request.all_headers()
            assert "cookie" not in headers
            assert headers.get("referer", "") in ("", f"{host.url}/")
            for secret in ("basket", "jane", "secret", "shop"):
                assert secret not in str(headers) + str(request.post_data) + request.url
        assert "referer" not in visit.requests[-1].all_headers()
        names = {"id", "lang", "score", "after_ms", "automatic"}
        assert [set(body) for body in visit.bodies()] == [names, names | {"comment"}]


def test_the_comment_is_added_to_the_answer_that_was_sent_at_once(chromium: Browser, world: World, put: Any) -> None:
    """One answer, two revisions; words that were typed and not sent stay with the person."""
    with visiting(chromium, put()) as visit:
        with visit.page.expect_response("**/w/*"):
            score(visit.page, 8)
        assert [(stored.score, stored.comment) for stored in world.stored] == [(8, None)]
        answered(visit.page, "Très <b>bien</b>")
    [stored] = world.stored
    assert (stored.score, stored.comment, stored.evidence["form"]) == (9, "Très <b>bien</b>", "widget")
    with visiting(chromium, put()) as visit:
        with visit.page.expect_response("**/w/*"):
            score(visit.page, 2)
        visit.page.locator("textarea").fill("Better not")
        visit.page.keyboard.press("Escape")
        visit.page.wait_for_timeout(200)
    assert [(stored.score, stored.comment) for stored in world.stored][-1] == (2, None)


def test_a_score_arrives_though_the_person_leaves_at_once(
    chromium: Browser, world: World, put: Any, host: Site
) -> None:
    """The request outlives the page."""
    with visiting(chromium, put()) as visit:
        score(visit.page, 4)
        visit.page.goto(host.page(""))
        until(lambda: world.stored)
    assert [stored.score for stored in world.stored] == [4]


def journey(name: str) -> dict[str, Any]:
    """One touchpoint that asks a yes or no in French."""
    return {
        "name": name,
        "owners": {name: {"name": "Équipe"}},
        "journeys": {name: {"stages": {"only": {"fr": "Seule"}}}},
        "surveys": {name: {"scale": "thumbs", "question": {"fr": "Est-ce réglé ?"}}},
        "touchpoints": {name: {"owner": name, "journey": name, "stage": "only", "survey": name}},
    }


def stack_tag(stack: Running, name: str) -> tuple[httpx.Client, str]:
    """The API of the stack, and the address of a new widget's script at a new touchpoint of that name."""
    api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"})
    body = {"document": journey(name), "base_version": 0}
    assert api.put(f"/v1/documents/{name}", json=body).status_code == 200
    url: str = api.post("/v1/links", json={"touchpoint": name, "channel": "widget"}).json()["url"]
    assert url.startswith(f"{stack.url}/w/")
    return api, url


def say_no(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Non").click()
    visit.page.locator("textarea").fill("Toujours pas")
    visit.page.locator(".send").click()
    expect(visit.page.get_by_text("Votre réponse est bien arrivée.")).to_be_visible()


def test_an_answer_on_somebody_elses_page_is_in_the_figures(chromium: Browser, stack: Running, host: Site) -> None:
    """The whole local stack: a link from the API, a person on a page of another origin, the report."""
    api, script = stack_tag(stack, "widget")
    tag = f'<script src="{script}" data-open="delay:0" async></script>'
    with visiting(chromium, host.page(tag, lang="fr", policy=STRICT.format(url=stack.url))) as visit:
        say_no(visit)
        assert visit.errors == []
    stack.wait_idle()
    report = api.get("/v1/touchpoints/widget/report").json()
    assert report["summary"]["counts"] == {"0": 1, "1": 0}


def test_a_known_customer_is_asked_once_and_their_answer_is_their_invitations(
    chromium: Browser, stack: Running, host: Site
) -> None:
    """The whole local stack: the host's server names them in a token; the page that follows asks nothing."""
    api, script = stack_tag(stack, "known")
    wanted = {"touchpoint": "known", "customer": {"email": "jane@example.com"}}
    token = api.post("/v1/customer-tokens", json=wanted).json()["token"]
    tag = f'<script src="{script}" data-open="delay:0" data-token="{token}" async></script>'
    address = host.page(tag, lang="fr", policy=STRICT.format(url=stack.url))
    with visiting(chromium, address) as visit:
        say_no(visit)
        assert [(method, url.rpartition("/")[0]) for method, url in visit.sent[:2]] == [
            ("GET", f"{stack.url}/w"),
            ("POST", stack.url),
        ]
        assert visit.errors == []
    with visiting(chromium, address) as visit:
        visit.page.wait_for_timeout(600)
        expect(card(visit.page)).to_have_count(0)
        assert visit.errors == []
    stack.wait_idle()
    assert api.get("/v1/touchpoints/known/report").json()["summary"]["counts"] == {"0": 1, "1": 0}


def test_what_a_program_presses_does_not_count(chromium: Browser, world: World, put: Any) -> None:
    """A script of the host's, or a browser that says it is driven."""
    press = "document.querySelector('etincelle-widget').shadowRoot.querySelectorAll('button')[3].click()"
    with visiting(chromium, put()) as visit:
        expect(card(visit.page)).to_be_visible()
        with visit.page.expect_response("**/w/*"):
            visit.page.evaluate(press)
    with visiting(chromium, put(), driven=True) as visit, visit.page.expect_response("**/w/*"):
        score(visit.page, 5)
    assert [(stored.score, stored.not_counted_because) for stored in world.stored] == [
        (3, "automatic"),
        (5, "automatic"),
    ]


def test_a_person_answers_with_the_keyboard_alone(chromium: Browser, world: World, put: Any) -> None:
    """Tab to the score, Enter, Tab to the words, Tab to Send, Enter; and the host's shortcuts hear nothing of it."""
    head = "<script nonce=host>window.heard = ''; addEventListener('keydown', event => { heard += event.key })</script>"
    with visiting(chromium, put(head=head)) as visit:
        expect(card(visit.page)).to_be_focused()
        for key in ("Tab", "Tab", "Enter"):
            visit.page.keyboard.press(key)
        expect(visit.page.locator("textarea")).to_be_visible()
        while "textarea" not in focused(visit.page):
            visit.page.keyboard.press("Tab")
        visit.page.keyboard.type("By keys")
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Enter")
        expect(visit.page.get_by_text("Your answer has arrived.")).to_be_visible()
        assert visit.page.evaluate("heard") == ""
    assert [(stored.score, stored.comment) for stored in world.stored] == [(1, "By keys")]


def test_focus_goes_in_and_comes_back(chromium: Browser, put: Any) -> None:
    """Opened by a button of the host's, closed by Escape or by the cross: the button has it again."""
    with visiting(chromium, put('data-open="call"')) as visit:
        visit.page.wait_for_function("window.etincelle")
        for close in (lambda: visit.page.keyboard.press("Escape"), lambda: visit.page.locator(".close").click()):
            visit.page.locator("#before").focus()
            assert visit.page.evaluate("etincelle.open()")
            expect(card(visit.page)).to_be_focused()
            close()
            expect(card(visit.page)).to_have_count(0)
            expect(visit.page.locator("#before")).to_be_focused()


def test_a_card_that_opens_by_itself_does_not_take_the_focus_from_who_is_typing(chromium: Browser, put: Any) -> None:
    """Nor does closing it."""
    with visiting(chromium, put('data-open="delay:0.5"')) as visit:
        visit.page.locator("#field").focus()
        expect(card(visit.page)).to_be_visible()
        expect(visit.page.locator("#field")).to_be_focused()
        visit.page.evaluate("etincelle.close()")
        expect(card(visit.page)).to_have_count(0)
        expect(visit.page.locator("#field")).to_be_focused()


def test_the_thanks_leave_by_themselves(chromium: Browser, put: Any) -> None:
    """After eight seconds; focus is where it was before."""
    with visiting(chromium, put('data-open="call"')) as visit:
        visit.page.wait_for_function("window.etincelle")
        visit.page.locator("#before").focus()
        visit.page.evaluate("etincelle.open()")
        answered(visit.page)
        expect(card(visit.page)).to_be_focused()
        expect(card(visit.page)).to_have_count(0, timeout=9_000)
        expect(visit.page.locator("#before")).to_be_focused()


def leave_at_the_top(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new MouseEvent('mouseout', { clientY: -1 }))")


WAYS: dict[str, Callable[[Page], Any]] = {
    "call": lambda page: page.evaluate("etincelle.open()"),
    "exit": leave_at_the_top,
    "view:#late": lambda page: page.locator("#late").scroll_into_view_if_needed(),
    "delay:60": lambda page: page.clock.fast_forward(60_000),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_card_opens_in_its_way_and_only_once(chromium: Browser, put: Any, way: str) -> None:
    """Not before; and once closed it does not come back by itself."""
    with visiting(chromium, put(f'data-open="{way}"')) as visit:
        visit.page.clock.install()
        visit.page.reload()
        visit.page.wait_for_function("window.etincelle")
        visit.page.wait_for_timeout(300)
        expect(card(visit.page)).to_have_count(0)
        WAYS[way](visit.page)
        expect(card(visit.page)).to_be_visible()
        visit.page.evaluate("etincelle.close()")
        expect(card(visit.page)).to_have_count(0)
        if way != "call":
            visit.page.mouse.wheel(0, -2000)
            visit.page.wait_for_timeout(100)
            WAYS[way](visit.page)
            visit.page.wait_for_timeout(300)
            expect(card(visit.page)).to_have_count(0)


def test_the_browser_remembers_only_where_it_is_asked_to(chromium: Browser, put: Any) -> None:
    """One key, with the time; then nothing is asked for so many days."""
    with visiting(chromium, put('data-open="delay:0" data-remember="30"')) as visit:
        expect(card(visit.page)).to_be_visible()
        [(key, value)] = visit.page.evaluate("Object.entries(localStorage)")
        assert key.startswith("etincelle:")
        assert value.isdecimal()
        visit.page.reload()
        visit.page.wait_for_timeout(500)
        expect(card(visit.page)).to_have_count(0)
        visit.page.evaluate("localStorage[Object.keys(localStorage)[0]] -= 30 * 864e5")
        visit.page.reload()
        expect(card(visit.page)).to_be_visible()


def test_what_the_page_says_of_the_moment_is_kept_with_the_answer(chromium: Browser, world: World, put: Any) -> None:
    """data-attributes, as JSON; data-lang goes before the page's own language."""
    given = """data-open="delay:0" data-lang="nl-BE" data-attributes='{"plan": "pro", "items": 3}'"""
    with visiting(chromium, put(given, lang="fr"), locale="de") as visit:
        expect(card(visit.page)).to_have_attribute("lang", "nl")
        with visit.page.expect_response("**/w/*"):
            score(visit.page, 9)
    assert [(stored.attributes, stored.lang) for stored in world.stored] == [({"plan": "pro", "items": 3}, "nl")]


@pytest.mark.parametrize(
    ("page_lang", "locale", "shown"), [("fr-CA", "de", "fr"), ("", "de-AT", "de"), ("fi", "sv", "en")]
)
def test_the_card_speaks_the_pages_language_or_else_the_browsers(
    chromium: Browser, put: Any, page_lang: str, locale: str, shown: str
) -> None:
    """Else the survey's first."""
    with visiting(chromium, put(lang=page_lang), locale=locale) as visit:
        expect(card(visit.page)).to_have_attribute("lang", shown)


def test_the_follow_up_question_comes_after_the_scores_it_is_for(chromium: Browser, world: World, put: Any) -> None:
    """Its choice is sent; after a better score it is not asked, and nothing of it is sent."""
    with visiting(chromium, put(scale="follow")) as visit:
        score(visit.page, 5)
        expect(visit.page.get_by_text("What was in the way?")).to_be_hidden()
        score(visit.page, 2)
        visit.page.get_by_role("button", name="It was slow").click()
        visit.page.locator(".send").click()
        expect(visit.page.get_by_text("Your answer has arrived.")).to_be_visible()
    with visiting(chromium, put(scale="words")) as visit:
        score(visit.page, 4)
        visit.page.get_by_role("textbox", name="What should we do first?").fill("Answer the phone")
        visit.page.locator(".send").click()
        expect(visit.page.get_by_text("Your answer has arrived.")).to_be_visible()
    kept = [(one.score, one.follow_up, one.follow_up_text, one.comment) for one in world.stored]
    assert kept == [(2, "slow", None, None), (4, None, "Answer the phone", None)]


STATES: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    **{scale: (scale, None) for scale in SCALES},
    "chosen": ("nps", lambda page: card(page).get_by_role("button").nth(8).click()),
    "starred": ("stars", lambda page: card(page).get_by_role("button").nth(3).click()),
    "follow": ("follow", lambda page: card(page).get_by_role("button").nth(0).click()),
    "yellow": ("yellow", lambda page: card(page).get_by_role("button").nth(8).click()),
    "failed": ("nps", lambda page: fail(page)),
    "thanks": ("nps", lambda page: thank(page)),
}


def thank(page: Page) -> None:
    card(page).get_by_role("button").nth(9).click()
    page.locator(".send").click()
    expect(page.locator("textarea")).to_have_count(0)


def fail(page: Page) -> None:
    page.route("**/w/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    card(page).get_by_role("button").nth(9).click()
    page.locator(".send").click()
    expect(page.locator("b[role=alert]")).not_to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(chromium: Browser, axe: str, put: Any, state: str, width: int, scheme: Any) -> None:
    """No breach of WCAG 2.2 A and AA nor of best practice: French by day, English by night."""
    scale, act = STATES[state]
    address = put(scale=scale, lang={"light": "fr", "dark": "en"}[scheme], policy="")
    with visiting(chromium, address, width=width, color_scheme=scheme, reduced_motion="reduce") as visit:
        expect(card(visit.page)).to_be_visible()
        if act:
            act(visit.page)
        visit.page.evaluate(axe)
        found = visit.page.evaluate("rules => axe.run('etincelle-widget', {runOnly: rules})", RULES)
        assert [(breach["id"], breach["nodes"][0]["html"]) for breach in found["violations"]] == []
        assert len(found["passes"]) > 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_is_whole_in_every_language(chromium: Browser, axe: str, put: Any, lang: str) -> None:
    """At 320 pixels nothing runs out of it, every target has 44 pixels each way, and axe finds nothing."""
    with visiting(chromium, put(lang=lang, policy=""), width=320, reduced_motion="reduce") as visit:
        page = visit.page
        expect(card(page)).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
        expect(page.get_by_text(QUESTION[lang])).to_be_visible()
        card(page).get_by_role("button").nth(3).click()
        assert card(page).evaluate("card => card.scrollWidth <= card.clientWidth")
        for target in card(page).locator("button:visible, textarea").all():
            box = target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, target.evaluate("element => element.outerHTML")
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 320
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run('etincelle-widget', {runOnly: rules})", RULES)
        assert [breach["id"] for breach in found["violations"]] == []


def test_what_is_chosen_can_be_seen_without_our_colours(chromium: Browser, put: Any) -> None:
    """Forced colours: the pressed button has a thicker border than the others."""
    with visiting(chromium, put(), forced_colors="active") as visit:
        score(visit.page, 3)
        width = "button => getComputedStyle(button).borderTopWidth"
        widths = [card(visit.page).get_by_role("button").nth(n).evaluate(width) for n in (2, 3, 4)]
        assert widths == [widths[0], "4px", widths[0]]
        assert widths[0] != "4px"


def test_nothing_moves_for_who_wants_no_motion(chromium: Browser, put: Any) -> None:
    """And it does for the others."""
    moves = "card => getComputedStyle(card).animationName"
    for wish, name in (("reduce", "none"), ("no-preference", "rise")):
        with visiting(chromium, put(), reduced_motion=wish) as visit:
            assert card(visit.page).evaluate(moves) == name


def silent(visit: Visit) -> bool:
    """Whether the host's own handlers heard of nothing. What the browser's network says of itself is not ours."""
    caught = visit.page.evaluate("caught")
    return caught == [] and [text for text in visit.errors if "Failed to load resource" not in text] == []


def test_a_link_that_was_revoked_asks_nothing_and_says_nothing(chromium: Browser, world: World, put: Any) -> None:
    """Not even in the console."""
    address = put()
    world.ask("DELETE", f"/v1/links/{list(world.links.stored)[-1]}")
    with visiting(chromium, address) as visit:
        visit.page.wait_for_timeout(500)
        expect(card(visit.page)).to_have_count(0)
        assert visit.errors == []


def test_a_server_that_is_down_is_no_error_of_the_page(chromium: Browser, host: Site, put: Any, world: World) -> None:
    """Neither when the script is fetched nor when the answer is sent; the person is told, and can try again."""
    gone = host.page('<script src="http://127.0.0.1:9/w/0000000000000000" async></script>')
    with visiting(chromium, gone) as visit:
        visit.page.wait_for_timeout(300)
        assert silent(visit)
    with visiting(chromium, put()) as visit:
        visit.page.route("**/w/*", lambda route: route.abort())
        score(visit.page, 9)
        visit.page.locator("textarea").fill("Again")
        visit.page.locator(".send").click()
        expect(visit.page.get_by_text("Your answer could not be sent.")).to_be_visible()
        assert silent(visit)
        visit.page.unroute("**/w/*")
        visit.page.locator(".send").click()
        expect(visit.page.get_by_text("Your answer has arrived.")).to_be_visible()
    assert [(stored.score, stored.comment) for stored in world.stored] == [(9, "Again")]


OLD_LIBRARY = """Object.prototype.extend = function () {}; Array.prototype.each = function () {};
Array.prototype.toJSON = function () { return 'spoilt' }; Element.prototype.hide = function () {};"""
BROKEN = {
    "fetch": "window.fetch = () => { throw new Error('broken') }",
    "Promise": "window.Promise = function () { throw new Error('broken') }",
    "createElement": "Document.prototype.createElement = () => { throw new Error('broken') }",
    "append": "Element.prototype.append = () => { throw new Error('broken') }",
    "attachShadow": "Element.prototype.attachShadow = () => { throw new Error('broken') }",
    "iterator": """const whole = Array.prototype[Symbol.iterator];
        Array.prototype[Symbol.iterator] = () => { throw new Error('broken') };
        setTimeout(() => { Array.prototype[Symbol.iterator] = whole }, 300)""",  # Playwright needs it itself
    "stringify": "JSON.stringify = () => { throw new Error('broken') }",
    "elements": "customElements.define = () => { throw new Error('broken') }",
    "sheets": "window.CSSStyleSheet = function () { throw new Error('broken') }",
    "storage": "Object.defineProperty(window, 'localStorage', { get () { throw new Error('broken') } })",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_host_with_broken_prototypes_hears_nothing_of_it(chromium: Browser, put: Any, name: str) -> None:
    """Whether the card can be shown or not."""
    head = f"<script nonce=host>{BROKEN[name]}</script>"
    with visiting(chromium, put('data-open="delay:0" data-remember="1"', head=head)) as visit:
        visit.page.wait_for_timeout(400)
        visit.page.evaluate("window.etincelle?.open(), window.etincelle?.close(), 0")
        if card(visit.page).is_visible():
            score(visit.page, 9)
        visit.page.wait_for_timeout(100)
        assert silent(visit)


def test_a_host_with_an_old_library_is_answered_all_the_same(chromium: Browser, world: World, put: Any) -> None:
    """Prototypes with more in them than they came with."""
    with visiting(chromium, put(head=f"<script nonce=host>{OLD_LIBRARY}</script>")) as visit:
        answered(visit.page, "Fine")
        assert visit.errors == []
    assert [(stored.score, stored.comment) for stored in world.stored] == [(9, "Fine")]


def test_the_hosts_styles_do_not_reach_the_card(chromium: Browser, put: Any) -> None:
    """A page that restyles every button, and whose root font is tiny, changes nothing in it."""
    head = (
        "<style>html { font-size: 4px } * { margin: 0; padding: 0; font: 5px cursive !important; color: red }</style>"
    )
    looks = "card => [card, ...card.querySelectorAll('*')].map(each => getComputedStyle(each).font + each.offsetHeight)"
    seen = []
    for restyled in ("", head):
        with visiting(chromium, put(head=restyled, policy=""), reduced_motion="reduce") as visit:
            expect(card(visit.page)).to_be_visible()
            seen.append(card(visit.page).evaluate(looks))
    assert seen[0] == seen[1]


def replying(body: Any) -> Callable[[Route], None]:
    """Answers as `/ask` does."""
    return lambda route: route.fulfill(json=body, headers={"Access-Control-Allow-Origin": "*"})


def test_a_known_customer_is_asked_only_where_they_may_be(
    chromium: Browser, world: World, put: Any, ours: str, host: Site
) -> None:
    """The token goes to `/ask` and nowhere else; the answer goes where the reply says; a no shows nothing."""
    single = world.link(touchpoint="nps", channel="widget").rsplit("/", 1)[1]
    for reply, shown in (({"ask": False, "reason": "quarantine"}, 0), ({"ask": True, "code": single}, 1)):
        with visiting(chromium, "about:blank") as visit:
            visit.page.route("**/ask", replying(reply))
            visit.page.goto(put('data-open="delay:0" data-token="AAAA"'))
            visit.page.wait_for_timeout(500)
            expect(card(visit.page)).to_have_count(shown)
            if shown:
                with visit.page.expect_response("**/w/*"):
                    score(visit.page, 9)
                assert visit.sent[-1] == ("POST", f"{ours}/w/{single}")
                assert "AAAA" not in str(visit.bodies()[-1])
            asked = [request for request in visit.requests if request.url == f"{ours}/ask"]
            assert [(one.method, one.post_data_json) for one in asked] == [("POST", {"token": "AAAA"})]
            assert "referer" not in asked[0].all_headers()
