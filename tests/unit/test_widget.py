"""The widget over HTTP: a script with the survey in it, and answers that are taken once and may be added to."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import brotli
import pytest

from infra.paths import ROOT
from services.collector.channels.widget import render
from services.collector.domain.links import Link
from services.collector.usecases.links import code_hash
from shared.catalogue import Owner
from shared.languages import LANGUAGES
from tests.bench import sizes
from tests.collector import NOW, World, survey, touchpoint
from tests.http import Reply
from tests.wordy import HIGH, LOW, NAME, QUESTION

LIMIT = 3_000
LIMIT_OF_EIGHT = 4_000
"""Bytes, compressed by brotli -q 11: of an ordinary survey in one language, and in eight."""
TEXT = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://shop.example.com"}
SAID = {"id": "0b6f2f1e-9f0e-4d3c-8a57-2f7f2d3f9d10", "score": 9, "lang": "fr", "after_ms": 2300, "automatic": False}
FOLLOW_UP = {
    "when": "bad",
    "question": {"en": "What was in the way?", "fr": "Qu'est-ce qui a gêné ?"},
    "choices": {"slow": {"en": "Slow", "fr": "Lent"}, "price": {"en": "Price", "fr": "Prix"}},
}


def tag(world: World, **wanted: Any) -> str:
    """The path of a new widget's script."""
    made = world.ask("POST", "/v1/links", {"touchpoint": "checkout", "channel": "widget"} | wanted)
    return f"/w/{made.body['code']}"


def send(world: World, path: str, **said: Any) -> Reply:
    return world.ask("POST", path, json.dumps(SAID | said), TEXT)


def single(world: World) -> str:
    """The path of a link as `POST /ask` gives it: for the one answer of a known customer."""
    code = "KnownCustomer123"
    link = Link(code_hash(code, world.deps), "checkout", "single", "widget", "customer", NOW, "inv1", "whose")
    world.links.add(link)
    return f"/w/{code}"


def test_any_site_may_load_the_script_and_keep_it_for_five_minutes() -> None:
    """JavaScript in UTF-8, for other origins, never taken for anything else."""
    world = World()
    reply = world.ask("GET", tag(world), headers={})
    assert reply.status == 200
    wanted = {
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=300",
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
    }
    assert {name: reply.headers[name] for name in wanted} == wanted


def test_the_script_holds_the_survey_in_its_languages_and_nothing_that_is_ours_to_keep() -> None:
    """Every question, and neither code nor id nor owner's id."""
    world = World()
    path = tag(world)
    script = world.ask("GET", path, headers={}).body
    assert "How was it?" in script
    assert "Comment était-ce ?" in script
    [link] = world.links.stored
    for kept in (path.removeprefix("/w/"), link, "survey-nps", '"shop"', "The shop"):
        assert kept not in script


def test_one_language_is_served_alone_where_it_is_asked_for() -> None:
    """One that the survey does not speak changes nothing."""
    world = World()
    path = tag(world)
    french = world.ask("GET", f"{path}?lang=fr", headers={}).body
    assert "Comment était-ce ?" in french
    assert "How was it?" not in french
    assert world.ask("GET", f"{path}?lang=nl", headers={}).body == world.ask("GET", path, headers={}).body


def test_the_script_reads_nothing_as_html_and_nothing_as_code() -> None:
    """So that it works where the page's policy demands trusted types; and it sets no cookie."""
    forbidden = "innerHTML|outerHTML|insertAdjacent|document\\.write|eval\\(|Function\\(|cookie|sessionStorage"
    assert re.findall(forbidden, render.source()) == []


def test_a_survey_with_any_text_in_it_stays_a_text() -> None:
    """Quotes, tags and line ends of the survey are JSON in the script."""
    nasty = "\"'`</script>\n\u2028${1}SURVEY\\"
    world = World(touchpoint(survey=survey(question={"en": nasty})))
    assert json.dumps(nasty, ensure_ascii=False) in world.ask("GET", tag(world), headers={}).body


@pytest.mark.parametrize("state", ["revoked", "expired", "paused"])
def test_a_link_that_takes_no_more_answers_serves_a_script_that_does_nothing(state: str) -> None:
    """No error in the host's console: 200, and a comment that says why."""
    world = World(touchpoint(paused=state == "paused"))
    path = tag(world, expires_at="2024-03-01T10:05:00Z")
    if state == "revoked":
        world.ask("DELETE", f"/v1/links/{next(iter(world.links.stored))}")
    if state == "expired":
        world.now += timedelta(minutes=5)
    reply = world.ask("GET", path, headers={})
    assert (reply.status, reply.body) == (200, f"// Nothing is asked here: {state}.\n")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_code_of_no_widget_is_not_found(method: str) -> None:
    """Neither one that nobody made nor that of a page."""
    world = World()
    page = world.link().replace("/s/", "/w/")
    for path in ("/w/0000000000000000", page):
        assert world.ask(method, path, json.dumps(SAID), TEXT).status == 404
    assert world.stored == []


def test_an_answer_is_stored_with_what_the_link_knows_and_where_it_came_from() -> None:
    """As plain text, which a browser sends to another origin without asking first; any origin may read the reply."""
    world = World()
    reply = send(world, tag(world), comment="Très clair", attributes={"plan": "pro"})
    assert (reply.status, reply.body["status"]) == (201, "stored")
    assert reply.headers["access-control-allow-origin"] == "*"
    [stored] = world.stored
    assert (stored.touchpoint, stored.channel, stored.audience) == ("checkout", "widget", "customer")
    assert (stored.score, stored.lang, stored.comment, stored.attributes) == (9, "fr", "Très clair", {"plan": "pro"})
    [link] = world.links.stored
    known = {"form": "widget", "after_ms": "2300", "origin": "https://shop.example.com", "link": link}
    assert stored.evidence == known
    assert stored.is_counted


def test_the_same_answer_sent_again_is_stored_once() -> None:
    """Whatever became of the first reply."""
    world = World()
    path = tag(world)
    first, again = send(world, path), send(world, path)
    assert (first.status, again.status) == (201, 200)
    assert first.body["response_id"] == again.body["response_id"]
    assert [stored.revision for stored in world.stored] == [1]


def test_what_is_added_to_an_answer_is_its_next_revision() -> None:
    """The score at once, the comment after: one answer, at the time of its score."""
    world = World()
    path = tag(world)
    send(world, path)
    world.now += timedelta(minutes=2)
    assert send(world, path, score=7, comment="On reflection").status == 201
    [stored] = world.stored
    assert (stored.score, stored.comment, stored.revision, stored.collected_at) == (7, "On reflection", 2, NOW)


def test_an_answer_can_be_changed_for_an_hour() -> None:
    """One microsecond before it is over it is; then no more, and the sender is told."""
    world = World()
    path = tag(world)
    send(world, path)
    world.now += timedelta(hours=1) - timedelta(microseconds=1)
    assert send(world, path, comment="Just in time").status == 201
    world.now += timedelta(microseconds=1)
    assert send(world, path, comment="Too late").status == 410
    assert [stored.comment for stored in world.stored] == ["Just in time"]


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({}, None),
        ({"automatic": True}, "automatic"),
        ({"after_ms": 200}, None),
        ({"after_ms": 199}, "automatic"),
    ],
)
def test_what_a_program_pressed_is_kept_and_does_not_count(said: dict[str, Any], because: str | None) -> None:
    """Nor what was pressed before anybody could have read the question."""
    world = World()
    assert send(world, tag(world), **said).status == 201
    assert [stored.not_counted_because for stored in world.stored] == [because]


def test_every_wrong_field_is_named_and_nothing_is_stored() -> None:
    """Also what only the link may say, each once."""
    world = World()
    wrong = {"id": "short", "score": 11, "lang": "?", "after_ms": -1, "touchpoint": "other", "comment": 5}
    reply = send(world, tag(world), **wrong)
    assert reply.status == 422
    assert sorted(error["pointer"] for error in reply.body["errors"]) == sorted(f"#/{name}" for name in wrong)
    assert world.stored == []


@pytest.mark.parametrize("body", ["[]", "1", "null", '"x"', "{}"])
def test_what_is_no_answer_is_refused(body: str) -> None:
    """JSON of another shape is a 422, never a 500."""
    world = World()
    assert world.ask("POST", tag(world), body, TEXT).status == 422
    assert world.stored == []


@pytest.mark.parametrize("origin", ["null", "https://a.example/path?x=1", "javascript:alert(1)", "x" * 300])
def test_what_is_no_origin_is_not_kept(origin: str) -> None:
    """The header is anybody's text; no address of a page gets in by it."""
    world = World()
    assert world.ask("POST", tag(world), json.dumps(SAID), TEXT | {"Origin": origin}).status == 201
    assert all("origin" not in stored.evidence for stored in world.stored)


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_a_closed_link_takes_no_answer(state: str) -> None:
    """The card may still be on a page that was opened before."""
    world = World()
    path = tag(world, expires_at="2024-03-01T10:05:00Z")
    if state == "revoked":
        world.ask("DELETE", f"/v1/links/{next(iter(world.links.stored))}")
    else:
        world.now += timedelta(minutes=5)
    assert send(world, path).status == 410
    assert world.stored == []


def test_an_answer_to_a_card_that_was_open_when_the_touchpoint_was_paused_does_not_count() -> None:
    """It is kept, as on the page."""
    world = World(touchpoint(paused=True))
    assert send(world, tag(world)).status == 201
    assert [stored.not_counted_because for stored in world.stored] == ["paused"]


def test_a_known_customer_answers_their_invitation_once() -> None:
    """From two tabs, two ids of the browser make one answer, the customer's."""
    world = World()
    path = single(world)
    assert send(world, path).status == 201
    assert send(world, path, id="another-tab-another-id", score=3).status == 201
    [stored] = world.stored
    assert (stored.response_id, stored.customer, stored.score, stored.revision) == ("invitation:inv1", "whose", 3, 2)
    assert stored.evidence["invitation"] == "inv1"


def test_whoever_plays_with_the_scores_has_requests_left_for_the_words() -> None:
    """A known customer presses each score of the scale, and then Send; a flood is refused all the same."""
    world = World()
    path = single(world)
    assert {send(world, path, score=score).status for score in range(11)} == {201}
    assert send(world, path, score=10, comment="At last").status == 201
    assert [one.comment for one in world.stored] == ["At last"]
    assert [send(world, path).status for _ in range(49)][-2:] == [200, 429]


def test_the_follow_up_question_is_asked_after_the_scores_it_is_for() -> None:
    """The script knows which, and the choice is stored with the answer."""
    asked = survey("csat", follow_up=FOLLOW_UP)
    given = render.content(touchpoint(survey=asked), asked, None)
    assert given["follows"] == [1, 2]
    assert given["texts"]["fr"]["choices"] == {"slow": "Lent", "price": "Prix"}
    world = World(touchpoint(survey=asked))
    assert send(world, tag(world), score=2, follow_up="price").status == 201
    assert [stored.follow_up for stored in world.stored] == ["price"]


def test_the_card_is_in_the_owners_colour_where_it_can_be_read() -> None:
    """Yellow on white is made darker, and has black text; without a colour it is ours."""
    asked = survey()
    yellow = Owner(id="shop", name="The shop", colour="#ffee00")
    style = render.content(touchpoint(owner=yellow, survey=asked), asked, None)["style"]
    by_day, by_night = re.findall("--s:(#[0-9a-f]{6});--t:(#[0-9a-f]{6})", style)
    assert by_day[0] != "#ffee00" == by_night[0]
    assert by_day[1] == by_night[1] == "#000000"
    assert "--s:#b3400f" in render.content(touchpoint(survey=asked), asked, None)["style"]


def test_a_long_thanks_is_told_under_the_headline() -> None:
    """A short one is the headline."""
    long = "Thank you for every word; somebody of the shop reads them all, this very week."
    for own, headline, told in (("Thanks!", "Thanks!", "Your answer has arrived."), (long, "Thank you", long)):
        asked = survey(thanks={"en": own})
        text = render.texts(touchpoint(survey=asked), asked, "en")
        assert (text["thanks"], text["arrived"]) == (headline, told)


def test_a_survey_in_a_language_that_is_not_ours_is_asked_within_english_words() -> None:
    """Its question as it is."""
    asked = survey(question={"fi": "Miten meni?"})
    texts = render.content(touchpoint(survey=replace_labels(asked)), replace_labels(asked), None)["texts"]
    assert {lang: (text["question"], text["send"]) for lang, text in texts.items()} == {"en": ("Miten meni?", "Send")}


def replace_labels(asked: Any) -> Any:
    return asked.model_copy(update={"low_label": {}, "high_label": {}})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_widget_is_small_in_every_language(lang: str) -> None:
    """Compressed as a browser gets it from a server that can; one request, the survey in it."""
    assert sizes.size_of(lang).br <= LIMIT


def test_the_tag_that_a_site_copies_loads_one_language() -> None:
    """The documented one, of a survey in eight languages."""
    [query] = re.findall(r'<script src="\S+/w/CODE(\S*)" async></script>', (ROOT / "docs/widget.md").read_text())
    asked = survey(question=QUESTION, low_label=LOW, high_label=HIGH, thanks={})
    world = World(touchpoint(name=NAME, survey=asked))
    sent = world.ask("GET", f"{tag(world)}{query}", headers={}).body.encode()
    assert len(brotli.compress(sent, quality=11)) <= LIMIT


def test_the_widget_in_eight_languages_is_smaller_than_any_peers() -> None:
    """The smallest of them loads more before it has loaded its question."""
    every = sizes.size_of(None)
    assert every.br <= LIMIT_OF_EIGHT
    assert all(every.br * 3 < peer.br for peer in sizes.PEERS)


def test_the_source_loses_comments_and_space_and_nothing_else() -> None:
    """Put back to one spelling, source and what is served are the same text."""
    written = (render.HERE / "widget.js").read_text(encoding="utf-8")
    code = "\n".join(line for line in written.splitlines() if not line.strip().startswith("//"))
    assert re.sub(r"\s", "", code) == re.sub(r"\s", "", render.source())
    assert "//" not in render.source()
    assert "/*" not in render.style()
