"""Laws the detector keeps for any answers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregator.domain.detection.bets import IDLE, Cell, funded, grown
from services.aggregator.domain.detection.detector import Account, Settings, advance, open_account, step
from shared.scales import SCALES

RULES = Settings(false_alarms_per_year=6.0)
CSAT = SCALES["csat"]
COUNTS = st.tuples(*[st.integers(0, 4)] * 5).filter(any)
CELLS = st.lists(st.tuples(st.integers(1, 400), COUNTS), min_size=1, max_size=60)


def timed(gaps: list[tuple[int, tuple[int, ...]]]) -> list[tuple[int, tuple[int, ...]]]:
    """Cells in increasing order from gaps."""
    at, cells = 5_000_000, []
    for gap, counts in gaps:
        at += gap
        cells.append((at, counts))
    return cells


@given(CELLS)
@settings(deadline=None)
def test_writing_an_account_down_between_steps_changes_nothing(gaps: list[tuple[int, tuple[int, ...]]]) -> None:
    """Stored and read back after every cell, an account ends in the same bytes and says the same."""
    kept = forgetful = open_account(CSAT, RULES)
    for cell, counts in timed(gaps):
        kept, said = step(kept, cell, counts, RULES)
        forgetful, echoed = step(Account.from_json(forgetful.to_json()), cell, counts, RULES)
        assert said == echoed
    assert kept.to_json() == forgetful.to_json()


@given(CELLS, st.integers(0, 20_000))
@settings(deadline=None)
def test_looking_at_the_clock_in_between_changes_nothing(gaps: list[tuple[int, tuple[int, ...]]], after: int) -> None:
    """Advancing to any moment between cells, and once more, leaves the same facts and the same account."""
    plain = watched = open_account(CSAT, RULES)
    told, seen = [], []
    for cell, counts in timed(gaps):
        watched, early = advance(watched, cell - after % 300, RULES)
        plain, said = step(plain, cell, counts, RULES)
        watched, late = step(watched, cell, counts, RULES)
        told += said
        seen += [*early, *late]
    assert told == seen
    assert plain == watched


@given(CELLS)
@settings(deadline=None)
def test_transitions_alternate_and_never_look_ahead(gaps: list[tuple[int, tuple[int, ...]]]) -> None:
    """Raised, perhaps strengthened, then over; each dated within what was known."""
    account, is_open = open_account(CSAT, RULES), False
    for cell, counts in timed(gaps):
        account, said = step(account, cell, counts, RULES)
        for fact in said:
            assert (fact.kind == "raised") != is_open
            is_open = fact.kind in ("raised", "strengthened")
            assert fact.change_started_at < fact.at <= (cell + 1) * 300
            assert fact.change_interval[0] <= fact.change_started_at <= fact.change_interval[1]
            assert 0 <= fact.after.low <= fact.after.high <= 1


@given(CELLS)
@settings(deadline=None)
def test_the_best_answers_never_raise_the_evidence(gaps: list[tuple[int, tuple[int, ...]]]) -> None:
    """After any history, one more cell of only best answers brings no alert."""
    account = open_account(CSAT, RULES)
    cells = timed(gaps)
    for cell, counts in cells:
        account, _ = step(account, cell, counts, RULES)
    _, said = step(account, cells[-1][0] + 1, (0, 0, 0, 0, 9), RULES)
    assert not [fact for fact in said if fact.kind in ("raised", "strengthened")]


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0, 5)), max_size=30),
    st.floats(0, 10),
)
def test_allowing_for_wandering_never_makes_a_single_gain_larger(
    steps: list[tuple[float, float]], wander: float
) -> None:
    """From any state, damping moves the money by a power at most one of the plain e-value."""
    bet = funded(IDLE, 0.0, 1.0)
    for i, (gain, information) in enumerate(steps):
        after = grown(bet, Cell(i, 1, 1, 1.0), gain, information, wander)
        if gain > 0:
            assert after.money <= bet.money * 2.718281828459046**gain * (1 + 1e-9)
        bet = after
