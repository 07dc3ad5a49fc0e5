"""Simulated fleets for the check: days that wander, a fleet that drifts, a friction, something done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp, log

import numpy as np

from services.aggregator.domain.detection.detector import Settings, Transition, open_account, step
from services.insights.domain.check import Compared, Findings, check, spans_of
from services.insights.domain.levels import Count
from shared.events import AlertEvent, Share
from shared.scales import SCALES
from shared.times import from_unix
from tests.events import alert_event

CSAT = SCALES["csat"]
FIRST = date(2024, 1, 1)
DAY = timedelta(days=1)
CELLS_A_DAY = 288


@dataclass(frozen=True)
class Fleet:
    """A fleet, and what happens at its first touchpoint.

    usual, worse: shares of bad answers before the friction and during it; effect: of the remedy, in log-odds.
    volume: answers a day, of the first touchpoint; the others have from a third to three times as many.
    day_sd, kept: how days wander in log-odds, and how much of it the next day keeps; own_sd: how touchpoints drift
    apart when the remedy comes; drift: how the whole fleet does, 0 for not at all.
    waits: days between the alert and the remedy; lasts: days since.
    """

    usual: float = 0.08
    worse: float = 0.19
    effect: float = 0.0
    volume: float = 40.0
    others: int = 8
    day_sd: float = 0.2
    kept: float = 0.0
    own_sd: float = 0.1
    drift: float = 1.0
    history: int = 40
    waits: int = 6
    lasts: int = 14


def log_odds(share: float) -> float:
    return log(share / (1 - share))


def wandering(fleet: Fleet, days: int, chance: np.random.Generator) -> np.ndarray:
    """A day's departure from the touchpoint's level, day after day."""
    fresh = chance.normal(0, fleet.day_sd, days)
    for day in range(1, days):
        fresh[day] = fleet.kept * fresh[day - 1] + (1 - fleet.kept**2) ** 0.5 * fresh[day]
    return fresh


def fleet_wide(fleet: Fleet, days: int, remedy: int, chance: np.random.Generator) -> np.ndarray:
    """What moves every touchpoint: a walk, a noise of days, and a jump when the remedy comes."""
    walk, noise = np.cumsum(chance.normal(0, 0.04, days)), chance.normal(0, 0.15, days)
    return fleet.drift * (walk + noise + np.where(np.arange(days) >= remedy, chance.normal(0, 0.25), 0.0))


def drawn(odds: np.ndarray, volume: float, chance: np.random.Generator) -> list[Count]:
    n = chance.poisson(volume, len(odds))
    bad = chance.binomial(n, 1 / (1 + np.exp(-odds)))
    return [Count(FIRST + day * DAY, int(b), int(k)) for day, (b, k) in enumerate(zip(bad, n, strict=True))]


def simulated(fleet: Fleet, chance: np.random.Generator) -> Findings:
    """A check whose alert picked nothing: it was raised on the third day of the friction, whatever came in."""
    raised = fleet.history + 3
    return checked(fleet, raised, alert_on(fleet.history, raised), chance)


def alert_on(began: int, raised: int, after: Share | None = None) -> AlertEvent:
    at = datetime.combine(FIRST + raised * DAY, time(15), alert_event().raised_at.tzinfo)
    measured = after or alert_event().after
    return alert_event(raised_at=at, change_started_at=at - (raised - began) * DAY, after=measured)


def checked(
    fleet: Fleet, raised: int, event: AlertEvent, chance: np.random.Generator, first: list[Count] | None = None
) -> Findings:
    """first: the days of the first touchpoint up to the alert, where they are known already."""
    remedy = raised + fleet.waits
    days = remedy + fleet.lasts + 1
    everywhere = fleet_wide(fleet, days, remedy, chance)
    odds = np.where(np.arange(days) < fleet.history, log_odds(fleet.usual), log_odds(fleet.worse))
    odds = odds + everywhere + wandering(fleet, days, chance)
    odds += np.where(np.arange(days) >= remedy, fleet.effect + chance.normal(0, fleet.own_sd), 0.0)
    own = drawn(odds, fleet.volume, chance)
    own[: len(first or [])] = first or []
    spans = spans_of(event, None, FIRST + remedy * DAY, FIRST + days * DAY)
    return check(event, spans, own, list(elsewhere(fleet, everywhere, remedy, chance)))


def elsewhere(fleet: Fleet, everywhere: np.ndarray, remedy: int, chance: np.random.Generator) -> Iterator[Compared]:
    for number in range(fleet.others):
        own = np.where(np.arange(len(everywhere)) >= remedy, chance.normal(0, fleet.own_sd), 0.0)
        odds = chance.normal(log_odds(0.1), 0.4) + everywhere + wandering(fleet, len(everywhere), chance) + own
        yield Compared(f"other{number}", drawn(odds, fleet.volume * exp(chance.uniform(-1.1, 1.1)), chance))


def alarmed(fleet: Fleet, chance: np.random.Generator, most: int = 60) -> Findings | None:
    """A check of an alert that the detector raised, at its bad moment; None where it raised none in `most` days.

    The fleet does not drift before the alarm, so that the friction is what raises it.
    """
    account, settings, days = open_account(CSAT, Settings()), Settings(), []
    for day in range(fleet.history + most):
        share = fleet.usual if day < fleet.history else fleet.worse
        odds = log_odds(share) + chance.normal(0, fleet.day_sd)
        [count] = drawn(np.array([odds]), fleet.volume, chance)
        days.append(Count(FIRST + day * DAY, count.bad, count.n))
        for cell, histogram in answers(day, count, chance):
            account, said = step(account, cell, histogram, settings)
            raised = [one for one in said if one.kind == "raised"]
            if raised and day < fleet.history:
                return None
            if raised:
                return checked(fleet, day, event_of(raised[0], day), chance, days)
    return None


def event_of(transition: Transition, day: int) -> AlertEvent:
    after = transition.after
    share = Share(bad=after.bad, n=after.n, low=after.low, high=after.high)
    began = from_unix(transition.change_started_at)
    return alert_on(day, day, share).model_copy(update={"change_started_at": began})


def answers(day: int, count: Count, chance: np.random.Generator) -> Iterator[tuple[int, list[int]]]:
    """The day's answers cell by cell: bad ones are 1 or 2, the others 3 to 5."""
    first = int(datetime.combine(FIRST, time(), alert_event().raised_at.tzinfo).timestamp()) // 300 + day * CELLS_A_DAY
    levels = [int(chance.integers(0, 2)) for _ in range(count.bad)]
    levels += [int(chance.choice([2, 3, 4], p=[0.2, 0.3, 0.5])) for _ in range(count.n - count.bad)]
    chance.shuffle(levels)
    cells: dict[int, list[int]] = {}
    for level, cell in zip(levels, sorted(chance.integers(0, CELLS_A_DAY, len(levels))), strict=True):
        cells.setdefault(first + int(cell), [0] * 5)[level] += 1
    return iter(cells.items())


def covers(findings: Findings, effect: float) -> bool:
    """Whether the interval of what was expected holds what the remedy's true effect makes of it."""
    assert findings.expected is not None
    assert findings.after is not None
    odds = log_odds((findings.after.bad + 0.5) / (findings.after.n + 1)) - effect
    return findings.expected.low <= 1 / (1 + exp(-odds)) <= findings.expected.high
