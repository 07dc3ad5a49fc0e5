"""What every implementation of the ports of studies keeps to: the fake, and the DynamoDB adapters of both services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.studies import TableStudies, day_wanted
from services.aggregator.domain.answers import Answer, Series, parcels
from services.aggregator.domain.watching import Rolled
from services.aggregator.usecases.ports import Marks
from services.aggregator.usecases.ports import Studies as Keeping
from services.insights.usecases.ports import Studies as Reading
from shared.dynamo import Table
from shared.studies import PrioritiesFigure, PriorityFigure, ValueFigure
from shared.studies_table import ReadStudies
from shared.tables import friction as keys
from tests import aws, fakes
from tests.worlds import START

DAY = timedelta(days=1)
TODAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 1, 7, tzinfo=UTC)
CHECKOUT = Series("checkout", "customer", "csat")


@pytest.fixture(params=["fake", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Iterator[Table | None]:
    """The friction table, or None where the fake is asked for."""
    if request.param == "fake":
        yield None
        return
    with aws.data_stack():
        yield aws.table("friction")


@dataclass(frozen=True)
class Shelf:
    """Where studies are kept, and where they are read."""

    keeping: Keeping
    reading: Reading


@pytest.fixture
def shelf(table: Table | None) -> Shelf:
    if table:
        return Shelf(TableStudies(table, lambda: NOW), ReadStudies(table))
    both = fakes.FakeStudies()
    return Shelf(both, both)


def value(touchpoint: str = "checkout", day: date = TODAY, followed: int = 5) -> ValueFigure:
    return ValueFigure(day=day, touchpoint=touchpoint, followed=followed, method="m", because="no_amounts")


def listed(*touchpoints: str, owner: str | None = None, day: date = TODAY) -> PrioritiesFigure:
    places = [
        PriorityFigure(
            rank=rank, touchpoint=name, owner="web", score=1.5, reach=3.0, is_reach_of_answers=True,
            severity=0.5, certainty=1.0, n=3,
        )
        for rank, name in enumerate(touchpoints, 1)
    ]  # fmt: skip
    return PrioritiesFigure(day=day, owner=owner, touchpoints=len(places), method="m", priorities=places)


class TestValues:
    def test_the_newest_up_to_a_day_is_read(self, shelf: Shelf) -> None:
        """That day's own, or the last before it; nothing before the first; nobody else's."""
        for day in (TODAY - 9 * DAY, TODAY):
            shelf.keeping.keep_value(value(day=day))
        shelf.keeping.keep_value(value("checkout-2", day=TODAY + DAY))
        found = [shelf.reading.value("checkout", TODAY + back * DAY) for back in (30, 0, -1, -9, -10)]
        assert [one.day if one else None for one in found] == [TODAY, TODAY, TODAY - 9 * DAY, TODAY - 9 * DAY, None]
        assert [shelf.keeping.value("checkout", TODAY + back * DAY) for back in (30, 0, -1, -9, -10)] == found

    def test_a_day_made_again_replaces_what_was_kept(self, shelf: Shelf) -> None:
        """And what is read is what was kept."""
        shelf.keeping.keep_value(value(followed=5))
        shelf.keeping.keep_value(value(followed=6))
        assert shelf.reading.value("checkout", TODAY) == value(followed=6)


class TestPriorities:
    def test_pages_of_all_and_of_an_owner_are_read_back(self, shelf: Shelf) -> None:
        """Of the newest day up to the one asked for; a page that there is not is none."""
        pages = [listed("a"), listed("b")]
        for number, page in enumerate(pages):
            shelf.keeping.keep_priorities(page, number)
        mine = listed("c", owner="web")
        shelf.keeping.keep_priorities(mine, 0)
        assert [shelf.reading.priorities(None, TODAY + DAY, n) for n in (0, 1, 2)] == [*pages, None]
        assert shelf.reading.priorities("web", TODAY, 0) == mine
        assert shelf.reading.priorities(None, TODAY - DAY, 0) is None

    def test_an_owner_who_is_in_the_newest_list_no_more_has_none(self, shelf: Shelf) -> None:
        """Not that of the day before."""
        shelf.keeping.keep_priorities(listed("a", owner="web", day=TODAY - DAY), 0)
        shelf.keeping.keep_priorities(listed("a", day=TODAY - DAY), 0)
        shelf.keeping.keep_priorities(listed("b"), 0)
        assert shelf.reading.priorities("web", TODAY, 0) is None


def test_a_study_is_wanted_again_only_at_a_later_time() -> None:
    """The stream tells of nothing twice."""
    with aws.data_stack():
        table = aws.table("friction")
        studies = TableStudies(table, lambda: NOW)
        seen = []
        for at in (NOW, NOW, NOW - DAY, NOW + DAY):
            studies.want(TODAY, at)
            item = table.get(*keys.study_key(TODAY))
            assert item and day_wanted(item) == TODAY
            seen.append(item["wanted_at"][:10])
        assert seen == ["2024-03-01", "2024-03-01", "2024-03-01", "2024-03-02"]


class TestHistograms:
    @pytest.fixture
    def marks(self, table: Table | None) -> Marks:
        return TableMarks(table) if table else fakes.FakeMarks()

    def test_days_are_summed_over_channels_rolled_up_or_not(self, marks: Marks) -> None:
        """Both ends included; what was rolled up is not counted again."""
        given = [
            Answer(f"{back}-{channel}", CHECKOUT, START + back * DAY, 5 - back, channel, 1, True)
            for back in range(4)
            for channel in ("web", "sms")
        ]
        marks.add(list(parcels(given)))
        rolled = Rolled({"sms": [0, 0, 0, 0, 1], "web": [0, 0, 0, 0, 1]}, {})
        marks.put_day(CHECKOUT, START.date(), rolled)
        found = marks.histograms(CHECKOUT, START.date(), (START + 2 * DAY).date())
        expected = {0: [0, 0, 0, 0, 2], 1: [0, 0, 0, 2, 0], 2: [0, 0, 2, 0, 0]}
        assert found == {(START + back * DAY).date(): counts for back, counts in expected.items()}
        assert marks.histograms(CHECKOUT, (START - 9 * DAY).date(), (START - DAY).date()) == {}
