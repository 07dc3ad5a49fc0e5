"""Whatever is sent to the collector: never a fault of ours, and nothing stored that was refused."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.adapters.responses import item_of
from shared.dynamo import marshal_item, unmarshal_item
from tests.collector import JSON, World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)
TIMES = st.datetimes().map(lambda time: time.isoformat() + "Z") | TEXTS
NAMES = {
    "score": st.integers(-2, 13) | ANYTHING,
    "touchpoint": st.sampled_from(["checkout", "check", "a#b", ""]) | ANYTHING,
    "collected_at": TIMES | ANYTHING,
    "invited_at": TIMES,
    "scale": st.sampled_from(["nps", "csat"]) | ANYTHING,
    "audience": st.sampled_from(["customer", "staff"]) | ANYTHING,
    "channel": st.sampled_from(["web", "fax"]) | ANYTHING,
    "response_id": TEXTS | ANYTHING,
    "comment": TEXTS | ANYTHING,
    "lang": TEXTS,
    "customer_id": TEXTS,
    "survey_version": st.integers() | ANYTHING,
    "attributes": st.dictionaries(st.from_regex("[a-z_]{1,3}", fullmatch=True) | TEXTS, LEAVES) | ANYTHING,
}
NEARLY = st.fixed_dictionaries({}, optional=NAMES)
GOOD = st.fixed_dictionaries(
    {"touchpoint": st.just("checkout"), "score": st.integers(0, 10)},
    optional={
        "comment": TEXTS.filter(lambda text: "\0" not in text),
        "attributes": st.dictionaries(
            st.from_regex("[a-z0-9_]{1,40}", fullmatch=True),
            st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15) | st.booleans() | st.text("aé💥", max_size=200),
            max_size=30,
        ),
    },
)


def refused_or_taken(world: World, status: int) -> None:
    assert status in (200, 201, 400, 413, 422)
    assert world.stored == [] or status in (200, 201)


@given(ANYTHING | NEARLY | st.lists(NEARLY, max_size=4) | st.fixed_dictionaries({"responses": ANYTHING}))
@settings(max_examples=400, deadline=None)
def test_no_json_makes_a_fault(body: Any) -> None:
    """Any JSON value, and values that are nearly answers."""
    world = World()
    refused_or_taken(world, world.ask("POST", "/v1/responses", json.dumps(body), JSON).status)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_a_fault(body: bytes) -> None:
    """Any bytes, UTF-8 or not, as an answer and as a link."""
    world = World()
    refused_or_taken(world, world.ask("POST", "/v1/responses", body, JSON).status)
    assert world.ask("POST", "/v1/links", body, JSON).status in (400, 422)


@given(
    st.binary(max_size=300)
    | st.dictionaries(st.sampled_from(["score", "comment", "ticket", "subject"]) | TEXTS, TEXTS).map(urlencode)
)
@settings(max_examples=200, deadline=None)
def test_no_form_makes_a_fault(body: bytes | str) -> None:
    """Any body of the page's form: it is shown again, refused or thanked for."""
    world = World()
    single = world.link(mode="single")
    for link in (single, world.link()):
        assert world.ask("POST", link, body, FORM).status in (303, 400, 422)
    assert len(world.stored) <= 1


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])), TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_no_header_and_no_query_makes_a_fault(header: str, lang: str, score: str) -> None:
    """Any Accept-Language, Sec-Fetch-Site, Origin, `lang` and `s`."""
    world = World()
    link = f"{world.link()}?{urlencode({'lang': lang, 's': score})}"
    assert world.ask("GET", link, headers={"Accept-Language": header}).status == 200
    for name in ("Sec-Fetch-Site", "Origin"):
        assert world.ask("POST", link, "score=9", FORM | {name: header}).status in (403, 422)
    assert world.ask("POST", "/v1/responses", "{}", JSON | {"Idempotency-Key": header}).status == 422


@given(GOOD)
@settings(max_examples=200, deadline=None)
def test_what_is_right_is_stored_as_sent_and_survives_the_table(answer: dict[str, Any]) -> None:
    """Comment and attributes come back from DynamoDB's notation as they were sent."""
    world = World()
    assert world.send(answer).status == 201
    [stored] = world.stored
    assert stored.comment == (answer.get("comment") or None)
    assert stored.attributes == {
        name: 0 if isinstance(value, float) and abs(value) < 1e-100 else value
        for name, value in answer.get("attributes", {}).items()
    }
    item = item_of(stored)
    assert unmarshal_item(marshal_item(item)) == item


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
@settings(max_examples=200, deadline=None)
def test_an_id_is_stored_once_however_it_is_sent(first: list[str], second: list[str]) -> None:
    """Alone or in lists, again or at once: as many answers as ids, and as many times `stored`."""
    world = World()
    told = []
    for batch in (first, second):
        if batch:
            reply = world.send([{"touchpoint": "checkout", "score": 9, "response_id": key} for key in batch])
            told += [(one["response_id"], one["status"]) for one in reply.body["results"]]
    ids = set(first) | set(second)
    assert {stored.response_id for stored in world.stored} == ids
    assert sorted(key for key, status in told if status == "stored") == sorted(ids)
    assert len(told) == len(first) + len(second)
