"""How long cases wait: the median and its interval, against SciPy's own Kaplan-Meier and by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import numpy
import pytest
from scipy.stats import CensoredData, ecdf

from services.alerts.domain.cases.case import Case, opened
from services.alerts.domain.cases.figures import (
    CauseCount,
    Wait,
    causes_of,
    until_closed,
    until_contact,
    waiting,
)
from tests.cases import HOUR, RAISED, answer, case_of, place


def waits(*hours: float, still: tuple[float, ...] = ()) -> list[Wait]:
    over = [Wait(one * HOUR, True) for one in hours]
    return over + [Wait(one * HOUR, False) for one in still]


def oracle(given: list[Wait]) -> tuple[float | None, float | None, float | None]:
    """Median and interval from SciPy's survival function and its log-log interval."""
    over = [one.lasted / HOUR for one in given if one.is_over]
    still = [one.lasted / HOUR for one in given if not one.is_over]
    survival = ecdf(CensoredData(uncensored=over, right=still)).sf
    with numpy.errstate(all="ignore"):
        interval = survival.confidence_interval(method="log-log")
    curves = (survival, interval.low, interval.high)
    return tuple(first(curve.quantiles, curve.probabilities, set(over)) for curve in curves)  # type: ignore[return-value]


def first(times: numpy.ndarray, shares: numpy.ndarray, over: set[float]) -> float | None:
    return next((float(t) for t, s in zip(times, shares, strict=True) if t in over and s <= 0.5), None)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(40))
def test_median_and_interval_are_those_of_scipy(seed: int) -> None:
    """On random waits, with ties and with cases that still wait."""
    draw = random.Random(seed)
    given = [Wait(draw.randint(1, 40) * HOUR, draw.random() < 0.7) for _ in range(draw.randint(3, 60))]
    given.append(Wait(41 * HOUR, False))
    if not any(one.is_over for one in given):
        given.append(Wait(HOUR, True))
    found = waiting(given)
    assert (found.median, found.low, found.high) == oracle(given)


def test_the_median_of_what_is_all_over_is_the_plain_one() -> None:
    """Of an odd number, the middle one."""
    found = waiting(waits(1, 2, 3, 4, 5, 6, 7))
    assert (found.n, found.over, found.median) == (7, 7, 4)
    assert found.low is not None and found.low < 4


def test_cases_that_still_wait_pull_the_median_up() -> None:
    """Left out they would make the team look quick: three closed in an hour, four lie there for days."""
    assert waiting(waits(1, 1, 1)).median == 1
    assert waiting(waits(1, 1, 1, still=(90, 91, 92, 93))).median is None


def test_nothing_has_no_median() -> None:
    """Nor has what all still waits; n is told all the same."""
    assert waiting([]).median is None
    still = waiting(waits(still=(5, 6)))
    assert (still.n, still.over, still.median, still.low, still.high) == (2, 0, None, None, None)


def test_most_intervals_hold_the_true_median() -> None:
    """Exponential waits of median 10, half of them cut off: 95 of 100 intervals are to hold it, give or take chance."""
    draw, held, runs = random.Random(7), 0, 400
    for _ in range(runs):
        given = []
        for _ in range(60):
            lasts, seen = draw.expovariate(0.069314718), draw.expovariate(0.04)
            given.append(Wait(min(lasts, seen) * HOUR, lasts <= seen))
        found = waiting(given)
        held += (found.low or 0) <= 10 <= (found.high or float("inf"))
    assert 0.92 <= held / runs <= 0.98


def closed(name: str, cause: str | None, after: float | None, contacted: float | None = None) -> Case:
    case, _ = opened(case_of(answer(name)), answer(name), ("score",), place())
    at = RAISED + after * HOUR if after is not None else None
    reached = RAISED + contacted * HOUR if contacted is not None else None
    state = "closed" if at else "open"
    return replace(case, state=state, closed_at=at, cause=cause, contacted_at=reached)


def test_waits_are_told_from_each_other() -> None:
    """Closed without contact: until then nobody was contacted, which is no contact."""
    cases, now = [closed("a", "late", 5, 2), closed("b", "late", 4), closed("c", None, None)], RAISED + 9 * HOUR
    assert until_contact(cases, now) == waits(2, still=(4, 9))
    assert until_closed(cases, now) == waits(5, 4, still=(9,))


def test_causes_are_counted_of_closed_cases_only() -> None:
    """By touchpoint, the most frequent first, each with the touchpoint's n."""
    cases = [closed("a", "price", 1), closed("b", "late", 1), closed("c", "late", 2), closed("d", None, None)]
    assert causes_of(cases) == [CauseCount("checkout", "late", 2, 3), CauseCount("checkout", "price", 1, 3)]


def test_a_clock_that_was_set_back_makes_no_negative_wait() -> None:
    """A case cannot be closed before it was opened, whatever two machines' clocks say."""
    assert until_closed([closed("a", "late", -0.5)], RAISED + timedelta(hours=1)) == waits(0)
