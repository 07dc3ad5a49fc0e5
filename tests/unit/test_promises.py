"""Promises: an alert when it is certain that the share of bad answers is above the target, and when it no longer is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import exp, log

from services.aggregator import usecases
from services.aggregator.domain import promises
from services.aggregator.domain.detection.detector import Settings
from services.aggregator.domain.detection.transition import Transition
from services.aggregator.usecases import Deps
from shared.catalogue import Promise
from shared.events import AlertEvent
from tests import fakes
from tests.unit.test_aggregator import CHECKOUT, deps_at
from tests.worlds import START, World, answers

TARGET = 0.1
A_DAY = 86400
SETTINGS = Settings()


def cells(days: int, per_day: int, share: Callable[[int], float], seed: int = 1) -> list[tuple[int, int, int, float]]:
    chance, made = random.Random(seed), []
    for day in range(days):
        several = Counter(chance.randrange(288) for _ in range(per_day))
        for cell in sorted(several):
            bad = sum(chance.random() < share(day) for _ in range(several[cell]))
            made.append((day * 288 + cell, several[cell], bad, 0.0))
    return made


def said(days: int, per_day: int, share: Callable[[int], float], seed: int = 1) -> list[Transition]:
    return promises.followed(None, cells(days, per_day, share, seed), TARGET, SETTINGS)[1]


def kinds(transitions: list[Transition]) -> list[str]:
    return [one.kind for one in transitions if one.kind != "strengthened"]


def test_a_promise_that_is_not_kept_raises_and_one_that_is_kept_again_ends() -> None:
    """From 7 to 20 % bad and back, where at most 10 % are promised; found within ten days, over within a month."""
    raised, resolved = [
        one for one in said(300, 50, lambda d: 0.2 if 120 <= d < 180 else 0.07) if one.kind != "strengthened"
    ]
    assert 120 * A_DAY < raised.at < 130 * A_DAY
    assert 180 * A_DAY < resolved.at < 210 * A_DAY
    assert (raised.before.low, raised.before.high, raised.before.n) == (TARGET, TARGET, 0)


def test_a_promise_that_is_just_kept_is_not_called_broken_more_often_than_promised() -> None:
    """At the target itself, which is the worst case: at most once a year."""
    years = [kinds(said(365, 10, lambda _: TARGET, seed)) for seed in range(20)]
    assert sum(each.count("raised") for each in years) <= 20


def test_a_worse_level_is_never_taken_for_usual() -> None:
    """Years of a broken promise are one alert, not a new reference."""
    assert kinds(said(500, 10, lambda _: 0.25)) == ["raised"]


def test_the_bets_are_fair_at_the_target_and_lose_below_it() -> None:
    """Mean of a cell's factor over every outcome of three answers: one at the target, less below."""
    for tilt, share in product(SETTINGS.tilts, (TARGET, 0.05)):
        cost = log(1 - TARGET + TARGET * exp(tilt))
        chances = [(bad, c * share**bad * (1 - share) ** (3 - bad)) for bad, c in enumerate((1, 3, 3, 1))]
        mean = sum(chance * exp(tilt * bad - 3 * cost) for bad, chance in chances)
        assert mean <= 1 + 1e-12 and (share < TARGET or mean > 1 - 1e-12)


def test_it_goes_on_from_what_was_written_down() -> None:
    """Stored after every cell, or never: the same bytes and the same transitions."""
    several = cells(60, 20, lambda d: 0.3 if d > 40 else 0.05)
    whole, at_once = promises.followed(None, several, TARGET, SETTINGS)
    text, bit_by_bit = None, []
    for cell in several:
        text, found = promises.followed(text, [cell], TARGET, SETTINGS)
        bit_by_bit += found
    assert (text, bit_by_bit) == (whole, at_once)


def after(world: World, target: float | None) -> Deps:
    promise = Promise(text={"en": "Easy"}, bad_at_most=target) if target is not None else None
    place = fakes.touchpoint().model_copy(update={"promise": promise})
    end = START + timedelta(days=world.days + 1)
    deps = replace(deps_at(end), catalogue=fakes.FakeCatalogue({"checkout": place}))
    usecases.fold(answers(world), deps)
    later = replace(deps, now=lambda: end + timedelta(hours=1))
    usecases.look(CHECKOUT, later)
    usecases.decide(later)
    return later


def of_kind(deps: Deps, kind: str) -> list[AlertEvent]:
    return [fact.event for fact in deps.alerts.all() if fact.event.kind == kind]


def test_a_touchpoint_that_always_was_worse_than_promised_is_told_so() -> None:
    """No drop: it never was better. The sentence names what was promised."""
    deps = after(World(worse_from=None), target=0.04)
    [alert] = of_kind(deps, "promise")
    assert of_kind(deps, "drop") == []
    assert (alert.before.low, alert.before.high, alert.before.n) == (0.04, 0.04, 0)
    assert "pour 4\u202f% promis au plus" in alert.sentence["fr"]
    assert "where at most 4% is promised" in alert.sentence["en"]


def test_a_promise_that_is_kept_or_was_not_made_raises_nothing() -> None:
    """A tenth of the answers are bad."""
    assert of_kind(after(World(worse_from=None), target=0.2), "promise") == []
    assert of_kind(after(World(worse_from=None), target=None), "promise") == []
