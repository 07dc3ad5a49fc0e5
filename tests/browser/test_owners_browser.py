"""Owners' pages in Chromium: signed in by mail, read without a mouse, on any screen, on paper; nothing but our own."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_messages_browser import violations
from tests.conftest import Running
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.e2e]
OTHERS = ("/journeys", "/friction", "/priorities", "/pressure", "/settings")
LARGEST = 60_000
"""Bytes of a page, whole."""


@dataclass(frozen=True)
class Site:
    """A journey of this test's own, with answers: its pilot, its owner, its touchpoint."""

    stack: Running
    name: str

    @property
    def pages(self) -> list[str]:
        return ["/", f"/touchpoints/{self.name}", f"/journeys/{self.name}", *OTHERS, f"/settings/{self.name}/1"]

    def mail(self, role: str) -> str:
        return f"{role}-{self.name}@example.com"

    def apply(self) -> None:
        people = {
            f"pilot-{self.name}": {"email": self.mail("pilot"), "role": "pilot", "lang": "fr"},
            f"owner-{self.name}": {"email": self.mail("owner"), "role": "owner", "owner": self.name, "lang": "en"},
        }
        ease = {"scale": "csat", "question": {"fr": "Alors ?", "en": "How was it?"}}
        place = {"name": {"fr": "Paiement en ligne", "en": "Checkout"}, "owner": self.name, "survey": self.name}
        promise = {"text": {"fr": "En une minute", "en": "In a minute"}, "bad_at_most": 0.1}
        document = {
            "name": self.name,
            "owners": {self.name: {"name": "Équipe"}},
            "journeys": {self.name: {"name": "Acheter", "stages": {"pay": {"fr": "Payer", "en": "Pay"}}}},
            "surveys": {self.name: ease},
            "touchpoints": {self.name: place | {"stage": "pay", "promise": promise}},
            "people": people,
        }
        self.send("PUT", f"/v1/documents/{self.name}", {"document": document, "base_version": 0})
        self.send("POST", "/v1/responses", {"responses": self.answers()})

    def answers(self) -> list[dict[str, object]]:
        now = datetime.now(UTC) - timedelta(hours=2)
        return [
            {
                "response_id": f"r{n}",
                "touchpoint": self.name,
                "score": 1 + n % 5,
                "collected_at": f"{now - timedelta(hours=12 * n):%Y-%m-%dT%H:%M:%SZ}",
                "comment": "<b>trop</b> long & lent",
            }
            for n in range(100)
        ]

    def send(self, method: str, path: str, body: object) -> None:
        headers = {"Authorization": f"Bearer {self.stack.key}"}
        reply = httpx.request(method, self.stack.url + path, json=body, headers=headers, timeout=30)
        assert reply.is_success, reply.text

    def link(self, role: str) -> str:
        """The link in the mail that was asked for."""
        httpx.post(f"{self.stack.url}/sign-in", data={"email": self.mail(role)}).raise_for_status()
        mail = until(lambda: next((m for m in self.stack.outbox()["emails"] if m["to"] == [self.mail(role)]), None))
        found = re.search(r"http\S+/sign-in/\w+", mail["text"])
        assert found
        return found[0]

    def sign_in(self, page: Page, role: str) -> None:
        page.goto(self.link(role))
        page.get_by_role("main").get_by_role("button").click()
        page.wait_for_url(f"{self.stack.url}/")


@pytest.fixture(scope="module")
def site(stack: Running) -> Site:
    made = Site(stack, f"o{uuid4().hex[:10]}")
    made.apply()
    stack.wait_idle(60)
    return made


@pytest.fixture(scope="module")
def signed_in(site: Site, chromium: Browser) -> str:
    """The state of a browser in which the pilot is signed in, in a file's words."""
    context = chromium.new_context()
    site.sign_in(context.new_page(), "pilot")
    state = context.storage_state()
    context.close()
    return str(state["cookies"][0]["value"])


@pytest.fixture
def context(site: Site, signed_in: str, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    remember(context, site, signed_in)
    yield context
    context.close()


def remember(context: BrowserContext, site: Site, token: str) -> None:
    context.add_cookies([{"name": "etincelle", "value": token, "url": site.stack.url, "httpOnly": True}])


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_page_of_the_stack_is_accessible_and_fits(
    site: Site, signed_in: str, chromium: Browser, axe: str, width: int, scheme: str
) -> None:
    """No violation of axe's, nothing wider than the screen, nothing that the policy stopped, one request."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    remember(context, site, signed_in)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for path in site.pages:
        asked.clear()
        reply = page.goto(site.stack.url + path)
        assert reply is not None
        assert (reply.status, len(asked)) == (200, 1)
        assert len(reply.body()) <= LARGEST
        assert violations(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []
    context.close()


def test_every_page_of_signing_in_is_accessible(site: Site, chromium: Browser, axe: str) -> None:
    """Asked, sent, the button, and a link that is used up."""
    context = chromium.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"{site.stack.url}/sign-in")
    assert violations(page, axe) == []
    page.get_by_label("E-mail address").fill(site.mail("owner"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("If this address is known here")
    assert violations(page, axe) == []
    link = site.link("owner")
    page.goto(link)
    assert violations(page, axe) == []
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My touchpoints")
    page.goto(link)
    assert violations(page, axe) == []
    expect(page.get_by_role("main")).to_contain_text("no longer valid")
    context.close()


def test_the_keyboard_alone_reads_everything(site: Site, context: BrowserContext) -> None:
    """Skip link first; then the way to a touchpoint, its filter, and the figures behind the picture."""
    page = context.new_page()
    page.goto(site.stack.url + "/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#main")
    link = page.get_by_role("link", name="Paiement en ligne").last
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paiement en ligne")
    page.get_by_label("Période").select_option("90")
    page.get_by_role("button", name="Afficher").press("Enter")
    expect(page).to_have_url(re.compile("days=90"))
    page.get_by_text("Les mêmes chiffres en tableau").first.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()


def test_the_language_is_chosen_and_stays(site: Site, chromium: Browser) -> None:
    """English at first for who reads English; French from then on, on the same page; out again."""
    context = chromium.new_context()
    page = context.new_page()
    site.sign_in(page, "owner")
    page.goto(f"{site.stack.url}/touchpoints/{site.name}?days=28")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_url(f"{site.stack.url}/touchpoints/{site.name}?days=28")
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{site.stack.url}/touchpoints/{site.name}")
    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()


def test_what_people_wrote_runs_nowhere(site: Site, context: BrowserContext) -> None:
    """Markup in a comment is shown as it was written."""
    page = context.new_page()
    page.goto(f"{site.stack.url}/touchpoints/{site.name}")
    expect(page.get_by_text("<b>trop</b> long & lent").first).to_be_visible()


def test_a_page_is_whole_on_paper(site: Site, context: BrowserContext) -> None:
    """The figures are printed, the buttons are not."""
    page = context.new_page()
    page.goto(f"{site.stack.url}/touchpoints/{site.name}")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Afficher")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_what_is_shown_can_be_taken_along_as_a_file(site: Site, context: BrowserContext) -> None:
    """A download with a name of its own, a row a week."""
    page = context.new_page()
    page.goto(f"{site.stack.url}/touchpoints/{site.name}?days=90")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger en CSV").first.click()
    assert download.value.suggested_filename == f"{site.name}-trend.csv"
    rows = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][:8] == ["touchpoint", "from", "to", "channel", "segment", "answers", "bad", "share"]
    assert sum(int(row[5]) for row in rows[1:]) == 100
