"""A kiosk hands in what it kept: once each, at its own time, whatever came between."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.collector.channels.kiosk.rules import is_burst, taken_at
from services.collector.domain.links import Link
from services.collector.usecases.links import code_hash
from shared.catalogue import Owner
from shared.times import format_time
from tests.collector import NOW, World, survey, touchpoint

LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "nl", "ar")
Tap = dict[str, Any]


def tap(world: World, path: str, n: int = 0, **more: Any) -> Tap:
    """An answer as the device keeps it: the n-th, an hour ago and n minutes later."""
    [link] = [one for one in world.links.stored.values() if one.link_id in world.ask("GET", path, headers={}).body]
    return {
        "id": str(UUID(int=random.Random(n).getrandbits(128), version=4)),
        "link": link.link_id,
        "touchpoint": "checkout",
        "survey": "survey-nps",
        "survey_version": 3,
        "scale": "nps",
        "score": n % 11,
        "lang": "fr",
        "at": format_time(NOW - timedelta(hours=1) + timedelta(minutes=n)),
        "ago_ms": [],
    } | more


def hand_in(world: World, path: str, taps: list[Tap], sent_at: datetime | None = None) -> Any:
    return world.ask("POST", path, {"sent_at": format_time(sent_at or world.now), "answers": taps}, {})


def test_a_week_without_a_network_is_handed_in_once_each_at_its_own_time() -> None:
    """500 answers of 7 days, three times over in other orders and batches, with batches whose reply was lost."""
    world = World()
    path = world.link(channel="kiosk", place="Borne 1")
    began = NOW - timedelta(days=7)
    taps = [tap(world, path, n, at=format_time(began + timedelta(minutes=20 * n))) for n in range(500)]
    for seed, size in enumerate((50, 7, 100)):
        shuffled = random.Random(seed).sample(taps, len(taps))
        for start in range(0, 500, size):
            hand_in(world, path, shuffled[start : start + size])
            if start % 3 == 0:
                hand_in(world, path, shuffled[start : start + size])
    assert len(world.stored) == 500
    kept = {stored.response_id.rpartition(":")[2]: stored for stored in world.stored}
    for one in taps:
        assert format_time(kept[one["id"]].collected_at) == one["at"]
        assert kept[one["id"]].score == one["score"]
    assert all(stored.is_counted and stored.channel == "kiosk" for stored in world.stored)


def test_what_became_of_each_answer_is_said_in_order() -> None:
    """New ones are stored, those that were there are said to be."""
    world = World()
    path = world.link(channel="kiosk")
    first, second = tap(world, path, 1), tap(world, path, 2)
    hand_in(world, path, [first])
    reply = hand_in(world, path, [second, first])
    assert [result["status"] for result in reply.body["results"]] == ["stored", "already_stored"]
    assert reply.body["results"][1]["response_id"] == f"kiosk:{first['link']}:{first['id']}"


def test_an_answer_says_by_which_device_and_whose_clock() -> None:
    """Link, label and clock stand in the evidence."""
    world = World()
    path = world.link(channel="kiosk", place="Borne 1")
    one = tap(world, path)
    hand_in(world, path, [one])
    expected = {"form": "kiosk", "clock": "device", "link": one["link"], "place": "Borne 1"}
    assert world.stored[0].evidence == expected


NIGHT = datetime(1970, 1, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "sent_at", "expected", "clock"),
    [
        (NOW - timedelta(days=14), NOW, NOW - timedelta(days=14), "device"),
        (NOW - timedelta(days=14, seconds=1), NOW - timedelta(days=14), NOW - timedelta(seconds=1), "corrected"),
        (NOW + timedelta(minutes=5), NOW + timedelta(minutes=5), NOW + timedelta(minutes=5), "device"),
        (NOW + timedelta(minutes=6), NOW + timedelta(minutes=10), NOW - timedelta(minutes=4), "corrected"),
        (NOW - timedelta(days=2), NOW - timedelta(minutes=5), NOW - timedelta(days=2), "device"),
        (NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW - timedelta(hours=1), "corrected"),
        (NOW - timedelta(hours=2), NOW + timedelta(hours=1), NOW - timedelta(hours=3), "corrected"),
        (NOW - timedelta(hours=2), NOW - timedelta(days=1), NOW - timedelta(hours=2), "device"),
        (NIGHT, NIGHT + timedelta(days=2), NOW - timedelta(days=2), "corrected"),
        (NIGHT, NOW, NOW, "arrival"),
        (NOW + timedelta(hours=2), NOW, NOW, "arrival"),
        (NIGHT, NIGHT + timedelta(days=14, seconds=1), NOW, "arrival"),
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOW, "arrival"),
    ],
    ids=[
        "14 days old",
        "older",
        "5 minutes ahead",
        "more ahead",
        "5 minutes slow",
        "an hour slow",
        "an hour fast",
        "set back by a day since",
        "in 1970",
        "clock set between",
        "clock set back",
        "too long ago",
        "the ends of time",
    ],
)
def test_a_device_whose_clock_is_wrong(at: datetime, sent_at: datetime, expected: datetime, clock: str) -> None:
    """Put right by what its clock says as it sends; where that is no help its time holds, if it can be true."""
    taken = taken_at(at, sent_at, NOW)
    assert (taken.at, taken.clock) == (expected, clock)


def test_a_time_before_2000_is_no_reason_to_lose_an_answer() -> None:
    """A tablet that lost its battery lives in 1970; its answer is stored with the time put right."""
    world = World()
    path = world.link(channel="kiosk")
    reply = hand_in(world, path, [tap(world, path, at="1970-01-01T02:00:00.250Z")], NIGHT + timedelta(hours=3))
    assert reply.status == 200, reply.body
    [stored] = world.stored
    assert (stored.collected_at, stored.evidence["clock"]) == (
        NOW - timedelta(hours=3) + timedelta(milliseconds=250),
        "corrected",
    )


@pytest.mark.parametrize(
    ("ago_ms", "expected"),
    [
        ([], False),
        ([4_999], True),
        ([5_000], False),
        ([6_000 * n for n in range(1, 10)], False),
        ([5_900 * n for n in range(1, 11)], True),
        ([5_900 * n for n in range(1, 10)] + [60_000], False),
    ],
    ids=["alone", "under 5 seconds", "5 seconds", "10th of a minute", "11th of a minute", "a minute old"],
)
def test_a_burst(ago_ms: list[int], expected: bool) -> None:
    """Less than 5 seconds after another, or more than ten within a minute."""
    assert is_burst(ago_ms) is expected


def test_pressing_without_end_counts_as_few_whatever_the_order() -> None:
    """A child that presses 20 times, every 3.5 seconds: one counts, all are kept, in any order of arrival."""
    counted = set()
    for seed in range(5):
        world = World()
        path = world.link(channel="kiosk")
        taps = [tap(world, path, n, ago_ms=[3_500 * k for k in range(1, min(n, 17) + 1)]) for n in range(20)]
        random.Random(seed).shuffle(taps)
        for one in taps:
            hand_in(world, path, [one])
        assert len(world.stored) == 20
        assert {stored.not_counted_because for stored in world.stored} == {None, "burst"}
        counted.add(tuple(sorted(stored.response_id for stored in world.stored if stored.is_counted)))
    [always_the_same] = counted
    assert len(always_the_same) == 1


def test_an_answer_to_a_question_that_has_changed_since_is_kept() -> None:
    """The survey got another scale while the device was away: stored as it was asked, left out of the figures."""
    world = World()
    path = world.link(channel="kiosk")
    one = tap(world, path, score=10)
    world.catalogue.known["checkout"] = touchpoint(survey=survey("thumbs"))
    assert hand_in(world, path, [one]).status == 200
    [stored] = world.stored
    assert (stored.scale, stored.survey, stored.survey_version, stored.score) == ("nps", "survey-nps", 3, 10)
    assert stored.not_counted_because == "old_survey"


def test_a_newer_version_on_the_same_scale_counts() -> None:
    """Only the words changed: the answer counts, under the version that was on the screen."""
    world = World()
    path = world.link(channel="kiosk")
    one = tap(world, path)
    world.catalogue.known["checkout"] = touchpoint(survey=survey("nps", version=4))
    hand_in(world, path, [one])
    assert (world.stored[0].survey_version, world.stored[0].is_counted) == (3, True)


def test_a_paused_touchpoint_keeps_what_comes() -> None:
    """What a device took is stored, and does not count; the device is told to rest."""
    world = World()
    path = world.link(channel="kiosk")
    one = tap(world, path)
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    assert hand_in(world, path, [one]).status == 200
    assert world.stored[0].not_counted_because == "paused"
    page = world.ask("GET", path, headers={})
    assert (page.status, configuration(page)["state"]) == (410, "paused")


def test_a_revoked_device_hands_in_by_its_new_link() -> None:
    """The old link takes nothing more; by the new one each answer is stored once, under its first id and place."""
    world = World()
    old, new = world.link(channel="kiosk", place="Borne 1"), world.link(channel="kiosk", place="Borne 2")
    one, two = tap(world, old, 1), tap(world, old, 2)
    hand_in(world, old, [one])
    world.ask("DELETE", f"/v1/links/{one['link']}")
    refused = hand_in(world, old, [one, two])
    assert (refused.status, refused.body["code"]) == (410, "gone")
    assert configuration(world.ask("GET", old, headers={}))["state"] == "gone"
    assert [result["status"] for result in hand_in(world, new, [one, two]).body["results"]] == [
        "already_stored",
        "stored",
    ]
    assert {stored.evidence["place"] for stored in world.stored} == {"Borne 1"}
    assert "handed_in_by" in world.stored[1].evidence


@pytest.mark.parametrize("other", [{"channel": "qr"}, {"channel": "kiosk", "touchpoint": "elsewhere"}], ids=str)
def test_no_device_borrows_the_label_of_another_link(other: dict[str, str]) -> None:
    """An answer that names a link of another channel or touchpoint stands under the link that handed it in."""
    world = World(touchpoint(), touchpoint("elsewhere"))
    path = world.link(channel="kiosk", place="Borne 1")
    one = tap(world, path)
    borrowed = world.ask("POST", "/v1/links", {"touchpoint": "checkout", "place": "Borne 2"} | other).body["link_id"]
    assert hand_in(world, path, [one | {"link": borrowed}]).status == 200
    evidence = world.stored[0].evidence
    assert (evidence["place"], evidence["link"]) == ("Borne 1", one["link"])


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        ({"id": "1"}, {"#/answers/1/id"}),
        ({"id": "ABCDEF12-3456-4789-8abc-def012345678"}, {"#/answers/1/id"}),
        ({"score": 11}, {"#/answers/1/score"}),
        ({"score": "9"}, {"#/answers/1/score"}),
        ({"scale": "smiles"}, {"#/answers/1/scale"}),
        ({"touchpoint": "elsewhere"}, {"#/answers/1/touchpoint"}),
        ({"at": "yesterday"}, {"#/answers/1/at"}),
        ({"at": "2024-02-31T10:00:00Z"}, {"#/answers/1/at"}),
        ({"ago_ms": [-1, 60_001]}, {"#/answers/1/ago_ms/0", "#/answers/1/ago_ms/1"}),
        ({"lang": "<b>"}, {"#/answers/1/lang"}),
        ({"survey": "a#b", "survey_version": 0}, {"#/answers/1/survey", "#/answers/1/survey_version"}),
        ({"link": "x", "comment": "hm"}, {"#/answers/1/link", "#/answers/1/comment"}),
    ],
    ids=str,
)
def test_a_batch_that_is_wrong_changes_nothing(wrong: Tap, pointers: set[str]) -> None:
    """Every wrong field is named by the place of its answer, so that a device can set that one aside."""
    world = World()
    path = world.link(channel="kiosk")
    reply = hand_in(world, path, [tap(world, path, 1), tap(world, path, 2, **wrong)])
    assert reply.status == 422
    assert {error["pointer"] for error in reply.body["errors"]} == pointers
    assert world.stored == []


@pytest.mark.parametrize(
    "body", [{}, [], {"sent_at": "2024-03-01T10:00:00Z", "answers": []}, {"answers": [{}], "sent_at": 1, "more": 1}]
)
def test_what_is_no_batch_is_refused(body: Any) -> None:
    """Never a 500; nothing is stored."""
    world = World()
    assert world.ask("POST", world.link(channel="kiosk"), body, {}).status == 422
    assert world.stored == []


def test_a_batch_takes_a_hundred_different_answers() -> None:
    """101 are too many, and so are two of one id."""
    world = World()
    path = world.link(channel="kiosk")
    hundred = [tap(world, path, n, score=1) for n in range(100)]
    assert hand_in(world, path, hundred).status == 200
    assert hand_in(world, path, [*hundred, tap(world, path, 100, score=1)]).status == 422
    assert hand_in(world, path, [hundred[0], hundred[0]]).status == 422


def test_other_links_are_no_kiosks() -> None:
    """A code that hangs on a wall takes one answer at a time, not batches; a kiosk's code is nobody's form."""
    world = World()
    wall, form = world.link(channel="qr"), world.link(channel="agent")
    for path in (wall, form):
        code = path.rpartition("/")[2]
        assert world.ask("GET", f"/k/{code}", headers={}).status == 404
        assert world.ask("POST", f"/k/{code}", {}, {}).status == 404
    assert world.ask("GET", "/k/nowhere", headers={}).status == 404


def test_an_invited_customers_link_is_no_kiosk() -> None:
    """It takes one answer, on the page; a batch would hold a hundred."""
    world = World()
    code = "InvitedCustomer1"
    world.links.add(Link(code_hash(code, world.deps), "checkout", "single", "kiosk", "customer", NOW, "inv1", "whose"))
    assert world.ask("GET", f"/k/{code}", headers={}).status == 404
    assert hand_in(world, f"/k/{code}", [tap(world, world.link(channel="kiosk"))]).status == 404
    assert world.stored == []


def configuration(page: Any) -> Any:
    """What the page's script is given."""
    return json.loads(re.search(r'<script type="application/json" id="config">(.*?)</script>', page.body, re.S)[1])


def test_the_page_asks_in_the_survey_s_languages_in_its_order() -> None:
    """The first one is what the screen comes back to, whoever set the tablet up."""
    question = {"ar": "كيف كان ذلك؟", "fr": "Comment ?", "xx": "?"}
    world = World(touchpoint(survey=survey(question=question)))
    page = world.ask("GET", world.link(channel="kiosk"), headers={"Accept-Language": "fr"})
    config = configuration(page)
    assert (config["first"], list(config["languages"])) == ("ar", ["ar", "fr"])
    assert '<html lang="ar" dir="rtl"' in page.body


def test_a_device_may_have_a_first_language_of_its_own() -> None:
    """The address says which; one that the survey has not is passed over."""
    world = World()
    path = world.link(channel="kiosk")
    found = [configuration(world.ask("GET", f"{path}?lang={lang}", headers={}))["first"] for lang in ("fr", "de")]
    assert found == ["fr", "en"]


@pytest.mark.parametrize("channel", ["kiosk", "agent"])
def test_the_owner_s_colour_and_sign_are_on_the_page(channel: str) -> None:
    """As the journey file has them; a colour that could not be read is moved, a picture has the name beside it."""
    logo = "data:image/png;base64,iVBORw0KGgo="
    world = World(touchpoint(owner=Owner(id="shop", name="Boutique", colour="#0b6e4f", logo=logo)))
    page = world.ask("GET", world.link(channel=channel), headers={})
    assert f'<img src="{logo}" alt="Boutique">' in page.body
    assert "--spark:#0b6e4f" in page.body


def test_nothing_in_a_survey_ends_the_data_block() -> None:
    """Words that look like markup stay words."""
    evil = "</script><script>alert(1)</script>"
    world = World(touchpoint(survey=survey(question={"en": evil, "fr": evil}), name={"en": evil}))
    page = world.ask("GET", world.link(channel="kiosk"), headers={})
    assert configuration(page)["languages"]["en"]["question"] == evil
    assert "<script>alert" not in page.body


def test_the_page_runs_its_own_script_only() -> None:
    """Style and script by their hashes, Trusted Types with one policy, no frame, nothing fetched from elsewhere."""
    world = World()
    page = world.ask("GET", world.link(channel="kiosk"), headers={})
    policy = page.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", page.body, re.S)
    script = re.search(r"<script>(.*?)</script>", page.body, re.S)
    assert style and script
    for part in (style[1], script[1]):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" in policy
    for wanted in ("default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
        assert wanted in policy
    assert "unsafe" not in policy and "nonce" not in policy
    assert page.headers["cache-control"] == "no-store"


def test_the_worker_may_reach_nothing_but_this_site() -> None:
    """Its own policy says so; it is a script, and no kiosk of that name."""
    worker = World().ask("GET", "/k/worker", headers={})
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"


def test_the_page_in_eight_languages_has_at_most_8_kb() -> None:
    """gzip -9, with its script, its style and all its words."""
    words = dict.fromkeys(LANGUAGES, "Comment s'est passé votre retrait de colis aujourd'hui ?")
    world = World(touchpoint(survey=survey(question=words)))
    page = world.ask("GET", world.link(channel="kiosk"), headers={})
    worker = world.ask("GET", "/k/worker", headers={})
    assert len(gzip.compress((page.body + worker.body).encode(), 9)) <= 8_000
