"""Figures made of histograms, against independent oracles and by hand."""

from __future__ import annotations

import math
import random
from itertools import combinations_with_replacement

import pytest

from shared import metrics
from shared.scales import SCALES

NPS, CSAT, CES, THUMBS = (SCALES[name] for name in ("nps", "csat", "ces", "thumbs"))


def named(name: str, scale_name: str, counts: list[int]) -> metrics.Figure:
    return {f.name: f for f in metrics.figures(SCALES[scale_name], counts)}[name]


def test_no_answers_have_no_figures() -> None:
    """Not zero: nothing."""
    assert metrics.figures(NPS, [0] * 11) == []


def test_nps_by_hand() -> None:
    """Three promoters, one passive, one detractor: 40."""
    counts = [0] * 11
    counts[10], counts[9], counts[8], counts[3] = 2, 1, 1, 1
    assert named("nps", "nps", counts).value == pytest.approx(40.0)


def test_csat_counts_the_two_best_and_bad_the_two_worst() -> None:
    """Of ten answers 1,1,2,3,4,4,4,5,5,5: 60 % satisfied, 30 % bad."""
    counts = [2, 1, 1, 3, 3]
    assert named("csat", "csat", counts).value == pytest.approx(60.0)
    assert named("bad", "csat", counts).value == pytest.approx(30.0)


def test_ces_is_the_mean_and_thumbs_the_share_that_are_up() -> None:
    """Both sides of the scale table."""
    assert named("ces", "ces", [1, 0, 0, 0, 0, 0, 1]).value == pytest.approx(4.0)
    assert named("csat", "thumbs", [1, 3]).value == pytest.approx(75.0)


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 10), (3, 10), (50, 100), (999, 1000)])
def test_wilson_agrees_with_scipy(hits: int, n: int) -> None:
    """SciPy computes the same interval by its own way."""
    stats = pytest.importorskip("scipy.stats")
    oracle = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert metrics.wilson(hits, n) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


def coverage(name: str, weights: list[int], answers: int, truth: float, seed: int) -> float:
    """In how many of 1,500 samples of a known law the figure's interval holds the truth, as a share."""
    chance = random.Random(seed)
    covered = 0
    for _ in range(1500):
        counts = [0] * len(weights)
        for place in chance.choices(range(len(weights)), weights, k=answers):
            counts[place] += 1
        figure = named(name, name, counts)
        covered += figure.low <= truth <= figure.high
    return covered / 1500


def test_the_nps_interval_covers_the_truth_in_about_95_of_100_samples() -> None:
    """1,500 samples of 60 answers of a known law."""
    weights = [2, 1, 1, 1, 1, 2, 3, 6, 12, 20, 51]
    truth = 100 * (71 - 11) / 100
    assert 0.93 <= coverage("nps", weights, 60, truth, seed=11) <= 0.97


def test_a_few_equal_answers_do_not_look_certain() -> None:
    """One, two and ten times the best of seven: wide, less wide, narrow, never of no width."""
    lows = [named("ces", "ces", [0, 0, 0, 0, 0, 0, n]).low for n in (1, 2, 10)]
    assert 1.0 <= lows[0] < 3.0 < lows[1] < 4.0 < 6.0 < lows[2] < 7.0


def test_the_interval_of_a_mean_covers_the_truth_in_about_95_of_100_samples() -> None:
    """1,500 samples of 40 answers of a known law on seven levels."""
    weights = [2, 2, 3, 5, 14, 30, 44]
    truth = sum((place + 1) * weight for place, weight in enumerate(weights)) / 100
    assert 0.92 <= coverage("ces", weights, 40, truth, seed=5) <= 0.97


@pytest.mark.parametrize("name", sorted(SCALES))
def test_intervals_of_a_handful_of_answers_hold_their_value(name: str) -> None:
    """Up to three answers, all that there are: where an interval that leans to the middle would miss it."""
    scale = SCALES[name]
    for scores in (s for n in (1, 2, 3) for s in combinations_with_replacement(range(scale.levels), n)):
        counts = [scores.count(place) for place in range(scale.levels)]
        for figure in metrics.figures(scale, counts):
            assert figure.low <= figure.value <= figure.high


@pytest.mark.parametrize("name", sorted(SCALES))
def test_intervals_hold_their_value_and_stay_on_their_scale(name: str) -> None:
    """For random histograms of every scale."""
    chance = random.Random(3)
    for _ in range(200):
        counts = [chance.choice((0, 0, 1, 2, 40)) for _ in range(SCALES[name].levels)]
        for figure in metrics.figures(SCALES[name], counts):
            assert figure.low <= figure.value + 1e-9 and figure.value - 1e-9 <= figure.high
            assert all(map(math.isfinite, (figure.low, figure.high)))
