"""Floods of good answers: told apart from touchpoints that got worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.aggregator import usecases
from services.aggregator.domain import floods
from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.transition import Flood
from services.aggregator.domain.floods import DayCount
from services.aggregator.usecases import Deps
from shared.events import AlertEvent
from tests.unit.test_aggregator import deps_at, stored
from tests.worlds import START, WORSE, Flooded, flooded

CHECKOUT = Series("checkout", "customer", "csat")
WORLDS = 4


def days(*answers: tuple[int, int]) -> list[DayCount]:
    """Days in a row, each with its answers and how many of them were bad."""
    return [DayCount(date(2024, 3, 1) + timedelta(days=place), n, bad) for place, (n, bad) in enumerate(answers)]


def test_a_flood_is_many_answers_and_better_ones() -> None:
    """Ten times as many answers, hardly any of them bad, make a flood; as bad as ever, they make a busy day."""
    quiet = [(50, 6)] * 10
    assert floods.flooded(days(*quiet, (500, 5))) == Flood((days(*quiet, (500, 5))[-1].day,), 10.0)
    assert floods.flooded(days(*quiet, (500, 60))) is None


@pytest.mark.parametrize("last", [(2, 0), (19, 0), (124, 0)])
def test_a_day_with_a_few_answers_more_is_no_flood(last: tuple[int, int]) -> None:
    """Less than two and a half times the middle day, or fewer than 20 answers, is none, nor is a day without days."""
    usual = (6, 3) if last[0] < 20 else (50, 6)
    assert floods.flooded(days(*[usual] * 10, last)) is None
    assert floods.flooded([]) is None


def lived(world: Flooded) -> tuple[Deps, list[AlertEvent]]:
    """Every revision of the alerts that a world raises."""
    deps = deps_at(START + timedelta(days=world.days + 1))
    usecases.fold(list(flooded(world)), deps)
    settled = replace(deps, now=lambda: START + timedelta(days=world.days + 1, hours=1))
    usecases.look(CHECKOUT, settled)
    usecases.decide(settled)
    return settled, [fact.event for fact in stored(settled).written]


def test_the_end_of_a_flood_is_named() -> None:
    """Where only the flood ended, an alert says so: low, and with its days."""
    first = [events[0] for seed in range(WORLDS) if (events := lived(Flooded(seed))[1])]
    assert len(first) >= WORLDS / 2
    for event in first:
        assert event.flood is not None
        assert (event.flood.first, event.flood.last) == (date(2024, 1, 21), date(2024, 1, 23))
        assert (event.flood.times, event.severity) == (10.0, "low")
        assert "du 21 janvier au 23 janvier, il est venu 10 fois plus de réponses" in event.sentence["fr"]
        assert "from 21 January to 23 January, 10 times as many answers came" in event.sentence["en"]


def test_a_worsening_after_a_flood_is_an_alert_like_any_other_in_the_end() -> None:
    """Where answers did get worse after a flood, the alert no longer rests on it once the others prove it."""
    for seed in range(WORLDS):
        _, events = lived(Flooded(seed, WORSE))
        last = [event for event in events if event.state == "raised"][-1]
        assert last.flood is None
        assert last.severity in ("medium", "high")
        assert "audience" not in last.sentence["fr"]
        assert [event.revision for event in events] == list(range(1, len(events) + 1))


def test_looking_again_finds_the_same() -> None:
    """A series that is recomputed says nothing new of its flood."""
    deps, events = lived(Flooded(0, WORSE))
    usecases.decide(deps)
    assert [fact.event for fact in stored(deps).written] == events
