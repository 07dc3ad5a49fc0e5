"""Hand-offs and promises as insights tells them, on the table that the aggregator writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.aggregator import usecases as aggregating
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.watches import TableWatches
from services.insights.adapters.figures import TableFigures
from services.insights.domain.windows import Window
from services.insights.usecases import handoffs, promises
from services.insights.views.handoffs import handoffs_view
from services.insights.views.promises import promise_view
from shared.catalogue import Promise
from shared.errors import NotFound
from tests import aws, fakes
from tests.unit.test_aggregator import CHECKOUT, deps_at
from tests.unit.test_handoffs import JOURNEY
from tests.worlds import START, Passing, passing

EVER = Window(date(2000, 1, 1), date(9999, 12, 31))


class Asking:
    """The dependencies of the two verbs: figures and a catalogue."""

    def __init__(self, table: Any, catalogue: fakes.FakeCatalogue) -> None:
        self.figures, self.catalogue = TableFigures(table), catalogue


@pytest.fixture(scope="module")
def deps() -> Iterator[Any]:
    """Forty days, the last hours of them not yet rolled up; the promise is four bad answers in a hundred."""
    promise = Promise(text={"en": "Easy"}, bad_at_most=0.04)
    known = JOURNEY.known | {"checkout": JOURNEY.known["checkout"].model_copy(update={"promise": promise})}
    elsewhere = fakes.touchpoint("elsewhere").model_copy(update={"journey": "another"})
    catalogue = fakes.FakeCatalogue({**known, "elsewhere": elsewhere})
    with aws.data_stack():
        table = aws.table("friction")
        end = START + timedelta(days=40, hours=23)
        writing = replace(deps_at(end), catalogue=catalogue, marks=TableMarks(table), watches=TableWatches(table))
        interactions, answers = passing(Passing())
        aggregating.follow(interactions, writing)
        aggregating.fold(answers, writing)
        aggregating.look(CHECKOUT, replace(writing, now=lambda: end + timedelta(hours=1)))
        yield Asking(table, catalogue)


def test_hand_offs_into_a_touchpoint_are_held_against_all_others_there(deps: Any) -> None:
    """Those who came from the basket fared worse; of both ways every answer is counted, and every answer once."""
    into = handoffs.handoffs("checkout", EVER, deps).into
    assert {one.origin.id for one in into} == {"basket", "search"}
    assert all(one.share.n + one.otherwise.n == 40 * 30 for one in into)
    since = (START + timedelta(days=31)).date()
    [basket] = [
        one for one in handoffs.handoffs("checkout", Window(since, EVER.last), deps).into if one.origin.id == "basket"
    ]
    assert basket.difference is not None and basket.difference.low > 0


def test_hand_offs_out_of_a_touchpoint_are_those_into_the_others(deps: Any) -> None:
    """The same figures, seen from the other side; nothing leads from the checkout on."""
    [out] = handoffs.handoffs("basket", EVER, deps).out
    assert out in handoffs.handoffs("checkout", EVER, deps).into
    assert handoffs.handoffs("checkout", EVER, deps).out == []


def test_the_view_names_both_sides_and_their_owners(deps: Any) -> None:
    """With n and intervals."""
    view = handoffs_view("checkout", handoffs.handoffs("checkout", EVER, deps))
    [basket] = [one for one in view.into if one.origin == "basket"]
    assert (basket.owners, basket.touchpoint) == (["web", "shop"], "checkout")
    assert basket.share.low < basket.share.bad / basket.share.n < basket.share.high


def test_a_few_answers_are_not_shown(deps: Any) -> None:
    """One day has some from each side; an hour that begins the world has hardly any."""
    first = START.date()
    shown = handoffs.handoffs("checkout", Window(first, first), deps).into
    assert all(one.share.n >= handoffs.SMALLEST_GROUP for one in shown)
    assert handoffs.handoffs("elsewhere", EVER, deps).into == []


def test_an_unknown_touchpoint_is_not_found(deps: Any) -> None:
    """Nor is a promise that nobody made."""
    with pytest.raises(NotFound):
        handoffs.handoffs("nowhere", EVER, deps)
    with pytest.raises(NotFound):
        promises.lived("basket", EVER, deps)


def test_a_promise_is_held_against_what_is_lived(deps: Any) -> None:
    """In all and by week, with the gap and its interval; more than four in a hundred are bad for certain."""
    view = promise_view("checkout", promises.lived("checkout", EVER, deps))
    assert (view.kept, view.bad_at_most, view.share.n) == ("broken", 0.04, 40 * 30)
    assert view.gap is not None and view.gap.low > 0
    assert sum(week.share.n for week in view.weeks) == view.share.n
