"""The page behind every message's last link, over HTTP: looking changes nothing, choosing holds at once."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from services.invitations import app as invitations
from services.invitations import wiring
from services.invitations.pages.render import LANGUAGES, words
from services.invitations.usecases.composing import preferences_url
from services.invitations.usecases.preferences import CHOICES
from services.invitations.usecases.sending_ports import SendingDeps
from shared.auth import Authenticator, Principal
from shared.catalogue import Cap, Owner, Pressure
from tests.http import Reply, ask
from tests.sending import JANE, NOW, World, asking

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KEY = {"Authorization": "Bearer etk_tests"}


class Keys:
    """One key for everything."""

    def principal(self, _: str) -> Principal:
        return Principal("key", frozenset({"people:write", "people:read", "registry:read"}))


class Served(World):
    """The world behind the app; `page` is the path in the message that Jane got."""

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        known = {one.name: getattr(self.plain, one.name) for one in fields(SendingDeps)}
        known |= {"authenticator": Authenticator(Keys())}
        unused = {one.name: None for one in fields(wiring.Deps) if one.name not in known}
        invitations.app._deps = lambda: wiring.Deps(**known, **unused)
        return ask(invitations.app, method, path, body, headers)

    @property
    def page(self) -> str:
        [invitation] = self.invitations.stored.values()
        return preferences_url(invitation, self.plain).removeprefix("https://answers.example.com")

    @property
    def jane(self) -> Any:
        [person] = self.people.stored.values()
        return person


@pytest.fixture
def world() -> Served:
    served = Served()
    served.plan()
    return served


def chosen(reply: Reply) -> str:
    [value] = re.findall(r'value="(\w+)" required checked', reply.body)
    return str(value)


def test_looking_changes_nothing(world: Served) -> None:
    """Whoever, or whatever, opens the link, however often."""
    before = world.jane
    reply = world.ask("GET", world.page)
    assert (reply.status, chosen(reply)) == (200, "usual")
    assert world.jane == before


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_chosen_holds_and_is_shown(world: Served, choice: str) -> None:
    """Each choice, and the one before is gone."""
    for one in (choice, "usual", choice):
        reply = world.ask("POST", world.page, f"choice={one}", FORM)
        assert (reply.status, chosen(reply)) == (200, one)
        assert 'role="status"' in reply.body
    expected = {"usual": set(), "less": set(), "not_this": {"email"}, "none": {"all"}}
    assert world.jane.opted_out == expected[choice]
    assert world.jane.less_often is (choice == "less")


def test_another_channel_stays_as_it_was(world: Served) -> None:
    """Who wants no text messages, and then e-mails as usual, still wants no text messages."""
    person = world.jane
    world.people.stored[person.person_id] = replace(person, opted_out=frozenset({"sms", "email"}))
    world.ask("POST", world.page, "choice=usual", FORM)
    assert world.jane.opted_out == {"sms"}


MULTIPART = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (MULTIPART, "multipart/form-data; boundary=x"),
    ],
)
def test_one_click_of_a_mail_program_ends_the_e_mails(world: Served, body: str, kind: str) -> None:
    """RFC 8058, both spellings; without a cookie, an origin or a second question. Less often stays less often."""
    world.ask("POST", world.page, "choice=less", FORM)
    assert world.ask("POST", world.page, body, {"Content-Type": kind}).status == 200
    assert (world.jane.opted_out, world.jane.less_often) == ({"email"}, True)


@pytest.mark.parametrize("body", ["", "choice=", "choice=never", "nonsense", "List-Unsubscribe=Two-Click"])
def test_a_form_without_a_choice_changes_nothing(world: Served, body: str) -> None:
    """The page says what to do."""
    reply = world.ask("POST", world.page, body, FORM)
    assert (reply.status, world.jane.opted_out) == (422, frozenset())
    assert "Choose one of the answers" in reply.body


def test_a_form_of_another_kind_or_too_large_changes_nothing(world: Served) -> None:
    """Nobody's page sends such a thing."""
    assert world.ask("POST", world.page, {"choice": "none"}).status == 415
    assert world.ask("POST", world.page, "choice=none&x=" + "y" * 5000, FORM).status == 413
    assert world.jane.opted_out == frozenset()


def test_a_link_that_is_not_ours_leads_nowhere(world: Served) -> None:
    """One that was changed, one for another purpose; an old one says that it is old."""
    page = world.page
    changed = page[:-1] + ("A" if page[-1] != "A" else "B")
    assert [world.ask("GET", path).status for path in (changed, "/p/nonsense")] == [404, 404]
    world.now += timedelta(days=401)
    assert world.ask("GET", page).status == 410


def test_a_person_who_was_erased_has_no_page(world: Served) -> None:
    """The link says nothing of them."""
    page = world.page
    world.people.stored.clear()
    assert world.ask("GET", page).status == 404


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_the_page_speaks_every_language(world: Served, lang: str) -> None:
    """As asked for, else as the browser accepts; all texts are there."""
    assert words()[lang].keys() == words()["en"].keys()
    reply = world.ask("GET", world.page, headers={"Accept-Language": f"sv, {lang};q=0.8"})
    assert f'<html lang="{lang}"' in reply.body
    assert ('dir="rtl"' in reply.body) is (lang == "ar")
    assert world.ask("GET", f"{world.page}?lang={lang}").body.count(f"<h1>{words()[lang]['title']}") == 1


def test_the_page_speaks_the_language_that_the_browser_likes_best(world: Served) -> None:
    """However the header orders them; one that is refused is not taken."""
    for accepted, lang in (("de;q=0.2, fr;q=0.9", "fr"), ("es;q=0, it", "it"), ("sv", "en")):
        assert f'<html lang="{lang}"' in world.ask("GET", world.page, headers={"Accept-Language": accepted}).body


def test_the_page_allows_no_script_and_tells_nobody_its_address(world: Served) -> None:
    """Nor may another page show it in a frame."""
    headers = world.ask("GET", world.page).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")


def test_the_suppression_list_is_taken_in_and_given_back(world: Served) -> None:
    """Whoever is known to have an address is opted out of its channel at once."""
    sent = {"suppressions": [{"email": "Jane@Example.com"}, {"phone": "+33 6 98 76 54 32"}]}
    assert world.ask("POST", "/v1/suppressions", sent, KEY).body == {"taken": 2}
    assert world.jane.opted_out == {"email"}
    listed = world.ask("GET", "/v1/suppressions", headers=KEY).body
    assert [(one.get("email"), one.get("phone"), one["because"]) for one in listed["suppressions"]] == [
        (JANE.value, None, "import"),
        (None, "+33698765432", "import"),
    ]


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({}, ["#/suppressions"]),
        ({"suppressions": []}, ["#/suppressions"]),
        ({"suppressions": [{"email": "jane"}, {"phone": "12"}]}, ["#/suppressions/0/email", "#/suppressions/1/phone"]),
        (
            {"suppressions": [{}, {"email": "a@example.com", "phone": "+33698765432"}]},
            ["#/suppressions/0", "#/suppressions/1"],
        ),
        ({"suppressions": [{"mail": "a@example.com"}]}, ["#/suppressions/0/mail"]),
    ],
)
def test_every_wrong_entry_of_a_list_is_named_and_nothing_is_taken(
    world: Served, sent: Any, pointers: list[str]
) -> None:
    """And what was sent is not repeated."""
    reply = world.ask("POST", "/v1/suppressions", sent, KEY)
    assert (reply.status, [one["pointer"] for one in reply.body["errors"]]) == (422, pointers)
    assert world.suppressions.stored == {}
    assert "jane" not in str(reply.body)


def test_a_preview_shows_what_would_leave(world: Served) -> None:
    """A text with its parts and the price where it is known; an e-mail whole; its links lead nowhere."""
    text = world.ask("GET", "/v1/touchpoints/checkout/preview?channel=sms&country=JP", headers=KEY).body
    assert (text["parts"], text["encoding"], text["price"]["currency"]) == (1, "GSM-7", "USD")
    email = world.ask("GET", "/v1/touchpoints/checkout/preview?lang=fr", headers=KEY).body
    assert email["bytes"] < 20_000
    assert "Alors" in email["html"]
    link = re.findall(r"/p/[\w-]+", email["text"])[0]
    assert world.ask("GET", link).status == 404
    assert world.ask("GET", "/v1/touchpoints/nowhere/preview", headers=KEY).status == 404
    assert world.ask("GET", "/v1/touchpoints/checkout/preview?channel=fax", headers=KEY).status == 422


def test_the_page_shows_what_the_person_was_asked_and_how_often_they_were_spared() -> None:
    """By day, touchpoint and team, once it left; what was kept from them is a number."""
    world = Served(asking(owner=Owner(id="shop", name="The shop")), pressure=Pressure(company=Cap(at_most=1, days=30)))
    world.plan()
    page = world.ask("GET", f"{world.page}?lang=fr").body
    assert "Ce que nous vous avons demandé" not in page
    world.minutes(2)
    world.plan(2)
    world.plan(3)
    page = world.ask("GET", f"{world.page}?lang=fr").body
    assert re.findall(r"<time[^>]*>([^<]*)</time> <span>([^<]*)</span> <span>\(([^<]*)\)", page) == [
        (f"{NOW:%Y-%m-%d}", world.catalogue.known["checkout"].named("fr"), "The shop")
    ]
    assert "Fois où nous vous avons laissé tranquille : 2" in page
