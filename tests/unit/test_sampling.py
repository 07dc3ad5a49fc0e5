"""How many are asked follows the target and the past; who is asked is drawn the same by everybody."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from scipy.stats import binom

from services.invitations.domain.decision import draw
from services.invitations.domain.funnel import Tally, mark
from services.invitations.domain.sampling import SMALLEST, Past, answers_a_week, past_of, plan
from services.invitations.usecases.sampling import DailySampling
from shared.catalogue import Sampling
from tests.fakes import FakeCatalogue
from tests.invitations import NOW, SECRET, FakePlans, FakeTallies, World, touchpoint

DRAWS = 50_000
TODAY = date(2024, 3, 1)


def drawn(share: float, seed: bytes = SECRET) -> list[bool]:
    return [draw(seed, "checkout", f"visit-{n}") < share for n in range(DRAWS)]


@pytest.mark.parametrize("share", [0.01, 0.07, 0.5, 0.93])
@pytest.mark.parametrize("seed", [b"one", b"two", b"three"])
def test_realised_rates_lie_within_exact_binomial_bounds(share: float, seed: bytes) -> None:
    """Of 50,000 as many are drawn as chance allows once in 10,000: an exact interval, not an approximation."""
    low, high = binom.interval(0.9999, DRAWS, share)
    assert low <= sum(drawn(share, seed)) <= high


def test_the_same_are_drawn_again_and_a_smaller_share_draws_some_of_them() -> None:
    """A draw depends on the interaction and the seed only."""
    first = drawn(0.2)
    assert drawn(0.2) == first
    assert all(larger >= smaller for larger, smaller in zip(first, drawn(0.1), strict=True))


def test_draws_at_two_touchpoints_have_nothing_to_do_with_each_other() -> None:
    """Who is spared here is not always spared there."""
    both = sum(draw(SECRET, "a", f"{n}") < 0.5 and draw(SECRET, "b", f"{n}") < 0.5 for n in range(DRAWS))
    low, high = binom.interval(0.9999, DRAWS, 0.25)
    assert low <= both <= high


def test_weighing_by_the_probability_finds_what_the_raw_figure_misses() -> None:
    """Large shops ask one in twenty, small ones one in two; the customers of the small ones are unhappier."""
    chance = random.Random(5)
    population = [(0.05, 0.10)] * 40_000 + [(0.5, 0.40)] * 10_000
    people = [(share, chance.random() < bad) for share, bad in population]
    truth = sum(bad for _, bad in people) / len(people)
    asked = [(share, bad) for n, (share, bad) in enumerate(people) if draw(SECRET, "shops", f"{n}") < share]
    raw = sum(bad for _, bad in asked) / len(asked)
    weighed = sum(bad / share for share, bad in asked) / sum(1 / share for share, _ in asked)
    assert abs(raw - truth) > 0.10
    assert abs(weighed - truth) < 0.015


def test_a_target_of_answers_asks_as_many_as_it_takes() -> None:
    """700 a week come to the draw, one in five answers: 70 answers take half of them."""
    past = Past(days=28, eligible=2800, drawn=2000, answered=400, answered_lately=70)
    found = plan(Sampling(answers_per_week=70), past)
    assert found.probability == pytest.approx(0.5, rel=0.03)
    assert found.need == 0


def test_a_half_width_is_kept_whatever_is_answered() -> None:
    """±10 points of a month's share take 97 answers a month: 25 a week of four."""
    assert answers_a_week(Sampling(half_width=0.1)) == 25
    assert answers_a_week(Sampling(half_width=0.05)) == 97


def test_a_fixed_share_is_that_and_needs_nothing() -> None:
    """It competes with nobody."""
    found = plan(Sampling(share=0.3), Past())
    assert (found.probability, found.need) == (0.3, 0.0)


def test_the_first_day_goes_by_what_one_would_have_guessed() -> None:
    """50 a day come to the draw and 15 % answer: 21 answers a week take 40 %, and all of them are still needed."""
    found = plan(Sampling(answers_per_week=21), Past())
    assert found.probability == pytest.approx(0.4)
    assert found.need == 1


@pytest.mark.parametrize(("wanted", "share"), [(1, SMALLEST), (10**6, 1.0)])
def test_a_share_is_never_nothing_and_never_more_than_all(wanted: int, share: float) -> None:
    """Somebody always speaks for the others; nobody is asked twice for one interaction."""
    assert plan(Sampling(answers_per_week=wanted), Past(28, 10**6, 10**5, 10**4)).probability == share


def test_the_more_answers_are_missing_the_greater_is_the_need() -> None:
    """From 0, where the week's target is met, to 1."""
    needs = [plan(Sampling(answers_per_week=40), Past(28, 10, 10, 5, lately)).need for lately in (0, 10, 40, 90)]
    assert needs == [1, 0.75, 0, 0]


def test_the_past_is_four_weeks_and_the_last_days_may_yet_answer() -> None:
    """28 days count for the volume; of the last three nobody's silence is held against anybody."""
    tallies = [day(ago, 10, 2) for ago in (0, 1, 3, 4, 7, 8, 28, 29)]
    found = past_of(tallies, TODAY)
    assert found == Past(days=28, eligible=60, drawn=40, answered=8, answered_lately=8)


def day(ago: int, planned: int, answered: int) -> Tally:
    """A day so long ago on which so many were planned, and so many of them answered."""
    marks = {mark("decided", "email", None, f"{n}") for n in range(planned)}
    return Tally(
        TODAY - timedelta(days=ago),
        frozenset(marks | {mark("answered", "email", None, f"{n}") for n in range(answered)}),
    )


def sampling(world: World, plans: FakePlans) -> DailySampling:
    return DailySampling(plans, world.tallies, world.catalogue, lambda: world.now)


def test_a_day_has_one_share_whoever_works_it_out() -> None:
    """Two processes, one of which sees more of the past, ask with the same share; the next day may have another."""
    target = Sampling(answers_per_week=21)
    world, plans = World(touchpoint(sampling=target)), FakePlans()
    first = sampling(world, plans).share("checkout")
    world.tallies = FakeTallies({("checkout", NOW.date()): day(0, 50, 50)})
    yesterday = NOW.date() - timedelta(days=1)
    world.tallies.stored["checkout", yesterday] = Tally(yesterday, day(0, 500, 100).marks)
    assert sampling(world, plans).share("checkout") == first
    world.now += timedelta(days=1)
    assert sampling(world, plans).share("checkout") != first


def test_a_new_target_holds_at_once() -> None:
    """The share of the day is one for each target."""
    world, plans = World(touchpoint(sampling=Sampling(share=0.3))), FakePlans()
    asked = sampling(world, plans)
    assert asked.share("checkout").probability == 0.3
    world.catalogue.known["checkout"] = touchpoint(sampling=Sampling(share=0.6))
    assert asked.share("checkout").probability == 0.6


def test_where_nothing_is_aimed_at_everybody_is_asked() -> None:
    """And nothing is written."""
    plans = FakePlans()
    asked = DailySampling(plans, FakeTallies(), FakeCatalogue({"checkout": touchpoint()}), lambda: NOW)
    assert asked.share("checkout").probability == asked.share("nowhere").probability == 1
    assert plans.stored == {}
