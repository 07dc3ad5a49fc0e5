"""How often anybody may answer: floods are turned away with a time to come again, people are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.collector import app as collector
from services.collector.domain.limits import OPEN
from services.collector.usecases import limits
from shared.callers import Caller
from shared.limits import Limit
from tests.collector import World
from tests.http import Reply

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PUBLIC = {
    route for route, methods in collector.app.routes.items() if "POST" in methods and not route.startswith("/v1/")
}


def post(world: World, link: str, address: str = "192.0.2.1", **headers: str) -> Reply:
    return world.ask("POST", link, "score=9", FORM | {"X-Forwarded-For": address} | headers)


def test_a_single_link_takes_ten_posts_an_hour() -> None:
    """The tenth and the eleventh; in the next hour it opens again."""
    world = World()
    link = world.link(mode="single")
    assert [post(world, link).status for _ in range(11)] == [303] * 10 + [429]
    world.now += timedelta(hours=1)
    assert post(world, link).status == 303


def test_an_open_link_takes_far_more() -> None:
    """A poster in a full hall: 3,000 an hour, from as many addresses."""
    world = World()
    link = world.link()
    [link_id] = world.links.stored
    world.counters.counted[f"link-{link_id}", world.now] = OPEN.most - 1
    assert [post(world, link).status for _ in range(2)] == [422, 429]


def test_an_address_is_limited_over_all_links() -> None:
    """The 300th and the 301st of a minute; another address is not meant."""
    world = World()
    for n in range(30):
        link = world.link()
        assert {post(world, link).status for _ in range(10)} == {422}, n
    refused = post(world, world.link())
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    world.deps = world.deps.__class__(**vars(world.deps) | {"proxies": 1})
    assert post(world, world.link(), "198.51.100.7, 192.0.2.99").status == 422
    world.now += timedelta(minutes=1)
    assert post(world, world.link()).status == 422


def test_who_is_turned_away_reads_it_in_their_language() -> None:
    """A page for people, with the header for machines; nothing was stored."""
    world = World()
    link = world.link(mode="single")
    [link_id] = world.links.stored
    world.counters.counted[f"link-{link_id}", world.now] = 10
    refused = post(world, link, **{"Accept-Language": "fr"})
    assert refused.status == 429
    assert 'lang="fr"' in refused.body
    assert "Réessayez" in refused.body
    assert refused.headers["retry-after"] == "3600"
    assert world.stored == []


def test_what_cannot_be_counted_is_refused() -> None:
    """Fail closed: a counter out of reach is no way round it."""
    world = World()
    link = world.link(mode="single")
    world.counters.is_away = True
    refused = post(world, link)
    assert (refused.status, refused.headers["retry-after"]) == (503, "30")
    assert world.stored == []


def test_answers_by_the_api_are_not_counted_here() -> None:
    """They have keys of their own, and cost one write each."""
    world = World()
    world.counters.is_away = True
    assert world.send({"touchpoint": "checkout", "score": 9}).status == 201


def test_no_address_is_kept() -> None:
    """What is counted is a hash that is another every day."""
    world = World()
    link = world.link(mode="single")
    post(world, link)
    world.now += timedelta(days=1)
    post(world, link)
    addresses = [what for what, _ in world.counters.counted if what.startswith("address-")]
    assert len(set(addresses)) == 2
    assert "192.0.2.1" not in repr(world.counters.counted)


@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_every_public_post_is_counted(route: str) -> None:
    """Whichever channel: with counters out of reach, each of them refuses before it reads what was sent."""
    world = World()
    channel = {"k": "kiosk", "w": "widget", "a": "agent"}.get(route.split("/")[1], "web")
    code = world.link(channel=channel).rpartition("/")[2]
    world.counters.is_away = True
    kind: dict[str, str] = FORM if channel in ("web", "agent") else {"Content-Type": "application/json"}
    body: Any = "score=9" if channel in ("web", "agent") else {}
    assert world.ask("POST", route.replace("{code}", code), body, kind).status == 503


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        (None, 0, "192.0.2.1"),
        ("203.0.113.5", 0, "192.0.2.1"),
        ("203.0.113.5, 192.0.2.1", 1, "203.0.113.5"),
        ("forged, 203.0.113.5, 192.0.2.1", 1, "203.0.113.5"),
        ("203.0.113.5", 1, "192.0.2.1"),
        (None, 1, "192.0.2.1"),
    ],
)
def test_the_address_is_the_last_that_nobody_could_forge(forwarded: str | None, proxies: int, address: str) -> None:
    """Each proxy of ours adds one; what stands left of those, anybody can have written."""
    assert Caller("192.0.2.1", forwarded, proxies).address == address


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("no address", "no address", True),
    ],
)
def test_a_household_is_one_address(one: str, other: str, is_same: bool) -> None:
    """Of IPv6 the first 64 bits count, as each has more addresses than could be counted."""
    assert (Caller(one).network == Caller(other).network) is is_same


def test_what_is_sent_at_once_is_taken_however_much_it_is() -> None:
    """A weight above the limit fills the window, and no more."""
    world = World()
    small = Limit(5, timedelta(minutes=1))
    limits.count("x", small, 8, world.deps)
    assert list(world.counters.counted.values()) == [5]
