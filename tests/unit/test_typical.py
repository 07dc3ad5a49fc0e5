"""What the touchpoints of a company are like, worked out for those to come."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from cli import typical
from cli.main import app
from cli.typical import FEWEST, LEAST_ANSWERS, MOST_WORTH, fleet, fleets
from services.registry.domain.journey import Detection
from shared.scales import SCALES


def report(counts: list[int], scale: str = "csat") -> dict[str, Any]:
    """A touchpoint's, as insights gives it."""
    low = SCALES[scale].low
    return {"scale": scale, "summary": {"counts": {str(low + place): n for place, n in enumerate(counts)}}}


def drawn(worth: float, touchpoints: int, answers: int, seed: int) -> list[list[int]]:
    """Touchpoints of which 15 % of answers are bad on average, as alike as `worth` says."""
    chance = np.random.default_rng(seed)
    shares = chance.dirichlet(worth * np.array([0.15, 0.85]), touchpoints)
    return [chance.multinomial(answers, one).tolist() for one in shares]


@pytest.mark.parametrize("worth", [20, 60, 200])
def test_how_alike_touchpoints_are_is_found_again(worth: float) -> None:
    """Two hundred touchpoints tell it to a half of itself."""
    found = [fleet(drawn(worth, 200, 400, seed), "thumbs").worth for seed in range(5)]
    assert all(worth / 1.5 < one < worth * 1.5 for one in found)


def test_touchpoints_that_differ_by_chance_alone_are_as_alike_as_can_be_said() -> None:
    """And a few of them never say more than the assumption beside them."""
    assert fleet([[60, 340]] * 400, "thumbs").worth == MOST_WORTH
    assert 60 < fleet([[60, 340]] * FEWEST, "thumbs").worth < 130


def test_each_touchpoint_counts_as_much_as_any_other() -> None:
    """However many answers one has; a score that nobody gave is never impossible."""
    quiet, busy = [10, 10, 20, 0, 60], [0, 0, 0, 0, 100_000]
    assert fleet([quiet] * 4 + [busy], "csat").shares == (8.0, 8.0, 16.0, 0.1, 68.0)


def test_few_touchpoints_or_few_answers_are_typical_of_nothing() -> None:
    """By scale; touchpoints with hardly any answer are left out."""
    good = report([0, 0, 0, 0, LEAST_ANSWERS])
    assert fleets([good] * (FEWEST - 1)) == {}
    assert fleets([good] * (FEWEST - 1) + [report([0, 0, 0, 0, LEAST_ANSWERS - 1])]) == {}
    assert list(fleets([good] * FEWEST + [report([5, 95], "thumbs")] * 9)) == ["csat", "thumbs"]


def test_what_is_printed_can_stand_in_a_journey_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is, under the names that the file has."""
    reports = [report([n, 4, 6, 20, 70 - n]) for n in range(FEWEST, 2 * FEWEST)]
    monkeypatch.setattr(typical, "connect", object)
    monkeypatch.setattr(typical, "touchpoints", lambda _: [])
    monkeypatch.setattr(typical, "reports_of", lambda *_: reports)
    printed = CliRunner().invoke(app, ["typical"])
    assert printed.exit_code == 0
    detection = Detection.model_validate_json(yaml_as_json(printed.stdout))
    assert detection.typical["csat"].shares == (7.0, 4.0, 6.0, 20.0, 63.0)
    assert "5 touchpoints, 500 answers" in printed.stderr


def yaml_as_json(text: str) -> str:
    """What stands under `detection`, as the registry gets it."""
    return json.dumps(yaml.safe_load(text)["defaults"]["detection"])
