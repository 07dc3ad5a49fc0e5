"""What a link knows of where it hangs, and the codes of printed squares."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli import links
from cli.client import Client
from shared.codes import printed_code
from tests.collector import JSON, World, touchpoint

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def make(world: World, **wanted: Any) -> Any:
    return world.ask("POST", "/v1/links", {"touchpoint": "checkout"} | wanted)


def answer(world: World, path: str, score: int = 9) -> Any:
    """Opens the page at that path and sends its form."""
    page = world.ask("GET", path, headers={})
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.body)
    assert ticket, page.body
    return world.ask("POST", path, f"score={score}&ticket={ticket[1]}", FORM)


def test_a_link_carries_its_place_to_lists_and_answers() -> None:
    """The label comes back when it is made and listed, and stands in the evidence of its answers."""
    world = World()
    made = make(world, place="  Caisse 3 ").body
    assert made["place"] == "Caisse 3"
    [listed] = world.ask("GET", "/v1/links?touchpoint=checkout").body["links"]
    assert listed["place"] == "Caisse 3"
    assert answer(world, f"/s/{made['code']}").status == 303
    [stored] = world.stored
    assert (stored.evidence["link"], stored.evidence["place"]) == (made["link_id"], "Caisse 3")


def test_a_link_without_a_place_says_nothing_of_one() -> None:
    """Neither the list nor the evidence has an empty label."""
    world = World()
    made = make(world).body
    answer(world, f"/s/{made['code']}")
    assert "place" not in made
    assert "place" not in world.stored[0].evidence


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"place": "x" * 61}, "#/place"),
        ({"place": "  "}, "#/place"),
        ({"place": "two\nlines"}, "#/place"),
        ({"place": 3}, "#/place"),
        ({"channel": "kiosk", "mode": "single"}, "#/channel"),
        ({"channel": "agent", "mode": "single"}, "#/channel"),
        ({"channel": "paper", "audience": "staff"}, "#/audience"),
    ],
    ids=str,
)
def test_a_link_that_makes_no_sense_is_refused(wanted: dict[str, Any], pointer: str) -> None:
    """A label is one line of at most 60 characters; many people answer by a kiosk; staff key in for customers."""
    world = World()
    reply = make(world, **wanted)
    assert reply.status == 422
    assert [error["pointer"] for error in reply.body["errors"]] == [pointer]
    assert world.links.stored == {}


def test_sixty_characters_are_a_place() -> None:
    """The longest label is taken as it is."""
    assert make(World(), place="é" * 60).body["place"] == "é" * 60


@pytest.mark.parametrize(
    ("channel", "room"),
    [("web", "s"), ("email", "s"), ("qr", "S"), ("widget", "w"), ("kiosk", "k"), ("agent", "a"), ("paper", "a")],
)
def test_a_links_address_suits_its_channel(channel: str, room: str) -> None:
    """Each channel has a room of its own behind the first letter of the path."""
    made = make(World(), channel=channel).body
    assert made["url"] == f"https://answers.example.com/{room}/{made['code']}"


def test_a_printed_code_leads_to_the_page_in_capitals_and_in_small_letters() -> None:
    """Whoever scans it and whoever types it find the same question, and their answers count as `qr`."""
    world = World()
    code = make(world, channel="qr").body["code"]
    assert re.fullmatch("[A-Z2-7]{16}", code)
    for path in (f"/S/{code}", f"/s/{code}", f"/s/{code.lower()}"):
        assert answer(world, path).status == 303
    assert [stored.channel for stored in world.stored] == ["qr"] * 3


def test_other_codes_are_not_taken_for_another_spelling() -> None:
    """Only a printed code may be typed in other letters: a base-62 code tells them apart."""
    world = World(touchpoint())
    made = make(world, channel="qr").body
    assert world.ask("GET", f"/s/{made['code'][:-1]}0", headers={}).status == 404


def test_printed_codes_use_each_letter_alike() -> None:
    """Over many codes no letter of the 32 is rare: nothing of the 80 bits is lost."""
    seen = Counter("".join(printed_code(str(n)) for n in range(4000)))
    assert len(seen) == 32
    assert max(seen.values()) < 1.2 * min(seen.values())


@pytest.mark.parametrize(("channel", "room"), [("kiosk", "k"), ("agent", "a"), ("widget", "w"), ("qr", "S")])
def test_the_command_prints_the_address_and_lists_the_place(
    monkeypatch: pytest.MonkeyPatch, channel: str, room: str
) -> None:
    """`etincelle links create checkout --channel kiosk --place "Borne 1"`, then `links list`."""
    world = World()

    def handle(request: httpx.Request) -> httpx.Response:
        reply = world.ask(request.method, request.url.raw_path.decode(), request.content or None, JSON)
        return httpx.Response(reply.status, json=reply.body)

    monkeypatch.setattr(links, "connect", lambda: Client("http://site", "etk_x", httpx.MockTransport(handle)))
    made = CliRunner().invoke(links.group, ["create", "checkout", "--channel", channel, "--place", "Borne 1"])
    assert re.match(rf"https://answers\.example\.com/{room}/\w{{16}}\n", made.stdout)
    listed = CliRunner().invoke(links.group, ["list", "checkout"])
    assert "Borne 1" in listed.stdout and channel in listed.stdout
