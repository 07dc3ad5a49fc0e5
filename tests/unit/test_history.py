"""Answers read back: customers' one by one, staff's only in whole weeks of five or more, under no name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.collector.domain import history
from services.collector.domain.responses import Response
from services.collector.usecases import history as history_reads
from tests.collector import JSON, NOW, FakeKeys, World, survey, touchpoint

MONDAY = datetime(2024, 2, 5, tzinfo=UTC)


def asked(world: World, **query: Any) -> Any:
    wanted = {"touchpoint": "checkout"} | query
    reply = world.ask("GET", "/v1/responses?" + "&".join(f"{name}={value}" for name, value in wanted.items()))
    assert reply.status == 200, reply.body
    return reply.body


def every(world: World, **query: Any) -> Iterator[dict[str, Any]]:
    """Every answer, page after page."""
    while True:
        page = asked(world, **query)
        yield from page["responses"]
        if not page.get("next_cursor"):
            return
        query["cursor"] = page["next_cursor"]


def send(world: World, *times: datetime, **more: Any) -> None:
    answers = [
        {"touchpoint": "checkout", "score": 9, "response_id": f"{more.get('audience', 'c')}-{n}-{time:%m%dT%H}"}
        | {"collected_at": time.isoformat()}
        | more
        for n, time in enumerate(times)
    ]
    assert world.send(answers).status == 200


def test_answers_come_in_the_order_of_their_times_page_after_page() -> None:
    """Over months without any, whatever the size of a page, each exactly once."""
    world = World()
    times = [NOW - timedelta(days=days, hours=n) for n, days in enumerate((0, 0, 40, 41, 300, 3000))]
    send(world, *times)
    expected = sorted(one.response_id for one in world.stored)
    for limit in (1, 2, 5, 100):
        found = list(every(world, limit=limit, **{"from": "2000-01-01"}))
        assert sorted(one["response_id"] for one in found) == expected
        assert [one["collected_at"] for one in found] == sorted(one["collected_at"] for one in found)


def test_answers_of_the_same_moment_are_each_shown_once() -> None:
    """Their ids order them, also where one begins as another does."""
    world = World()
    names = ["a", "a+b", "a-", "a0", "b", "A", "a:"]
    world.send([{"touchpoint": "checkout", "score": 1, "response_id": name} for name in names])
    world.now += timedelta(minutes=1)
    assert [one["response_id"] for one in every(world, limit=1)] == sorted(names)


def test_where_nothing_is_said_it_is_the_last_year() -> None:
    """On both sides of its beginning."""
    world = World()
    send(world, NOW - timedelta(days=366), NOW - timedelta(days=366, seconds=1))
    assert [one["collected_at"] for one in every(world)] == ["2023-03-01T10:00:00Z"]


def test_an_answer_is_shown_with_all_that_is_known_of_it() -> None:
    """By the importer's names; of a customer the hash; whether it counts and why not."""
    world = World(touchpoint(paused=True))
    world.send(
        {"touchpoint": "checkout", "score": 4, "response_id": "r", "customer_id": "Jane", "attributes": {"a": 1}}
    )
    [shown] = asked(world)["responses"]
    assert shown["customer_id"] == world.stored[0].customer
    assert (shown["score"], shown["owner"], shown["scale"], shown["attributes"]) == (4, "shop", "nps", {"a": 1})
    assert (shown["counted"], shown["not_counted_because"], shown["revision"]) == (False, "paused", 1)
    assert "Jane" not in str(shown)


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limit=5", ["query:touchpoint"]),
        ("touchpoint=checkout&limit=0", ["query:limit"]),
        ("touchpoint=checkout&limit=101", ["query:limit"]),
        ("touchpoint=checkout&from=x&to=2024-13-01", ["query:from", "query:to"]),
        ("touchpoint=checkout&from=2024-03-01T10:00:00", ["query:from"]),
        ("touchpoint=checkout&audience=dogs&other=1", ["query:audience", "query:other"]),
        ("touchpoint=checkout&cursor=abc", ["query:cursor"]),
        ("touchpoint=checkout&cursor=%C3%A9", ["query:cursor"]),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(query: str, pointers: list[str]) -> None:
    """Every parameter of it."""
    reply = World().ask("GET", f"/v1/responses?{query}")
    assert reply.status == 422
    assert [one["pointer"] for one in reply.body["errors"]] == pointers


@pytest.mark.parametrize("name", ["elsewhere", "a%23b", "x" * 100])
def test_a_touchpoint_that_is_none_is_not_found(name: str) -> None:
    """Also where its name could be no id."""
    assert World().ask("GET", f"/v1/responses?touchpoint={name}").status == 404


def test_reading_answers_needs_a_scope_of_its_own() -> None:
    """A key that may send answers may not read what others said."""
    world = World(keys=FakeKeys("responses:write"))
    assert world.ask("GET", "/v1/responses?touchpoint=checkout", headers=JSON).status == 403
    assert world.ask("GET", "/v1/responses?touchpoint=checkout", headers={}).status == 401


def staff_world(*times: datetime, **more: Any) -> World:
    world = World(touchpoint(staff_survey=survey("nps")))
    world.now = MONDAY + timedelta(days=30)
    send(world, *times, audience="staff", comment="words", lang="ar", customer_id="clerk", **more)
    return world


def test_staff_answers_are_not_among_customers_answers() -> None:
    """Nor does a cursor stand at one of them."""
    world = staff_world(*[MONDAY + timedelta(hours=n) for n in range(6)])
    send(world, *[MONDAY + timedelta(hours=n, minutes=30) for n in range(5)])
    found = list(every(world, limit=2))
    assert [one["audience"] for one in found] == ["customer"] * 5
    cursors = {asked(world, limit=n)["next_cursor"] for n in range(1, 5)}
    for cursor in cursors:
        assert history.position_of(cursor).response_id.startswith("c-")


@pytest.mark.parametrize("n", [history_reads.MOST_QUESTIONS, history_reads.MOST_QUESTIONS + 1, 95])
@pytest.mark.parametrize("months", [0, 45])
def test_no_cursor_stands_at_a_staff_answer_however_many_come_in_a_row(
    n: int, months: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a customer's answer before, behind or years after them go missing, or come twice."""
    monkeypatch.setattr(history_reads, "MOST_AT_ONCE", 2)
    world = staff_world(*[MONDAY + timedelta(minutes=minute) for minute in range(n)])
    world.now = MONDAY + timedelta(days=31 * months + 30)
    send(world, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=1), MONDAY + timedelta(days=31 * months + 2))
    found: list[dict[str, Any]] = []
    query, cursor = {"limit": 1, "from": "2024-01-01"}, ""
    while True:
        page = asked(world, **query, **({"cursor": cursor} if cursor else {}))
        found += page["responses"]
        cursor = page.get("next_cursor")
        if not cursor:
            break
        place = history.position_of(cursor)
        assert place.response_id.startswith("c-") or (place.at.day, place.at.hour, place.response_id) == (1, 0, "")
    assert [one["response_id"].split("-")[:2] for one in found] == [["c", "0"], ["c", "1"], ["c", "2"]]


def test_behind_a_few_staff_answers_a_page_is_read_by_the_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first question asks for a page, so that reading customers' answers reads no more than is shown."""
    world = staff_world(*[MONDAY + timedelta(minutes=minute) for minute in range(60)])
    send(world, MONDAY + timedelta(days=1))
    limits, between = [], world.responses.between

    def counted(touchpoint: str, after: history.Position, until: datetime, limit: int) -> tuple[list[Response], bool]:
        limits.append(limit)
        return between(touchpoint, after, until, limit)

    monkeypatch.setattr(world.responses, "between", counted)
    asked(world, limit=1, **{"from": "2024-02-05"})
    assert limits == [1, history_reads.MOST_AT_ONCE]


@pytest.mark.parametrize(("n", "shown"), [(4, 0), (5, 5)])
def test_staff_answers_are_shown_from_five_in_a_week_on(n: int, shown: int) -> None:
    """On both sides of the edge."""
    world = staff_world(*[MONDAY + timedelta(days=day) for day in range(n)])
    assert len(list(every(world, audience="staff"))) == shown


def test_staff_answers_name_nobody() -> None:
    """No id of the sender's, no time of day, language, customer, channel or attribute; what was said stays."""
    world = staff_world(
        *[MONDAY + timedelta(days=n, hours=n) for n in range(5)], attributes={"desk": 7}, channel="kiosk"
    )
    found = list(every(world, audience="staff", limit=2))
    assert {one["collected_at"] for one in found} == {"2024-02-05T12:00:00Z"}
    assert {one["comment"] for one in found} == {"words"}
    for one in found:
        assert one["response_id"].startswith("staff-")
        assert not {"lang", "customer_id", "invited_at", "place"} & set(one)
        assert (one["attributes"], one["channel"], one["stored_at"]) == ({}, "import", "2024-02-05T12:00:00Z")
    assert [one["response_id"] for one in found] == sorted({one["response_id"] for one in found})


def test_a_week_that_is_not_over_or_not_whole_is_not_shown() -> None:
    """Two questions with spans that differ by a day would tell the answers of that day; so would a growing week."""
    world = staff_world(*[MONDAY + timedelta(hours=n) for n in range(6)])
    whole = {"audience": "staff", "from": "2024-02-05", "to": "2024-02-12"}
    assert len(list(every(world, **whole))) == 6
    assert list(every(world, **whole | {"from": "2024-02-05T00:00:00.000001Z"})) == []
    assert list(every(world, **whole | {"to": "2024-02-11"})) == []
    world.now = MONDAY + timedelta(days=6, hours=23)
    assert list(every(world, **whole | {"to": "2024-03-01"})) == []


def test_what_does_not_count_does_not_hide_few() -> None:
    """Four answers and one of a machine are four."""
    world = World(touchpoint(paused=True, staff_survey=survey("nps")))
    send(world, MONDAY, audience="staff", score=1)
    world.catalogue.known["checkout"] = touchpoint(staff_survey=survey("nps"))
    send(world, *[MONDAY + timedelta(hours=n) for n in range(1, 5)], audience="staff")
    world.now = MONDAY + timedelta(days=30)
    assert list(every(world, audience="staff")) == []


def test_a_week_over_two_months_is_one_week() -> None:
    """Three answers in February and two in March are five."""
    late = datetime(2024, 2, 26, tzinfo=UTC)
    world = staff_world(*[late + timedelta(days=n + 1) for n in range(5)])
    world.now = late + timedelta(days=10)
    assert len(list(every(world, audience="staff", limit=3))) == 5


@pytest.mark.parametrize(("day", "monday"), [(4, 5), (5, 5), (6, 12), (11, 12), (12, 12)])
def test_a_week_begins_on_monday(day: int, monday: int) -> None:
    """The first that begins then or later."""
    assert history.first_monday(datetime(2024, 2, day, tzinfo=UTC)) == datetime(2024, 2, monday, tzinfo=UTC)
