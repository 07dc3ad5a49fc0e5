"""A known customer on somebody else's site: named in a token, asked where they may be, once."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from services.invitations import app as invitations
from services.invitations.domain.ledger import Contact
from services.invitations.usecases import asking
from shared.auth import Authenticator, Principal, digest
from shared.catalogue import Cap, Pressure
from shared.codes import keyed_hash
from shared.tokens import mint
from tests.http import Reply, ask
from tests.invitations import NOW, SECRET, World, touchpoint

JANE = {"id": "A-17", "email": "Jane@Example.com", "phone": "+33612345678"}
KEY = "etk_asking_tests"


class Keys:
    """One key that may make links and tokens."""

    def principal(self, hashed: str) -> Principal | None:
        return Principal("key-1", frozenset({"links:write"})) if hashed == digest(KEY) else None


class WithKeys:
    """The world's dependencies, and the app's own."""

    def __init__(self, world: World) -> None:
        self._deps, self.authenticator = world.deps, Authenticator(Keys())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._deps, name)


def request(world: World, path: str, body: Any, **headers: str) -> Reply:
    before, invitations.app._deps = invitations.app._deps, lambda: WithKeys(world)
    try:
        return ask(invitations.app, "POST", path, body, headers)
    finally:
        invitations.app._deps = before


def token(world: World, **wanted: Any) -> str:
    minted = asking.mint_token({"touchpoint": "checkout", "customer": JANE} | wanted, world.deps)
    return minted.token


def asked(world: World, given: str) -> asking.Asked:
    return asking.ask({"token": given}, world.deps)


def test_a_customer_is_asked_and_their_answer_has_a_link_of_its_own() -> None:
    """It takes one answer, the invitation's, and counts as a contact of that channel."""
    world = World()
    told = asked(world, token(world))
    assert told.reason is None
    assert told.code is not None
    link = world.reservations.links[keyed_hash(SECRET, "link", told.code)]
    assert (link.touchpoint, link.channel) == ("checkout", "widget")
    [invitation] = world.invitations.stored.values()
    assert (invitation.invitation_id, invitation.channel, invitation.state) == (link.invitation_id, "widget", "sent")


def test_a_customer_is_asked_once_a_day_at_a_touchpoint() -> None:
    """On every further page they see that day: no; on the next day their ledger decides again."""
    world = World(pressure=Pressure(rest_days=0))
    given = token(world, valid_minutes=3 * 24 * 60)
    answers = [asked(world, given), asked(world, token(world))]
    world.now += timedelta(days=1)
    answers += [asked(world, given)]
    assert [told.reason for told in answers] == [None, "already_asked", None]


def test_who_was_asked_elsewhere_lately_is_left_alone() -> None:
    """The same ledger as for every other channel; the reason is told."""
    world = World(pressure=Pressure(company=Cap(at_most=1, days=30), rest_days=0))
    given = token(world)
    [person] = world.people.stored.values()
    contact = Contact("other", 1, "delivery", "email", NOW - timedelta(days=2), NOW - timedelta(days=2), "sent")
    world.ledgers.save(world.ledgers.get(person.person_id).with_contact(contact))
    assert asked(world, given) == asking.Asked(reason="company_cap")


@pytest.mark.parametrize("customer", [{"id": "A-17"}, {"email": "jane@example.com"}, {"phone": "+33612345678"}])
def test_however_they_are_named_they_are_the_same_person(customer: dict[str, str]) -> None:
    """And so they are asked once."""
    world = World()
    assert asked(world, token(world)).code is not None
    assert asked(world, token(world, customer=customer)).reason == "already_asked"


def test_nothing_of_the_customer_can_be_read_in_a_token() -> None:
    """It is text for everybody who opens the page's source: a random id of ours, and the touchpoint."""
    world = World()
    given = token(world)
    content = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    [person] = world.people.stored
    assert json.loads(content[5:-12]) == {"p": person, "t": "checkout"}
    for secret in ("A-17", "jane", "example", "612345678", keyed_hash(SECRET, "customer", "A-17")):
        assert secret.encode() not in content.lower()


def test_a_token_is_good_for_as_long_as_was_asked() -> None:
    """A second before the end it is, at the end it is not, and nothing is stored then."""
    world = World()
    given = token(world, valid_minutes=5)
    world.now += timedelta(minutes=5)
    with pytest.raises(asking.TokenRefused):
        asked(world, given)
    assert world.interactions.stored == {}
    world.now -= timedelta(seconds=1)
    assert asked(world, given).code is not None


def test_tokens_that_are_not_ours_are_refused() -> None:
    """Of another purpose, another secret, another person, or no token at all: 403, and nothing is stored."""
    world = World()
    [person] = [token(world), *world.people.stored][1:]
    fields, later = {"p": person, "t": "checkout"}, NOW + timedelta(hours=1)
    others = [
        mint(SECRET, "unsubscribe", fields, later),
        mint(b"another", asking.PURPOSE, fields, later),
        mint(SECRET, asking.PURPOSE, fields | {"p": "nobody"}, later),
        mint(SECRET, asking.PURPOSE, fields | {"t": "nowhere"}, later),
        "",
        "x",
    ]
    replies = [
        request(world, "/ask", json.dumps({"token": other}), **{"Content-Type": "text/plain"}) for other in others
    ]
    assert [reply.status for reply in replies] == [403] * len(others)
    assert {reply.body["code"] for reply in replies} == {"token_refused"}
    assert world.interactions.stored == {}


def test_the_widget_asks_without_a_key_and_from_any_origin() -> None:
    """As plain text, so that the browser asks no leave first; the reply says where the answer goes."""
    world = World()
    reply = request(world, "/ask", json.dumps({"token": token(world)}), **{"Content-Type": "text/plain;charset=UTF-8"})
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.body["ask"] is True
    assert len(reply.body["code"]) == 16
    again = request(world, "/ask", json.dumps({"token": token(world)}), **{"Content-Type": "text/plain"})
    assert again.body == {"ask": False, "reason": "already_asked"}


def test_only_a_key_for_links_makes_tokens() -> None:
    """201 with the token and its end; 401 without a key."""
    world = World()
    wanted = {"touchpoint": "checkout", "customer": JANE, "valid_minutes": 90}
    reply = request(world, "/v1/customer-tokens", wanted, Authorization=f"Bearer {KEY}")
    assert (reply.status, reply.body["expires_at"]) == (201, "2024-03-01T11:30:00Z")
    assert asked(world, reply.body["token"]).code is not None
    assert request(world, "/v1/customer-tokens", wanted).status == 401


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        (
            {"touchpoint": "nowhere", "customer": {}, "valid_minutes": 0},
            ["#/customer", "#/touchpoint", "#/valid_minutes"],
        ),
        ({"customer": {"email": "jane"}, "more": 1}, ["#/customer/email", "#/more"]),
        ({"valid_minutes": 7 * 24 * 60 + 1}, ["#/valid_minutes"]),
    ],
)
def test_every_wrong_field_of_a_token_request_is_named(wrong: dict[str, Any], pointers: list[str]) -> None:
    """422, and nobody is made."""
    world = World()
    wanted = {"touchpoint": "checkout", "customer": JANE} | wrong
    reply = request(world, "/v1/customer-tokens", wanted, Authorization=f"Bearer {KEY}")
    assert reply.status == 422
    assert sorted(error["pointer"] for error in reply.body["errors"]) == pointers
    assert world.people.stored == {}


def test_a_paused_touchpoint_asks_nobody() -> None:
    """The reason is the same as for any interaction."""
    world = World(touchpoint(paused=True))
    assert asked(world, token(world)) == asking.Asked(reason="touchpoint_paused")
