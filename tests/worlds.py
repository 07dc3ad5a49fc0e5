"""Small seeded worlds of answers that tests feed in."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.aggregator.domain.answers import Answer, Series

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
