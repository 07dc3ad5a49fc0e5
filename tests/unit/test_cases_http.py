"""Cases over the API: what is listed and shown, what each deed answers, what is refused and leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest

from tests.alerts import owner, subscription
from tests.cases import HOUR, JANE, RAISED, FakeKeys, World, answer, case_of, place

MINE = f"/v1/cases/{case_of(answer())}"


@pytest.fixture
def world() -> World:
    """Jane's bad answer, and nobody's at the stores."""
    made = World(place(), place(team=owner("stores", subscription()), name="till"))
    made.people.known["hash"] = JANE
    made.say(answer(customer="hash", comment="Rien ne marche", call_back=True, lang="fr"))
    made.say(answer("r-2", touchpoint="till", collected_at=RAISED + HOUR, stored_at=RAISED + HOUR))
    return made


def ids(world: World, query: str = "") -> list[str]:
    reply = world.ask("GET", f"/v1/cases{query}")
    assert reply.status == 200, reply.body
    return [one["response_id"] for one in reply.body["cases"]]


def test_cases_are_listed_by_when_they_are_due(world: World) -> None:
    """Filtered by team, touchpoint, state and whether they are overdue."""
    assert ids(world) == ["r-1", "r-2"]
    assert ids(world, "?owner=stores") == ["r-2"]
    assert ids(world, "?touchpoint=checkout") == ["r-1"]
    assert ids(world, "?overdue=true") == []
    world.clock.now = RAISED + 24.5 * HOUR
    assert ids(world, "?overdue=true") == ["r-1"]
    world.ask("POST", f"{MINE}/contacted", {})
    assert ids(world, "?state=contacted") == ["r-1"]
    world.ask("POST", f"{MINE}/closed", {"cause": "late"})
    assert ids(world) == ["r-2"]
    assert ids(world, "?state=closed&owner=web") == ["r-1"]


def test_pages_of_a_list_follow_each_other_and_lose_none(world: World) -> None:
    """Each page leads to the next, whatever the filter; the last one to none."""
    for number in range(7):
        world.say(answer(f"more-{number}"))
    seen, query = [], "?limit=2&owner=web"
    while query:
        page = world.ask("GET", f"/v1/cases{query}").body
        seen += [one["response_id"] for one in page["cases"]]
        query = f"?limit=2&owner=web&cursor={page['next_cursor'].replace('#', '%23')}" if "next_cursor" in page else ""
    assert sorted(seen) == sorted(["r-1", *(f"more-{number}" for number in range(7))])
    assert len(seen) == len(set(seen))


def test_a_case_shows_what_was_said_and_done_and_nobodys_address(world: World) -> None:
    """The comment comes from the answer, so that erasing it erases it here."""
    shown = world.ask("GET", MINE)
    assert (shown.body["comment"], shown.body["call_back"], shown.body["reasons"]) == (
        "Rien ne marche", True, ["score", "call_back"],
    )  # fmt: skip
    assert [deed["what"] for deed in shown.body["story"]] == ["opened"]
    assert "example.com" not in str(shown.body)
    assert "+336" not in str(shown.body)
    world.answers.kept.clear()
    erased = world.ask("GET", MINE).body
    assert (erased.get("comment"), erased["is_erased"]) == (None, True)


def test_each_look_at_the_contact_is_in_the_story(world: World) -> None:
    """With the key's id and the time."""
    reply = world.ask("GET", f"{MINE}/contact")
    assert reply.body == {
        "is_known": True,
        "ways": [{"channel": "email", "address": "jane@example.com"}, {"channel": "sms", "address": "+33612345678"}],
        "locale": "fr",
    }
    last = world.ask("GET", MINE).body["story"][-1]
    assert (last["what"], last["by"]) == ("looked", "key key-1")
    nobody = world.ask("GET", f"/v1/cases/{case_of(answer('r-2', touchpoint='till'))}/contact")
    assert nobody.body == {"is_known": False, "ways": []}


def test_a_case_is_seen_to_from_the_note_to_the_close(world: World) -> None:
    """Each deed answers with the case as it then stands; the figures have it."""
    world.clock.now = RAISED + 2 * HOUR
    replied = world.ask("POST", f"{MINE}/reply", {"text": "Pardon !", "channel": "email"})
    assert (replied.status, replied.body["state"]) == (202, "contacted")
    noted = world.ask("POST", f"{MINE}/notes", {"text": "was kind"})
    closed = world.ask("POST", f"{MINE}/closed", {"cause": "late", "seen": noted.body["change"]})
    assert (closed.status, closed.body["state"], closed.body["cause"]) == (200, "closed", "late")
    story = world.ask("GET", MINE).body["story"]
    assert [deed["what"] for deed in story] == ["opened", "replied", "noted", "closed"]
    assert story[1]["reply"]["state"] == "waiting"
    figures = world.ask("GET", "/v1/cases/figures?owner=web").body
    assert figures["causes"] == [{"touchpoint": "checkout", "cause": "late", "count": 1, "n": 1}]
    assert figures["to_contact"] == {"n": 1, "over": 1, "median_hours": 2.0}
    reopened = world.ask("POST", f"{MINE}/reopened", {"text": "not yet"})
    assert reopened.body["state"] == "contacted"
    assigned = world.ask("POST", f"{MINE}/assign", {"owner": "stores"})
    assert assigned.body["owner"] == "stores"


def test_figures_are_of_the_cases_opened_in_the_span(world: World) -> None:
    """Of all teams where none is named; a span that ends before it begins is refused."""
    world.clock.now = RAISED + 3 * HOUR
    assert world.ask("GET", "/v1/cases/figures").body["opened"] == 2
    assert world.ask("GET", "/v1/cases/figures?from=2024-03-01T11:00:00Z").body["opened"] == 1
    assert world.ask("GET", "/v1/cases/figures?touchpoint=till").body["opened"] == 1
    refused = world.ask("GET", "/v1/cases/figures?from=2024-03-02&to=2024-03-01")
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "query:to")
    both = world.ask("GET", "/v1/cases/figures?from=yesterday&to=never")
    assert [error["pointer"] for error in both.body["errors"]] == ["query:from", "query:to"]


@pytest.mark.parametrize(
    ("deed", "body", "pointers"),
    [
        ("notes", {}, ["#/text"]),
        ("notes", {"text": "  ", "seen": 0}, ["#/seen", "#/text"]),
        ("notes", {"text": "x" * 4001}, ["#/text"]),
        ("notes", {"text": "a\u0000b"}, ["#/text"]),
        ("closed", {}, ["#/cause"]),
        ("closed", {"cause": "weather"}, ["#/cause"]),
        ("assign", {"owner": "nobody"}, ["#/owner"]),
        ("assign", {"owner": "../x", "who": 1}, ["#/owner", "#/who"]),
        ("reply", {"text": "hello", "channel": "pigeon"}, ["#/channel"]),
        ("contacted", {"seen": "1"}, ["#/seen"]),
        ("reopened", [], ["#"]),
    ],
)
def test_bad_input_names_every_wrong_field_and_changes_nothing(
    world: World, deed: str, body: Any, pointers: list[str]
) -> None:
    """422, and the story is as it was."""
    reply = world.ask("POST", f"{MINE}/{deed}", body)
    assert (reply.status, sorted(error["pointer"] for error in reply.body["errors"])) == (422, pointers)
    assert len(world.cases.story(case_of(answer()))) == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?state=lost", "query:state"),
        ("?limit=0", "query:limit"),
        ("?cursor=nonsense", "query:cursor"),
        ("?owner=%23", "query:owner"),
        ("?overdue=perhaps", "query:overdue"),
        ("?person=jane", "query:person"),
    ],
)
def test_a_wrong_question_is_refused(world: World, query: str, pointer: str) -> None:
    """Naming the parameter."""
    reply = world.ask("GET", f"/v1/cases{query}")
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("name", ["0" * 16, "x", "a%23b", "..%2Fcheckout", "é" * 16])
@pytest.mark.parametrize("deed", ["", "/contact", "/notes", "/closed", "/reply"])
def test_a_case_there_is_not_is_404(world: World, name: str, deed: str) -> None:
    """Also for what can be no id: no key is made of it."""
    method = "POST" if deed in ("/notes", "/closed", "/reply") else "GET"
    body = {"text": "x", "cause": "late"} if deed == "/closed" else {"text": "x"}
    reply = world.ask(method, f"/v1/cases/{name}{deed}", body if method == "POST" else None)
    assert (reply.status, reply.body["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("cases:write",), "GET", "/v1/cases"),
        (("cases:write",), "GET", MINE),
        (("cases:write",), "GET", "/v1/cases/figures"),
        (("cases:read", "cases:write"), "GET", f"{MINE}/contact"),
        (("cases:read", "persons:read"), "POST", f"{MINE}/notes"),
        (("cases:read", "persons:read"), "POST", f"{MINE}/reply"),
        (("people:read",), "GET", f"{MINE}/contact"),
    ],
)
def test_a_key_without_the_scope_leaves_no_trace(scopes: tuple[str, ...], method: str, path: str) -> None:
    """Who may write may not look, and who may look may not write; no look is logged that was not had."""
    world = World(keys=FakeKeys(*scopes))
    world.say(answer())
    reply = world.ask(method, path, {"text": "x"} if method == "POST" else None)
    assert (reply.status, reply.body["code"]) == (403, "forbidden")
    assert len(world.cases.story(case_of(answer()))) == 1


def test_no_key_and_a_strange_key_are_refused(world: World) -> None:
    """401 for both, and nothing is written."""
    for headers in ({"X": "y"}, {"Authorization": "Bearer etk_stranger"}):
        reply = world.ask("GET", f"{MINE}/contact", headers=headers)
        assert (reply.status, reply.body["code"]) == (401, "unauthenticated")
    assert len(world.cases.story(case_of(answer()))) == 1


def test_a_deed_that_is_sent_again_is_refused(world: World) -> None:
    """409 with what to do; the case has it once."""
    seen = {"text": "called", "seen": 1}
    assert world.ask("POST", f"{MINE}/notes", seen).status == 200
    again = world.ask("POST", f"{MINE}/notes", seen)
    assert (again.status, again.body["code"]) == (409, "conflict")
    assert len(world.cases.story(case_of(answer()))) == 2
