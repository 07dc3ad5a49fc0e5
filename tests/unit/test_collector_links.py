"""Links over the API: made, listed, revoked; their code is known to nobody but whoever made them."""

from __future__ import annotations

from typing import Any

import pytest

from shared.codes import keyed_hash
from tests.collector import JSON, SECRET, FakeKeys, World, touchpoint


def make(world: World, **wanted: Any) -> Any:
    return world.ask("POST", "/v1/links", {"touchpoint": "checkout"} | wanted)


def test_a_link_is_made_and_its_code_shown_once() -> None:
    """The address carries the code; what is kept is a keyed hash of it."""
    world = World()
    reply = make(world)
    code = reply.body["code"]
    assert reply.status == 201
    assert reply.body["url"] == f"https://answers.example.com/s/{code}"
    assert reply.body["link_id"] == keyed_hash(SECRET, "link", code)
    assert code not in str(world.links.stored)
    assert (reply.body["mode"], reply.body["channel"], reply.body["audience"]) == ("open", "web", "customer")


def test_a_link_knows_its_customer_by_a_keyed_hash() -> None:
    """The same hash that an answer by the API gets."""
    world = World()
    made = make(
        world, customer_id="anne@example.com", invitation_id="i-1", mode="single", expires_at="2024-03-02T10:00:00Z"
    )
    [kept] = world.links.stored.values()
    assert kept.customer == keyed_hash(SECRET, "customer", "anne@example.com")
    assert "anne@" not in str(made.body) + str(kept)
    assert made.body["expires_at"] == "2024-03-02T10:00:00Z"


@pytest.mark.parametrize(
    ("wanted", "pointers"),
    [
        ({"touchpoint": "nowhere"}, {"#/touchpoint"}),
        ({"touchpoint": None}, {"#/touchpoint"}),
        ({"mode": "twice"}, {"#/mode"}),
        ({"channel": "pigeon"}, {"#/channel"}),
        ({"audience": "robots"}, {"#/audience"}),
        ({"expires_at": "2024-03-01T10:00:00Z"}, {"#/expires_at"}),
        ({"expires_at": "soon"}, {"#/expires_at"}),
        ({"invitation_id": "a#b"}, {"#/invitation_id"}),
        ({"customer_id": "\0"}, {"#/customer_id"}),
        ({"code": "chosen-by-me", "mode": 1}, {"#/code", "#/mode"}),
    ],
    ids=str,
)
def test_a_link_that_is_wrong_is_not_made(wanted: dict[str, Any], pointers: set[str]) -> None:
    """Every wrong field is named; the expiry must lie ahead."""
    world = World()
    reply = make(world, **wanted)
    assert reply.status == 422
    assert {error["pointer"] for error in reply.body["errors"]} == pointers
    assert world.links.stored == {}


def test_links_are_listed_page_by_page() -> None:
    """Each once, without a code; the cursor leads on and ends."""
    world = World(touchpoint(), touchpoint("other"))
    made = {make(world).body["link_id"] for _ in range(5)}
    make(world, touchpoint="other")
    seen: list[str] = []
    cursor = ""
    while True:
        page = world.ask("GET", f"/v1/links?touchpoint=checkout&limit=2{cursor}").body
        seen += [link["link_id"] for link in page["links"]]
        assert not any("code" in link for link in page["links"])
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize(
    ("query", "status", "pointers"),
    [
        ("", 422, {"query:touchpoint"}),
        ("?touchpoint=checkout&limit=0", 422, {"query:limit"}),
        ("?touchpoint=checkout&limit=201", 422, {"query:limit"}),
        ("?limit=many", 422, {"query:touchpoint", "query:limit"}),
        ("?touchpoint=checkout&cursor=zzz", 422, {"query:cursor"}),
        ("?touchpoint=nowhere", 404, set()),
        ("?touchpoint=%23%00", 404, set()),
    ],
)
def test_a_wrong_question_for_links_is_refused(query: str, status: int, pointers: set[str]) -> None:
    """Each wrong parameter is named; a touchpoint that is not there is not found."""
    reply = World().ask("GET", f"/v1/links{query}")
    assert reply.status == status
    assert {error["pointer"] for error in reply.body.get("errors", [])} == pointers


def test_a_touchpoint_without_links_has_an_empty_list() -> None:
    """No link yet is no error."""
    assert World().ask("GET", "/v1/links?touchpoint=checkout").body == {"links": []}


def test_revoking_says_when_and_twice_changes_nothing() -> None:
    """The link stays in the list, as revoked."""
    world = World()
    link_id = make(world).body["link_id"]
    first = world.ask("DELETE", f"/v1/links/{link_id}")
    assert (first.status, first.body["revoked_at"]) == (200, "2024-03-01T10:00:00Z")
    assert world.ask("DELETE", f"/v1/links/{link_id}").body == first.body
    assert world.ask("GET", "/v1/links?touchpoint=checkout").body["links"] == [first.body]


@pytest.mark.parametrize("link_id", ["0" * 32, "x", "..%2F..", "%00"])
def test_a_link_that_is_not_there_cannot_be_revoked(link_id: str) -> None:
    """404, and nothing comes to be."""
    world = World()
    assert world.ask("DELETE", f"/v1/links/{link_id}").status == 404
    assert world.links.stored == {}


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/links"), ("GET", "/v1/links?touchpoint=checkout"), ("DELETE", "/v1/links/x")]
)
def test_links_need_their_scope(method: str, path: str) -> None:
    """A key that may only send answers makes, sees and revokes none."""
    world = World(keys=FakeKeys("responses:write"))
    assert world.ask(method, path, {"touchpoint": "checkout"}, JSON).status == 403
