"""Whether something worked: by simulation, by example, and against SciPy."""

from __future__ import annotations

from datetime import timedelta
from math import log

import numpy as np
import pytest
from scipy import optimize, stats

from services.insights.domain import comparing, levels
from services.insights.domain.check import Compared, Findings, check, refusal, spans_of
from services.insights.domain.check_words import sentences
from services.insights.domain.comparing import Shift
from services.insights.domain.levels import Count
from services.insights.domain.student import chance_below, quantile
from shared.events import Share
from tests.checking import DAY, FIRST, Fleet, alarmed, alert_on, covers, log_odds, simulated
from tests.events import alert_event

HALVED = log_odds(0.09) - log_odds(0.19)
RUNS = 500


def runs(fleet: Fleet, n: int = RUNS, seed: int = 20240301) -> list[Findings]:
    chance = np.random.default_rng(seed)
    return [simulated(fleet, chance) for _ in range(n)]


def share_of(found: list[Findings], verdict: str) -> float:
    return sum(one.verdict == verdict for one in found) / len(found)


@pytest.mark.parametrize(
    "fleet",
    [Fleet(), Fleet(volume=15), Fleet(volume=200), Fleet(others=3), Fleet(day_sd=0.4), Fleet(kept=0.5)],
    ids=["plain", "few answers", "many answers", "three others", "wild days", "days that last"],
)
def test_the_interval_covers_the_truth_and_nothing_done_seldom_works(fleet: Fleet) -> None:
    """500 fleets that drift together and apart, whose days wander: 93 % at least, and at most 5 % that "worked"."""
    found = runs(fleet)
    judged = [one for one in found if one.expected]
    assert len(judged) > 0.95 * RUNS
    assert sum(covers(one, 0.0) for one in judged) / len(judged) >= 0.93
    assert share_of(found, "worked") <= 0.05


@pytest.mark.parametrize("volume", [15, 40, 200])
def test_an_effect_is_covered_and_mostly_found(volume: float) -> None:
    """From 19 % to 9 %, in 500 fleets: the more answers, the oftener it is seen."""
    found = runs(Fleet(volume=volume, effect=HALVED))
    judged = [one for one in found if one.expected]
    assert sum(covers(one, HALVED) for one in judged) / len(judged) >= 0.93
    assert share_of(found, "worked") >= {15: 0.3, 40: 0.65, 200: 0.95}[int(volume)]
    assert share_of(found, "worse") <= 0.01


def test_a_fleet_that_got_better_together_is_no_proof() -> None:
    """Everybody halves on the day of the remedy: before and after alone would call it a success, this does not."""
    chance = np.random.default_rng(5)
    fooled = 0
    for _ in range(200):
        fooled += simulated(Fleet(drift=3.0), chance).verdict == "worked"
    assert fooled <= 10


@pytest.mark.parametrize("waits", [0, 6])
def test_an_alert_that_picked_a_bad_moment_makes_nothing_done_look_no_better(waits: int) -> None:
    """The detector itself raises it; the friction stays as it was. Nothing done, nothing found, mostly."""
    chance = np.random.default_rng(7)
    found = [one for _ in range(90) if (one := alarmed(Fleet(worse=0.14, waits=waits), chance))]
    assert len(found) >= 60
    assert all(one.is_alarms == (waits == 0) for one in found)
    assert sum(one.verdict == "worked" for one in found) <= 0.05 * len(found) + 1
    assert sum(covers(one, 0.0) for one in found if one.expected) >= 0.88 * len(found)


def steady(bad: int, n: int, first: int, days: int) -> list[Count]:
    return [Count(FIRST + (first + day) * DAY, bad, n) for day in range(days)]


def one_check(after: int, *, waits: int = 6, others: int = 5, lasts: int = 14) -> Findings:
    """10 % before, 20 % during, `after` of 100 since; the others stay at 10 %."""
    event = alert_on(40, 42, Share(bad=40, n=200, low=0.15, high=0.26))
    remedy = 42 + waits
    spans = spans_of(event, None, FIRST + remedy * DAY, FIRST + (remedy + lasts) * DAY)
    own = steady(10, 100, 0, 40) + steady(20, 100, 40, remedy - 40) + steady(after, 100, remedy, 40)
    fleet = [Compared(f"t{n}", steady(10, 100, 0, 90)) for n in range(others)]
    return check(event, spans, own, fleet)


def test_what_worked_says_from_where_to_where_and_how_much_is_regained() -> None:
    """20 % → 10 %, all of the rise; the days of the alert itself and of the remedy belong to no side."""
    found = one_check(10)
    assert found.verdict == "worked"
    assert found.before is not None
    assert found.before.n == 5 * 100
    assert found.after is not None and found.after.n == 14 * 100
    assert found.regained is not None
    assert found.regained.low < 1 < found.regained.high
    assert found.regained.part == pytest.approx(1, abs=0.02)
    assert found.chance is not None and found.chance < 0.001
    fr, regained, back = sentences(found, "fr")
    assert fr.startswith("L’effort a porté\u00a0: 20\u202f% → 10\u202f% de mauvaises réponses, contre 10\u202f%")
    assert "une fois sur" in fr
    assert "de la hausse est effacée" in regained
    assert back == "On ne distingue plus ce niveau de celui d’avant la friction."
    assert sentences(found, "en")[0].startswith("It worked: 20% → 10% bad answers, against 10% before the friction.")


def test_more_than_the_rise_regained_is_told_as_better_than_before() -> None:
    """20 % → 5 %, where 10 % was usual: nobody is left to wonder what 150 % of a rise may be."""
    found = one_check(5)
    assert found.regained is not None and found.regained.part > 1.2
    en, fr = sentences(found, "en")[1], sentences(found, "fr")[1]
    assert en.startswith("The whole rise is undone: 1") and en.endswith("above 100% it is better than before.")
    assert fr.startswith("La hausse est effacée en entier") and "au-delà de 100\u202f%" in fr


def test_half_of_the_rise_is_half_regained() -> None:
    """20 % → 15 %, where 10 % is usual: still above it."""
    found = one_check(15)
    assert found.verdict == "worked"
    assert found.regained is not None and found.regained.part == pytest.approx(0.5, abs=0.03)
    assert "still above" in sentences(found, "en")[-1]


def test_no_effect_and_harm_are_called_so() -> None:
    """20 % → 20 %, and 20 % → 30 %."""
    assert one_check(20).verdict == "not_shown"
    worse = one_check(30)
    assert worse.verdict == "worse"
    assert sentences(worse, "fr")[0].startswith("C’est pire depuis")


def test_two_days_since_are_too_early_and_three_are_not() -> None:
    """A level needs three days with answers."""
    assert one_check(10, lasts=2).verdict == "too_early"
    assert one_check(10, lasts=3).verdict != "too_early"


def test_two_other_touchpoints_are_too_few_and_three_are_enough() -> None:
    """Before and after are shown all the same."""
    alone = one_check(10, others=2)
    assert (alone.verdict, alone.comparisons) == ("alone", 2)
    assert alone.before and alone.after
    assert one_check(10, others=3).verdict == "worked"


def test_a_remedy_on_the_day_of_the_alert_starts_from_what_the_alert_measured() -> None:
    """With its interval, which allows for the bad moment; three whole days in between would do."""
    at_once = one_check(4, waits=0)
    assert at_once.is_alarms
    assert at_once.before is not None and at_once.before.n == 200
    assert at_once.before.low == pytest.approx(0.15, abs=0.002)
    assert "too soon after the alert" in " ".join(sentences(at_once, "en"))
    assert one_check(4, waits=3).is_alarms
    assert not one_check(4, waits=4).is_alarms


def test_the_second_of_two_remedies_close_together_cannot_be_told_apart() -> None:
    """What the alert measured is no level to start from once something was done."""
    event = alert_on(40, 42)
    on = FIRST + 50 * DAY
    spans = spans_of(event, on - 2 * DAY, on, on + 20 * DAY)
    own = steady(10, 100, 0, 90)
    assert check(event, spans, own, [], is_first=False).verdict == "too_close"
    far = spans_of(event, on - 5 * DAY, on, on + 20 * DAY)
    fleet = [Compared(f"t{n}", own) for n in range(4)]
    assert check(event, far, own, fleet, is_first=False).verdict == "not_shown"


def test_an_alert_that_was_over_or_about_silence_is_not_checked() -> None:
    """Over the day before; over on the day itself is not before."""
    on = FIRST + 50 * DAY
    ended = alert_on(40, 42).raised_at.replace(year=on.year, month=on.month, day=on.day)
    over = alert_event(state="resolved", resolved_because="recovered", resolved_at=ended - timedelta(days=1))
    assert refusal(over, on) == "over"
    assert refusal(over.model_copy(update={"resolved_at": ended}), on) is None
    assert refusal(alert_event(state="withdrawn"), on) == "over"
    assert refusal(alert_event(kind="silence"), on) == "other_kind"


@pytest.mark.parametrize("df", [2, 3, 5, 10, 30, 299, 301, 1e6])
def test_students_law_is_as_scipy_has_it(df: float) -> None:
    """To 6 % at 2 degrees of freedom, 1 % from 5 on, at the 95 % interval and inside it."""
    for z in (1.0, 1.645, 1.96):
        true = stats.t.ppf(stats.norm.cdf(z), df)
        assert quantile(z, df) == pytest.approx(true, rel=0.06 if df < 5 else 0.01)
        assert quantile(-z, df) == -quantile(z, df)
    for t in (-8.0, -2.5, -1.0, 0.0, 1.0, 3.0):
        assert chance_below(t, df) == pytest.approx(stats.t.cdf(t, df), abs=0.005)


def test_the_drift_is_pooled_as_paule_and_mandel_say() -> None:
    """Cochran's Q equals its degrees of freedom at the variance between, found by SciPy; none where they agree."""
    shifts = [Shift(value, 0.01 + 0.02 * n, 20) for n, value in enumerate((-0.6, 0.1, 0.4, -0.2, 0.9))]
    found = comparing.pooled(shifts)
    root = optimize.brentq(lambda between: comparing.heterogeneity(shifts, between) - 4, 0, 10)
    assert found.between == pytest.approx(root)
    weights = [1 / (one.variance + root) for one in shifts]
    assert found.value == pytest.approx(np.average([one.value for one in shifts], weights=weights))
    assert found.variance == pytest.approx(1 / sum(weights))
    assert comparing.pooled([Shift(0.1, 0.04, 9)] * 3).between == 0
    with pytest.raises(ValueError, match="at least two"):
        comparing.pooled(shifts[:1])


def test_days_wander_as_much_as_they_were_made_to() -> None:
    """Over 400 days a variance of 0.09 is found again; days that only count have none to speak of."""
    chance = np.random.default_rng(3)
    odds = log(0.2 / 0.8) + chance.normal(0, 0.3, 400)
    bad = chance.binomial(80, 1 / (1 + np.exp(-odds)))
    wild = [Count(FIRST + n * DAY, int(b), 80) for n, b in enumerate(bad)]
    assert levels.wandering([wild]).variance == pytest.approx(0.09, rel=0.3)
    calm = [Count(FIRST + n * DAY, int(b), 80) for n, b in enumerate(chance.binomial(80, 0.2, 400))]
    assert levels.wandering([calm]).variance < 0.01
