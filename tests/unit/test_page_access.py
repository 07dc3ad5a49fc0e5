"""Who may see what: every page, by every role, of one's own and of others; and what they never carry."""

from __future__ import annotations

import pytest

from services.insights.app import app
from tests.owners import PUBLIC_URL, SECRET_WORDS, cookie, visit, world

EVERYBODY = ("pilot", "web-owner", "store-owner", "web-clerk", "store-clerk")
ALERT = {name: f"drop.{name}.customer.20240304T120000Z" for name in ("checkout", "till")}
FIGURES = {  # page: of which touchpoint, and who may see it
    "/": (None, EVERYBODY),
    "/journeys": (None, EVERYBODY),
    "/journeys/shop": (None, EVERYBODY),
    "/friction": (None, EVERYBODY),
    "/priorities": (None, ("pilot", "web-owner", "store-owner")),
    "/touchpoints/checkout": ("checkout", ("pilot", "web-owner", "store-owner", "web-clerk")),
    "/touchpoints/till": ("till", ("pilot", "web-owner", "store-owner", "store-clerk")),
    f"/friction/{ALERT['checkout']}": ("checkout", ("pilot", "web-owner", "store-owner", "web-clerk")),
    f"/friction/{ALERT['till']}": ("till", ("pilot", "web-owner", "store-owner", "store-clerk")),
}
PERSONS = {"checkout": ("pilot", "web-owner"), "till": ("pilot", "store-owner")}
CASES = [(path, person) for path in FIGURES for person in EVERYBODY]


@pytest.mark.parametrize("way", ["", "csv"])
@pytest.mark.parametrize(("path", "person"), CASES)
def test_each_page_is_seen_by_whom_it_is_for(path: str, person: str, way: str) -> None:
    """On screen and as a file; others are told that it is not theirs."""
    _, allowed = FIGURES[path]
    reply = visit(world(), person, path, **({"as": way} if way else {}))
    assert reply.status == (200 if person in allowed else 403)
    assert "text/html" in reply.headers["content-type"] or reply.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("way", ["", "csv"])
@pytest.mark.parametrize(("path", "person"), CASES)
def test_what_people_wrote_is_seen_by_their_own_team_only(path: str, person: str, way: str) -> None:
    """Whatever the page, the order, the filter or the file."""
    for query in ({}, {"days": "365"}, {"state": "open"}, {"owner": "store"}, {"q": "t"}, {"channel": "web"}):
        body = visit(world(), person, path, **query, **({"as": way} if way else {})).body
        for touchpoint, words in SECRET_WORDS.items():
            assert person in PERSONS[touchpoint] or words not in body


def test_the_table_is_of_every_page() -> None:
    """A page that is added must be added here, too; and each has roles."""
    pages = {one.path: one.roles for one in app.operations if one.roles}
    named = {path.replace(name, f"{{{place}}}") for path in FIGURES for place, name in places(path)}
    assert set(pages) == named | {"/", "/journeys", "/friction", "/priorities"}
    assert all(pages.values())


def places(path: str) -> list[tuple[str, str]]:
    """The parameters in a path of the table."""
    last = path.rpartition("/")[2]
    kinds = {"/journeys/": "journey", "/touchpoints/": "touchpoint", "/friction/": "alert_id"}
    return [(kind, last) for prefix, kind in kinds.items() if path.startswith(prefix)]


@pytest.mark.parametrize("path", FIGURES)
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
    """The policy allows our style alone; a page is one request, of at most 60 kB."""
    for path in FIGURES:
        reply = visit(world(), "pilot", path)
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'; style-src 'sha256-" in policy
        assert "script-src" not in policy
        assert "<script" not in reply.body
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
