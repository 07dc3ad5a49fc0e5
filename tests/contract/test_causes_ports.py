"""What reading answers for causes keeps to: the fake and the table of responses alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.collector.adapters.responses import item_of
from services.collector.domain.responses import Response
from shared.causes.answers import Responses, Whose
from shared.causes.answers_table import TableGiven, given_in
from shared.scales import scale
from tests import aws, fakes

START = datetime(2024, 2, 27, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHOSE = Whose("checkout", "customer", scale("csat"))
Reader = Callable[[list[Response], int], Responses]


def response(number: int, **changes: object) -> Response:
    """One an hour, over the end of February and of the leap day."""
    fields = {
        "response_id": f"r{number:03}",
        "touchpoint": "checkout",
        "owner": "web",
        "survey": "csat",
        "survey_version": 1,
        "scale": "csat",
        "score": 1 + number % 5,
        "audience": "customer",
        "channel": "web",
        "collected_at": START + number * HOUR,
        "stored_at": START + number * HOUR,
        "comment": "trop long",
        "attributes": {"plan": "pro"},
        "evidence": {"place": "till 3"},
    }
    return Response(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture(params=["fake", "dynamodb"])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Stores the answers and reads them, at most so many of a span."""
    if request.param == "fake":
        yield lambda stored, most: fakes.FakeResponses(
            [one for each in stored if (one := given_in(item_of(each), WHOSE))], most
        )
        return
    with aws.data_stack():
        table = aws.table("responses")

        def read(stored: list[Response], most: int) -> Responses:
            for one in stored:
                table.put(item_of(one))
            return TableGiven(table, most)

        yield read


def test_a_span_has_its_first_moment_and_not_its_last(reader: Reader) -> None:
    """Over the ends of months; in order of time."""
    found = reader([response(n) for n in range(120)], 4000).between(WHOSE, START + HOUR, START + 100 * HOUR)
    assert [one.response_id for one in found.answers] == [f"r{n:03}" for n in range(1, 100)]
    assert found.is_whole


def test_what_an_answer_says_of_itself_is_read(reader: Reader) -> None:
    """Its attributes, with channel, language and place; whether it is bad; its comment."""
    [one] = reader([response(1, lang="fr")], 4000).between(WHOSE, START, START + 9 * HOUR).answers
    assert one.attributes == {"channel": "web", "lang": "fr", "place": "till 3", "plan": "pro"}
    assert (one.is_bad, one.comment) == (True, "trop long")


def test_other_audiences_and_scales_and_what_does_not_count_are_left_out(reader: Reader) -> None:
    """Each is in no figure of this series."""
    others = [
        response(1, audience="staff"),
        response(2, scale="nps"),
        response(3, not_counted_because="sweep"),
        response(4),
    ]
    found = reader(others, 4000).between(WHOSE, START, START + 9 * HOUR)
    assert [one.response_id for one in found.answers] == ["r004"]


def test_of_very_many_an_even_part_is_read_and_always_the_same(reader: Reader) -> None:
    """Said so; from the whole span, never more than was allowed."""
    reading = reader([response(n) for n in range(400)], 80)
    found = reading.between(WHOSE, START, START + 400 * HOUR)
    assert not found.is_whole
    assert found == reading.between(WHOSE, START, START + 400 * HOUR)
    assert 60 <= len(found.answers) <= 80
    halves = sum(one.collected_at < START + 200 * HOUR for one in found.answers)
    assert 25 <= halves <= 55


def test_an_empty_span_has_no_answers(reader: Reader) -> None:
    """Also one that ends where it begins."""
    assert reader([response(1)], 4000).between(WHOSE, START, START).answers == []


def test_the_newest_are_read_from_the_end_over_the_ends_of_months(reader: Reader) -> None:
    """In order of time all the same; said to be whole where they are."""
    reading = reader([response(n) for n in range(120)], 4000)
    some = reading.newest(WHOSE, START, START + 100 * HOUR, 70)
    assert [one.response_id for one in some.answers] == [f"r{n:03}" for n in range(30, 100)]
    assert not some.is_whole
    assert reading.newest(WHOSE, START, START + 100 * HOUR, 100).is_whole
