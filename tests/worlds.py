"""Small seeded worlds of answers that tests feed in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.aggregator.domain.answers import Answer, Series
from services.aggregator.domain.traces import Trace
from shared.marks import digest

START = datetime(2024, 1, 1, tzinfo=UTC)
USUAL = (0.05, 0.05, 0.15, 0.30, 0.45)
WORSE = (0.30, 0.15, 0.15, 0.20, 0.20)


@dataclass(frozen=True)
class World:
    """days of answers a touchpoint; from `worse_from` days on, those of the first one are worse."""

    touchpoints: tuple[str, ...] = ("checkout",)
    days: int = 40
    per_day: int = 30
    worse_from: int | None = 30
    seed: int = 7


def answers(world: World) -> list[Answer]:
    """The world's answers in order of time, on the CSAT scale."""
    chance = random.Random(world.seed)
    made = []
    for place, touchpoint in enumerate(world.touchpoints):
        for number in range(world.days * world.per_day):
            day = chance.uniform(0, world.days)
            is_worse = place == 0 and world.worse_from is not None and day >= world.worse_from
            made.append(
                Answer(
                    response_id=f"{touchpoint}-{number}",
                    series=Series(touchpoint, "customer", "csat"),
                    collected_at=START + timedelta(seconds=int(day * 86400)),
                    score=chance.choices(range(1, 6), WORSE if is_worse else USUAL)[0],
                    channel="web",
                    revision=1,
                    is_counted=True,
                )
            )
    return sorted(made, key=lambda answer: (answer.collected_at, answer.response_id))


DELIGHTED = (0, 0, 0.02, 0.2, 0.78)


@dataclass(frozen=True)
class Flooded:
    """Days of a touchpoint: usual ones, then `lasting` on which `times` as many and happier people answer.

    after: how the days after it are answered.
    """

    seed: int
    after: tuple[float, ...] = USUAL
    days: int = 40
    per_day: int = 50
    starts: int = 20
    lasting: int = 3
    times: int = 10

    @property
    def flood(self) -> range:
        return range(self.starts, self.starts + self.lasting)


def flooded(world: Flooded) -> Iterator[Answer]:
    """The world's answers, day by day, on the CSAT scale."""
    chance, series = random.Random(world.seed), Series("checkout", "customer", "csat")
    for day in range(world.days):
        times, weights = 1, USUAL if day < world.starts else world.after
        if day in world.flood:
            times, weights = world.times, DELIGHTED
        for number in range(world.per_day * times):
            at = START + timedelta(seconds=day * 86400 + chance.randrange(86400))
            score = chance.choices(range(1, 6), weights)[0]
            yield Answer(f"{day}-{number}", series, at, score, "web", 1, True)


@dataclass(frozen=True)
class Passing:
    """Customers who come to one touchpoint: a share of them from another, as many from a third, the rest from nowhere.

    per_day: of them. worse_from: days after which those who come from `origin` fare worse, or all where it is empty.
    share: of each of the two ways here.
    """

    days: int = 40
    per_day: int = 30
    worse_from: int | None = 30
    origin: str = "basket"
    share: float = 0.4
    seed: int = 7
    touchpoint: str = "checkout"


def passing(world: Passing) -> tuple[list[Trace], list[Answer]]:
    """The interactions, with no journey yet, and the answers, of which every fifth is no invitation's."""
    chance = random.Random(world.seed)
    interactions, answers = [], []
    for number in range(world.days * world.per_day):
        at = START + timedelta(seconds=int(chance.uniform(0, world.days) * 86400))
        customer, drawn = f"c{number}", chance.random()
        origin = "basket" if drawn < world.share else "search" if drawn < 2 * world.share else ""
        if origin:
            before = at - timedelta(hours=chance.uniform(0.1, 40))
            interactions.append(visit(customer, origin, before, f"{origin}-{number}"))
        is_worse = world.worse_from is not None and at >= START + timedelta(days=world.worse_from)
        is_here = world.origin in ("", origin)
        score = chance.choices(range(1, 6), WORSE if is_worse and is_here else USUAL)[0]
        name, answered_at = f"r{number}", at
        if number % 5:
            interactions.append(visit(customer, world.touchpoint, at, f"visit-{number}"))
            name, answered_at = f"invitation:visit-{number}", at + timedelta(hours=chance.uniform(0.1, 20))
        series = Series(world.touchpoint, "customer", "csat")
        answers.append(Answer(name, series, answered_at, score, "email", 1, True, customer))
    return interactions, sorted(answers, key=lambda answer: (answer.collected_at, answer.response_id))


def visit(customer: str, touchpoint: str, at: datetime, name: str) -> Trace:
    """An interaction, which led to the invitation of the same name."""
    hashed = digest(name).hex()
    return Trace(customer, "", touchpoint, at, hashed, hashed)
