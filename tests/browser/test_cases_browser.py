"""The pages of cases in a browser: readable by everybody, on a telephone too, in both languages and schemes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.alerts import owner, subscription
from tests.browser.test_messages_browser import violations
from tests.cases import HOUR, JANE, World, answer, case_of, place
from tests.unit.test_cases_pages import cookie

pytestmark = pytest.mark.browser
LONG = "Le carton était ouvert, le livreur ne répondait pas et personne ne m'a rappelé depuis trois jours. " * 4
MINE = f"/cases/{case_of(answer())}"


def busy() -> World:
    """A pilot's and an owner's day: a case with a story, one that is closed, one that is overdue, another team's."""
    stores = owner("stores", subscription(), name="Réseau des magasins")
    web = owner("web", subscription(), name="Équipe boutique en ligne")
    name = {"en": "Home delivery", "fr": "Livraison à domicile"}
    world = World(place(team=web).model_copy(update={"name": name}), place(team=stores, name="till"))
    world.people.known["hash"] = JANE
    world.say(answer("old"))
    world.say(answer("done", collected_at=world.clock.now, stored_at=world.clock.now))
    close = f"/v1/cases/{case_of(answer('done'))}/closed"
    world.clock.now += 3 * HOUR
    world.ask("POST", close, {"cause": "late"})
    world.clock.now += timedelta(days=1)
    now = {"collected_at": world.clock.now, "stored_at": world.clock.now}
    world.say(answer(customer="hash", comment=LONG, call_back=True, lang="fr", **now))
    world.say(answer("r-2", touchpoint="till", **now))
    return world


class Served(BaseHTTPRequestHandler):
    """Answers a browser by the world's app, as the gateway would; whoever asks is signed in.

    A browser keeps `__Host-` cookies over https only, so the server adds it.
    """

    world: World
    signed: str
    protocol_version = "HTTP/1.1"

    def respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        reply = self.world.ask(self.command, self.path, body, {**self.headers, "Cookie": self.signed})
        content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body or "")
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        self.wfile.write(content.encode())

    do_GET = do_POST = respond  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@contextmanager
def served(world: World, who: str) -> Iterator[str]:
    """The world's app on a loopback port, for somebody who is signed in; gives its address."""
    handler = type("ServedWorld", (Served,), {"world": world, "signed": cookie(world, who)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def opened(browser: Browser, world: World, who: str, **options: Any) -> Iterator[tuple[Page, str]]:
    """A page of somebody who is signed in, and where the app answers; no error may stand in its console."""
    with served(world, who) as address:
        context = browser.new_context(**options)
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield page, address
        assert [one for one in complaints if "409" not in one and "422" not in one] == []
        context.close()


def width_of(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.parametrize("who", ["anna", "pia"])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_can_be_read_by_everybody(chromium: Browser, axe: str, who: str, width: int, scheme: str) -> None:
    """List and case: no breach of WCAG 2.2 AA, nothing beyond the edge, buttons that a thumb hits."""
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme, "java_script_enabled": True}
    with opened(chromium, busy(), who, **options) as (page, address):
        for path in ("/cases", "/cases?which=closed", "/cases?which=overdue", MINE):
            page.goto(address + path)
            assert violations(page, axe) == [], path
            assert width_of(page) <= width, path
            boxes = [box for button in page.get_by_role("button").all() if (box := button.bounding_box())]
            assert boxes, "signing out is a button of every page"
            assert min(box["height"] for box in boxes) >= 44, path


def test_a_case_is_put_right_without_javascript(chromium: Browser) -> None:
    """Look, write, close: by forms alone, on a telephone; each says what was done."""
    world = busy()
    options = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
    with opened(chromium, world, "pia", **options) as (page, address):
        page.goto(f"{address}/cases")
        page.get_by_role("link", name="Livraison à domicile · 1 sur 5").last.click()
        page.get_by_role("button", name="Voir les coordonnées").click()
        expect(page.get_by_role("link", name="jane@example.com")).to_be_visible()
        page.get_by_label("Votre message").fill("Nous vous rappelons à midi.")
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_role("status")).to_have_text("Votre message est en route.")
        page.get_by_label("Quelle était la cause ?").select_option("Retard")
        page.get_by_role("button", name="Clore").click()
        expect(page.get_by_role("status")).to_have_text("Le dossier est clos.")
        expect(page.get_by_text("Coordonnées consultées")).to_be_visible()
    assert [text for _, _, text in world.replies.sent] == ["Nous vous rappelons à midi."]


def test_what_was_typed_is_there_where_a_form_is_refused(chromium: Browser, axe: str) -> None:
    """A colleague was faster: the page says so, shows how it stands, and keeps the words."""
    world = busy()
    with opened(chromium, world, "anna", viewport={"width": 390, "height": 844}) as (page, address):
        page.goto(address + MINE)
        world.ask("POST", f"/v1{MINE}/notes", {"text": "I am on it"})
        page.get_by_label("For your colleagues").fill("She is kind.")
        page.get_by_role("button", name="Save the note").click()
        expect(page.get_by_role("alert")).to_contain_text("the case has changed")
        expect(page.get_by_label("For your colleagues")).to_have_value("She is kind.")
        expect(page.get_by_text("I am on it")).to_be_visible()
        assert violations(page, axe) == []
