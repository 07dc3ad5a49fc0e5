"""When an open alert is over: not while its friction goes on, however it was noticed, and soon after its end."""

from __future__ import annotations

import pytest

from services.aggregator.domain.detection.detector import Account, Transition
from tests.unit.test_detector import DAY, MONDAY, USUAL_DAY, quiet, run, spread

WORSE_DAY = (3, 2, 2, 5, 8)
BEGAN = MONDAY + 40 * DAY


def struck(answers: int) -> tuple[Account, list[Transition]]:
    """Forty usual days, then the worst of answers every half hour."""
    return run(quiet(40), [(BEGAN + 6 * i, (1, 0, 0, 0, 0)) for i in range(answers)])


def days(histogram: tuple[int, ...], first: int, count: int) -> list[tuple[int, tuple[int, ...]]]:
    """So many days of this histogram, from so many days after the friction began."""
    return [cell for day in range(first, first + count) for cell in spread(histogram, BEGAN + day * DAY, DAY)]


@pytest.mark.parametrize("answers", [6, 7, 8])
def test_a_friction_that_was_noticed_by_a_striking_moment_stays_open_while_it_goes_on(answers: int) -> None:
    """A handful of the worst answers raises; the days after it are worse than usual, by far less, and close nothing."""
    account, said = struck(answers)
    account, later = run(account, days(WORSE_DAY, 1, 12))
    assert [t.kind for t in said + later if t.kind != "strengthened"] == ["raised"]
    _, last = run(account, days(USUAL_DAY, 13, 14))
    assert "resolved" in [t.kind for t in last]


@pytest.mark.parametrize("answers", [6, 8, 12])
def test_a_friction_of_a_few_hours_is_over_within_days(answers: int) -> None:
    """Its few answers drown in the usual ones that follow, and yet it is not taken to go on until it is adopted."""
    account, _ = struck(answers)
    assert account.alert is not None
    _, said = run(account, days(USUAL_DAY, 1, 7))
    assert [t.kind for t in said if t.kind != "strengthened"] == ["resolved"]
