"""What days and hours teach an account, and what they must not."""

from __future__ import annotations

from statistics import fmean

import pytest

from services.aggregator.domain.detection import rhythm, wobble
from services.aggregator.domain.detection.bets import FAINT
from services.aggregator.domain.detection.detector import open_account
from shared.scales import SCALES
from tests.unit.test_detector import DAY, HOUR, MONDAY, SETTINGS, run

USUAL_HOUR, WORSE_HOUR = (1, 1, 1, 2, 5), (2, 1, 1, 2, 4)


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Chatham"]
)
@pytest.mark.parametrize(("first", "hours"), [(0, 1), (3, 2), (5, 9), (17, 24), (100, 40), (140, 168)])
def test_what_an_excursion_met_is_the_mean_over_its_hours(zone: str, first: int, hours: int) -> None:
    """As adding up hour by hour has it, from any hour, in zones of half hours too."""
    start = MONDAY + first * HOUR
    seen = [rhythm.features(start + n * HOUR, zone) for n in range(hours)]
    mean = rhythm.met(start, start + (hours - 1) * HOUR, zone)
    assert mean == pytest.approx([fmean(column) for column in zip(*seen, strict=True)], abs=1e-9)


def test_what_is_learned_of_some_hours_is_what_they_are_said_to_have_taught() -> None:
    """A tilt of 0.5 in every answer of a Saturday's first hours: the weekend takes on the share that is reckoned."""
    sd, tilt, information = (1e-6, 1e-6, 1e-6, 1e-6, 0.22), 0.5, 2.0
    known, first = rhythm.still(sd), MONDAY + 5 * DAY
    for n in range(12):
        at = rhythm.features(first + n * HOUR, "UTC")
        hour = rhythm.hour_at(known, at, sd)
        exact = hour._replace(fitting=list(known.precision))
        known = rhythm.learned(known, at, exact, information * (tilt - hour.tilt), information)
    at = rhythm.features(first + 12 * HOUR, "UTC")
    hour = rhythm.hour_at(known, at, sd)._replace(fitting=list(known.precision))
    seen = rhythm.met(first, first + 11 * HOUR, "UTC")
    assert rhythm.taught(hour, at, seen, 12 * information) == pytest.approx(rhythm.tilt_at(known, at) / tilt, rel=0.01)
    assert rhythm.taught(hour, rhythm.features(MONDAY, "UTC"), seen, 12 * information) == pytest.approx(0, abs=1e-6)


def test_whole_days_teach_nothing_of_the_hours_of_a_day() -> None:
    """Two days bent alike leave the waves as they are; two mornings do not."""
    at = rhythm.features(MONDAY + 9 * HOUR, "UTC")
    hour = rhythm.hour_at(rhythm.still(SETTINGS.rhythm_sd), at, SETTINGS.rhythm_sd)
    days, morning = (rhythm.met(MONDAY, MONDAY + n * HOUR, "UTC") for n in (47, 11))
    assert rhythm.taught(hour, at, days, 50) < 0.01 < rhythm.taught(hour, at, morning, 50)


def test_days_of_an_excursion_count_as_wild_only_once_it_is_over() -> None:
    """Held back while it runs, learned when it ends as any other day, forgotten where it was a friction."""
    wild = wobble.added(wobble.calm(0.06, 0.015), 60.0, 300.0)
    held = wobble.rolled(wild, 1, 0.0, is_held=True)
    assert wobble.variance(held) == wobble.variance(wild)
    quiet_day = wobble.rolled(held, 2, 0.0)
    learned = wobble.rolled(wobble.rolled(wild, 1, 0.0), 2, 0.0)
    assert wobble.variance(quiet_day) == pytest.approx(wobble.variance(learned)) and wobble.variance(learned) > 0.006
    assert wobble.variance(wobble.rolled(wobble.restarted(held), 2, 0.0)) == wobble.variance(wild)


def test_a_friction_that_is_not_yet_told_teaches_no_wandering() -> None:
    """Days that are a little worse, in a row: what days differ by is what it was, as long as the suspicion lasts."""
    account = open_account(SCALES["csat"], SETTINGS)
    for day in range(20):
        account, _ = run(account, hourly(day, USUAL_HOUR))
    suspected, _ = run(account, hourly(20, USUAL_HOUR, WORSE_HOUR))
    assert max(bet.walk for bet in suspected.bets) > FAINT
    after, said = suspected, []
    for day in (21, 22):
        after, said = run(after, hourly(day, USUAL_HOUR, WORSE_HOUR))
    assert said == [] and after.wobble.held_drawn > 0
    assert (after.wobble.drawn, after.wobble.weight) == (suspected.wobble.drawn, suspected.wobble.weight)


def hourly(day: int, *hours: tuple[int, ...]) -> list[tuple[int, tuple[int, ...]]]:
    """A day on which each hour has ten answers, by turns as these."""
    return [(MONDAY + day * DAY + n * HOUR, hours[n % len(hours)]) for n in range(24)]
