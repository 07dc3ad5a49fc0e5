"""Pages of insights: the way to sign in and back, whose lists have what, and what pages never carry.

Who may see which page at all is in test_who_sees_what.py.
"""

from __future__ import annotations

import pytest

from tests.owners import PUBLIC_URL, cookie, visit, world

ALERT = {name: f"drop.{name}.customer.20240304T120000Z" for name in ("checkout", "till")}
PATHS = (
    "/",
    "/journeys",
    "/journeys/shop",
    "/friction",
    "/priorities",
    "/touchpoints/checkout",
    f"/friction/{ALERT['checkout']}",
)


@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_signed_in_is_led_there_and_back(path: str) -> None:
    """Also with a session that is nonsense; the way back is kept."""
    reply = visit(world(), None, path, channel="web")
    assert reply.status == 303
    wanted = "%2F" + path[1:].replace("/", "%2F") + "%3Fchannel%3Dweb"
    assert reply.headers["location"] == f"/sign-in?next={wanted}"


def test_the_front_line_finds_only_its_own_in_lists() -> None:
    """First page, journey, friction and its file: the till's clerk does not see the checkout."""
    for path in ("/", "/journeys/shop", "/friction"):
        for query in ({}, {"as": "csv"}):
            body = visit(world(), "store-clerk", path, **query).body.casefold()
            assert "checkout" not in body
            assert "till" in body


def test_an_owner_sees_their_own_first_and_every_figure() -> None:
    """Their first page has their touchpoints; the journey has all."""
    home = visit(world(), "store-owner", "/").body
    assert "/touchpoints/till" in home
    assert "/touchpoints/checkout" not in home
    assert "/touchpoints/checkout" in visit(world(), "store-owner", "/journeys/shop").body


def test_an_owners_priorities_are_their_own() -> None:
    """A pilot's are all."""
    assert "/touchpoints/checkout" not in visit(world(), "store-owner", "/priorities").body
    assert "checkout" not in visit(world(), "store-owner", "/priorities", **{"as": "csv"}).body
    assert all(f"/touchpoints/{name}" in visit(world(), "pilot", "/priorities").body for name in ("checkout", "till"))


def test_pages_run_nothing_and_are_kept_nowhere() -> None:
    """The policy allows our style alone, and our script beside pictures; a page is one request, of at most 60 kB."""
    for path in PATHS:
        reply = visit(world(), "pilot", path)
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'; style-src 'sha256-" in policy
        assert policy.count("script-src 'sha256-") == reply.body.count("<script>") == (path == "/touchpoints/checkout")
        assert 'style="' not in reply.body
        assert reply.headers["cache-control"] == "no-store"
        assert len(reply.body.encode()) <= 60_000
        assert not any(part in reply.body for part in ("src=", '<link rel="stylesheet"'))


def test_the_session_alone_opens_pages_and_no_key_does() -> None:
    """And an API route is not opened by a session."""
    known = world()
    assert visit(known, "pilot", "/v1/alerts").status == 401
    assert cookie(known, "pilot").startswith("__Host-")
    assert PUBLIC_URL.startswith("https:")
