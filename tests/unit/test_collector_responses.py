"""POST /v1/responses: what is stored, once, and what is refused with every wrong field named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.codes import keyed_hash
from tests.collector import JSON, NOW, SECRET, FakeKeys, World, survey, touchpoint
from tests.real_data import NAUGHTY_STRINGS

GOOD = {"touchpoint": "checkout", "score": 9}
SURROGATE = '{"touchpoint": "checkout", "score": 9, "comment": "\\ud800"}'

BAD: dict[str, tuple[Any, int, set[str]]] = {
    "no body": (None, 400, set()),
    "an empty body": ("", 400, set()),
    "a body that is not JSON": ("score=9", 400, set()),
    "a body that is not UTF-8": (b'{"touchpoint": "\xff"}', 400, set()),
    "half a surrogate pair": (SURROGATE, 400, set()),
    "NaN": ('{"touchpoint": "checkout", "score": NaN}', 400, set()),
    "nested too deep": ("[" * 10_000 + "]" * 10_000, 400, set()),
    "a number of 5,000 digits": ('{"touchpoint": "checkout", "score": ' + "9" * 5000 + "}", 400, set()),
    "a body too large": (json.dumps(GOOD | {"comment": "x" * 2_000_001}), 413, set()),
    "null": ("null", 422, {"#"}),
    "a text": ('"nine"', 422, {"#"}),
    "a number": ("9", 422, {"#"}),
    "an empty object": ({}, 422, {"#/touchpoint", "#/score"}),
    "an empty list": ([], 422, {"#"}),
    "too long a list": ([GOOD] * 501, 422, {"#"}),
    "a list in a list": ([[GOOD]], 422, {"#/0"}),
    "responses that are no list": ({"responses": GOOD}, 422, {"#/responses"}),
    "fields beside responses": ({"responses": [GOOD], "dry": 1, "a/b~c": 2}, 422, {"#/dry", "#/a~1b~0c"}),
    "no touchpoint": ({"score": 9}, 422, {"#/touchpoint"}),
    "an unknown touchpoint": (GOOD | {"touchpoint": "nowhere"}, 422, {"#/touchpoint"}),
    "a touchpoint that is no id": (GOOD | {"touchpoint": "a#b"}, 422, {"#/touchpoint"}),
    "a touchpoint that is a number": (GOOD | {"touchpoint": 7}, 422, {"#/touchpoint"}),
    "a touchpoint that is a list": (GOOD | {"touchpoint": ["checkout"]}, 422, {"#/touchpoint"}),
    "no score": ({"touchpoint": "checkout"}, 422, {"#/score"}),
    "a score just above the scale": (GOOD | {"score": 11}, 422, {"#/score"}),
    "a score just below the scale": (GOOD | {"score": -1}, 422, {"#/score"}),
    "a score of another scale": ({"touchpoint": "ease", "score": 0}, 422, {"#/score"}),
    "a score that is text": (GOOD | {"score": "9"}, 422, {"#/score"}),
    "a score with a fraction": (GOOD | {"score": 5.5}, 422, {"#/score"}),
    "a score that is a whole float": (GOOD | {"score": 9.0}, 422, {"#/score"}),
    "a score that is true": (GOOD | {"score": True}, 422, {"#/score"}),
    "a score that is null": (GOOD | {"score": None}, 422, {"#/score"}),
    "another scale than the survey's": (GOOD | {"scale": "csat"}, 422, {"#/scale"}),
    "a scale that does not exist": (GOOD | {"scale": "smiles"}, 422, {"#/scale"}),
    "an unknown field": (GOOD | {"rating": 5}, 422, {"#/rating"}),
    "an empty id": (GOOD | {"response_id": ""}, 422, {"#/response_id"}),
    "an id too long": (GOOD | {"response_id": "x" * 129}, 422, {"#/response_id"}),
    "an id with the separator": (GOOD | {"response_id": "a#b"}, 422, {"#/response_id"}),
    "an id with a line end": (GOOD | {"response_id": "a\n"}, 422, {"#/response_id"}),
    "an id that is a number": (GOOD | {"response_id": 1}, 422, {"#/response_id"}),
    "a time without offset": (GOOD | {"collected_at": "2024-03-01T09:00:00"}, 422, {"#/collected_at"}),
    "a day without time": (GOOD | {"collected_at": "2024-03-01"}, 422, {"#/collected_at"}),
    "a day that does not exist": (GOOD | {"collected_at": "2024-02-30T09:00:00Z"}, 422, {"#/collected_at"}),
    "an hour that does not exist": (GOOD | {"collected_at": "2024-03-01T25:00:00Z"}, 422, {"#/collected_at"}),
    "a time as a number": (GOOD | {"collected_at": 1709287200}, 422, {"#/collected_at"}),
    "a time before 2000": (GOOD | {"collected_at": "1999-12-31T23:59:59Z"}, 422, {"#/collected_at"}),
    "a time beyond the calendar": (GOOD | {"collected_at": "9999-12-31T23:59:59-23:59"}, 422, {"#/collected_at"}),
    "a time before the calendar": (GOOD | {"collected_at": "0001-01-01T00:00:00+23:59"}, 422, {"#/collected_at"}),
    "more than five minutes ahead": (GOOD | {"collected_at": "2024-03-01T10:05:01Z"}, 422, {"#/collected_at"}),
    "asked in the future": (GOOD | {"invited_at": "2024-03-02T10:00:00Z"}, 422, {"#/invited_at"}),
    "an unknown channel": (GOOD | {"channel": "pigeon"}, 422, {"#/channel"}),
    "an unknown audience": (GOOD | {"audience": "robots"}, 422, {"#/audience"}),
    "a language that is none": (GOOD | {"lang": "fr_FR;"}, 422, {"#/lang"}),
    "a comment too long": (GOOD | {"comment": "é" * 4001}, 422, {"#/comment"}),
    "a comment that is a list": (GOOD | {"comment": ["good"]}, 422, {"#/comment"}),
    "a comment with NUL": (GOOD | {"comment": "a\0b"}, 422, {"#/comment"}),
    "a customer without id": (GOOD | {"customer_id": ""}, 422, {"#/customer_id"}),
    "a customer's id too long": (GOOD | {"customer_id": "x" * 257}, 422, {"#/customer_id"}),
    "a survey version 0": (GOOD | {"survey_version": 0}, 422, {"#/survey_version"}),
    "a survey version that is text": (GOOD | {"survey_version": "3"}, 422, {"#/survey_version"}),
    "attributes that are a list": (GOOD | {"attributes": ["a"]}, 422, {"#/attributes"}),
    "too many attributes": (GOOD | {"attributes": {f"a{n}": n for n in range(31)}}, 422, {"#/attributes"}),
    "an attribute's name": (GOOD | {"attributes": {"Shop/City": 1}}, 422, {"#/attributes/Shop~1City"}),
    "an attribute that is null": (GOOD | {"attributes": {"a": None}}, 422, {"#/attributes/a"}),
    "an attribute that is a list": (GOOD | {"attributes": {"a": [1]}}, 422, {"#/attributes/a"}),
    "an attribute too long": (GOOD | {"attributes": {"a": "x" * 201}}, 422, {"#/attributes/a"}),
    "an attribute with NUL": (GOOD | {"attributes": {"a": "\0"}}, 422, {"#/attributes/a"}),
    "an attribute too large": (GOOD | {"attributes": {"a": 10**16}}, 422, {"#/attributes/a"}),
    "an infinite attribute": ('{"touchpoint":"checkout","score":9,"attributes":{"a":1e999}}', 422, {"#/attributes/a"}),
    "everything at once": (
        {"touchpoint": "x", "score": "9", "lang": "?", "nope": 1, "attributes": {"A": 1}},
        422,
        {"#/touchpoint", "#/score", "#/lang", "#/nope", "#/attributes/A"},
    ),
    "some of a list": (
        [GOOD, GOOD | {"score": 11}, {"touchpoint": "x"}],
        422,
        {"#/1/score", "#/2/touchpoint", "#/2/score"},
    ),
}


@pytest.fixture
def world() -> World:
    return World(touchpoint(), touchpoint("ease", "ces"), touchpoint("asleep", paused=True))


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_refused_with_every_wrong_field_and_nothing_is_stored(world: World, kind: str) -> None:
    """A problem of RFC 9457 that names the fields, no more and no fewer; the answers beside them are not stored."""
    body, status, pointers = BAD[kind]
    reply = world.send(body)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    assert reply.body["code"] in ("malformed_body", "too_large", "invalid_input")
    assert {error["pointer"] for error in reply.body.get("errors", [])} == pointers
    assert pointers or reply.body["detail"]
    assert world.stored == []


@pytest.mark.parametrize(
    "edge",
    [
        {"score": 0},
        {"score": 10},
        {"collected_at": "2024-03-01T10:05:00Z"},
        {"collected_at": "2000-01-01T00:00:00Z"},
        {"collected_at": "2024-03-01t11:00:00.123456+01:00"},
        {"comment": "é" * 4000},
        {"comment": "💥"},
        {"response_id": "x" * 128},
        {"response_id": "AZaz09._:@/+-"},
        {"customer_id": "x" * 256},
        {"lang": "zh-Hant-TW"},
        {"survey_version": 1},
        {"scale": "nps"},
        {"attributes": {"a" * 40: "x" * 200}},
        {"attributes": {f"a{n}": n for n in range(30)}},
        {"attributes": {"a": -(10**15), "b": 0.1, "c": True, "d": "", "e": 1e-200}},
        {"comment": None, "lang": None, "response_id": None},
    ],
    ids=str,
)
def test_the_edges_of_what_is_allowed_are_taken(world: World, edge: dict[str, Any]) -> None:
    """One step further each of these is refused."""
    assert world.send(GOOD | edge).status == 201
    assert len(world.stored) == 1


def test_an_answer_is_stored_with_what_the_registry_knows(world: World) -> None:
    """Owner, survey, its version and scale come from the registry; the time is now where none is sent."""
    reply = world.send(GOOD)
    [stored] = world.stored
    assert reply.body == {"response_id": stored.response_id, "status": "stored"}
    assert (stored.owner, stored.survey, stored.survey_version, stored.scale) == ("shop", "survey-nps", 3, "nps")
    assert stored.collected_at == stored.stored_at == NOW
    assert (stored.channel, stored.audience, stored.is_counted) == ("api", "customer", True)
    assert stored.evidence == {"key": "key-1"}


def test_a_time_is_kept_in_utc(world: World) -> None:
    """An offset is another way to write the same moment."""
    world.send(GOOD | {"collected_at": "2024-03-01T00:30:00+02:00"})
    assert world.stored[0].collected_at == datetime(2024, 2, 29, 22, 30, tzinfo=UTC)


def test_staff_answer_their_own_survey() -> None:
    """The scale that counts is the one of the audience's survey."""
    world = World(touchpoint(staff_survey=survey("csat")))
    assert world.send(GOOD | {"audience": "staff", "score": 9}).status == 422
    assert world.send(GOOD | {"audience": "staff", "score": 5}).status == 201
    assert (world.stored[0].survey, world.stored[0].scale) == ("survey-csat", "csat")


def test_a_customer_is_kept_as_a_keyed_hash_only(world: World) -> None:
    """The id itself is nowhere in what is stored."""
    world.send(GOOD | {"customer_id": "anne@example.com"})
    assert world.stored[0].customer == keyed_hash(SECRET, "customer", "anne@example.com")
    assert "anne@" not in str(world.stored[0])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Anne.Roy@Example.com", "anne.roy@example.com"),
        ("+33 (0)6 12-34.56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("06 12 34 56 78", "0612345678"),
        ("A-17 b", "A-17 b"),
        ("12-34", "12-34"),
        ("06-123", "06-123"),
        ("01-23456789", "01-23456789"),
        ("Ann@home", "Ann@home"),
    ],
)
def test_an_address_or_a_number_is_the_same_customer_however_it_is_typed(world: World, typed: str, name: str) -> None:
    """Any other id is kept as it is: `12-34` and `1-234` are two customers."""
    world.send(GOOD | {"customer_id": typed})
    assert world.stored[0].customer == keyed_hash(SECRET, "customer", name)


def test_a_response_id_counts_once(world: World) -> None:
    """201 the first time and 200 ever after; the first answer stays."""
    first = world.send(GOOD | {"response_id": "r1"})
    again = world.send(GOOD | {"response_id": "r1", "score": 0})
    assert (first.status, first.body["status"]) == (201, "stored")
    assert (again.status, again.body) == (200, {"response_id": "r1", "status": "already_stored"})
    assert [stored.score for stored in world.stored] == [9]


def test_an_idempotency_key_stands_for_an_id(world: World) -> None:
    """The same key is the same answer; another key another; an id in the body comes first."""
    first = world.send(GOOD, Idempotency_Key="k1")
    assert world.send(GOOD, Idempotency_Key="k1").body == first.body | {"status": "already_stored"}
    assert world.send(GOOD, Idempotency_Key="k2").body["response_id"] != first.body["response_id"]
    assert world.send(GOOD | {"response_id": "mine"}, Idempotency_Key="k1").body["response_id"] == "mine"
    assert len(world.stored) == 3


def test_an_idempotency_key_makes_a_list_repeatable(world: World) -> None:
    """Each place of the list has an id of its own, the same the next time."""
    first = world.send([GOOD, GOOD], Idempotency_Key="list")
    again = world.send([GOOD, GOOD], Idempotency_Key="list")
    assert [one["status"] for one in first.body["results"]] == ["stored", "stored"]
    assert [one["status"] for one in again.body["results"]] == ["already_stored", "already_stored"]
    assert len(world.stored) == 2


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_bad_idempotency_key_is_refused(world: World, key: str) -> None:
    """It would not protect; better said than ignored."""
    reply = world.send(GOOD, Idempotency_Key=key)
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, "header:Idempotency-Key")
    assert world.stored == []


@pytest.mark.parametrize("wrap", [list, lambda answers: {"responses": answers}], ids=["bare", "wrapped"])
def test_a_list_tells_what_became_of_each_answer(world: World, wrap: Any) -> None:
    """In its order; of two with one id the first is stored; one at another touchpoint is another answer."""
    world.send(GOOD | {"response_id": "old"})
    ids = [("checkout", "new"), ("checkout", "old"), ("checkout", "new"), ("ease", "new")]
    sent = [{"touchpoint": name, "score": place + 1, "response_id": key} for place, (name, key) in enumerate(ids)]
    reply = world.send(wrap(sent))
    assert reply.status == 200
    assert [one["response_id"] for one in reply.body["results"]] == ["new", "old", "new", "new"]
    assert [one["status"] for one in reply.body["results"]] == ["stored", "already_stored", "already_stored", "stored"]
    assert [(one.touchpoint, one.response_id, one.score) for one in world.stored] == [
        ("checkout", "old", 9),
        ("checkout", "new", 1),
        ("ease", "new", 4),
    ]


def test_five_hundred_answers_are_taken_at_once(world: World) -> None:
    """The longest list there may be."""
    reply = world.send([GOOD | {"response_id": str(number)} for number in range(500)])
    assert len(reply.body["results"]) == len(world.stored) == 500


def test_an_answer_at_a_paused_touchpoint_is_kept_but_does_not_count(world: World) -> None:
    """No answer is lost; the figures leave it out and say why."""
    assert world.send({"touchpoint": "asleep", "score": 3}).status == 201
    assert (world.stored[0].is_counted, world.stored[0].not_counted_because) == (False, "paused")


def test_plain_text_is_taken_as_json(world: World) -> None:
    """What navigator.sendBeacon sends needs no preflight."""
    assert world.send(json.dumps(GOOD), Content_Type="text/plain;charset=UTF-8").status == 201


@pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_other_kinds_of_body_are_refused(world: World, kind: str) -> None:
    """415, and nothing is stored."""
    refused = world.send(json.dumps(GOOD), Content_Type=kind)
    assert (refused.status, refused.body["code"]) == (415, "unsupported_media_type")
    assert refused.headers["content-type"] == "application/problem+json"
    assert world.stored == []


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer etk_other"}])
def test_without_a_good_key_nothing_is_stored(world: World, header: dict[str, str]) -> None:
    """401 comes before the body is looked at."""
    assert world.ask("POST", "/v1/responses", GOOD, header).status == 401
    assert world.stored == []


def test_a_key_without_the_scope_stores_nothing() -> None:
    """Being known is not being allowed."""
    world = World(keys=FakeKeys("figures:read", "links:write"))
    assert world.ask("POST", "/v1/responses", GOOD, JSON).status == 403
    assert world.stored == []


def test_a_flood_of_wrong_fields_gets_a_reply_that_fits(world: World) -> None:
    """A reply of Lambda has 6 MB; how many are wrong is said, the first 1,000 are named."""
    reply = world.send({f"f{number}": 0 for number in range(90_000)})
    assert (reply.status, len(reply.body["errors"])) == (422, 1000)
    assert reply.body["detail"].startswith("90002 fields are wrong")


def test_naughty_strings_are_stored_as_they_are_sent(world: World) -> None:
    """Every string that breaks other software, as a comment and as an attribute."""
    naughty = ["<script>alert(1)</script>", "'; DROP TABLE responses; --", "‮abc", "=1+1", "Ω≈ç√∫˜µ≤≥÷", "﷽"]
    if NAUGHTY_STRINGS.exists():
        naughty = [
            text for text in json.loads(NAUGHTY_STRINGS.read_text(encoding="utf-8")) if text and "\0" not in text
        ]
    for text in naughty:
        assert world.send(GOOD | {"comment": text, "attributes": {"a": text[:200]}}).status == 201
    assert [stored.comment for stored in world.stored] == naughty
    assert [stored.attributes["a"] for stored in world.stored] == [text[:200] for text in naughty]


def test_the_wish_to_be_called_back_is_kept_and_shown() -> None:
    """And only where it was sent; anything but true or false is refused."""
    world = World()
    assert world.send({"touchpoint": "checkout", "score": 2, "call_back": True}).status == 201
    assert world.send({"touchpoint": "checkout", "score": 2}).status == 201
    assert [one.call_back for one in world.stored] == [True, False]
    shown = world.ask("GET", "/v1/responses?touchpoint=checkout").body["responses"]
    assert sorted(one.get("call_back", False) for one in shown) == [False, True]
    refused = world.send({"touchpoint": "checkout", "score": 2, "call_back": "yes"})
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "#/call_back")
