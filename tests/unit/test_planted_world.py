"""The world that `etincelle simulate --world` plants, and how what was found is held against it."""

from __future__ import annotations

import pytest

from cli.world import CHANGE, COMPLAINT, DELIVERY, SHOP, document, judged, world
from services.registry.domain.journey import JourneyDocument
from tests.bench.planted import found

WAY = {
    "kind": "handoff",
    "origin": "world-1-shop",
    "owners": ["world-1-logistics", "world-1-stores"],
    "raised_at": "2024-05-01T00:00:00Z",
}
CAUSES = {"segments": [{"attribute": "carrier", "value": "rapid"}], "words": [{"text": "driver was late"}]}
VALUES = [{"value_at_risk": {"amount": 10.25}, "total": {"amount": 30.75}}] * 3


def rights(alerts: list[dict[str, object]], causes: dict[str, object], values: list[dict[str, object]]) -> list[bool]:
    return [one.is_right for one in judged(world(1), alerts, causes, values)]


def test_a_world_is_always_the_same_for_the_same_seed_and_has_names_of_its_own() -> None:
    """Two worlds can stand side by side."""
    one, other = world(1), world(2)
    assert one == world(1)
    ids = [{row["response_id"] for row in made.responses} for made in (one, other)]
    assert not ids[0] & ids[1]
    assert len(ids[0]) == len(one.responses)


def test_what_is_planted_is_there() -> None:
    """Only those who come from the shop, whom the new carrier serves, fare worse from the change on, and say why."""
    made = world(1)
    came = {row["customer_id"] for row in made.responses if row["touchpoint"] == made.touchpoints[SHOP]}
    bad: dict[bool, list[bool]] = {True: [], False: []}
    for row in made.responses:
        if row["touchpoint"] == made.touchpoints[DELIVERY] and row["collected_at"] >= CHANGE.isoformat():
            is_hit = row["customer_id"] in came and row["attributes"]["carrier"] == "rapid"
            bad[is_hit].append(row["score"] <= 2)
            assert is_hit or row.get("comment") != COMPLAINT
    shares = {is_hit: sum(each) / len(each) for is_hit, each in bad.items()}
    assert shares[True] > 0.7
    assert shares[False] < 0.25


def test_its_journey_file_is_one() -> None:
    """Three touchpoints, three owners, one journey."""
    assert len(JourneyDocument.model_validate(document(world(3))).touchpoints) == 3


def test_what_was_found_is_held_against_what_was_planted() -> None:
    """All right; then nothing found; then the delivery blamed alone, another cause first, parts that miss the total."""
    assert rights([WAY], CAUSES, VALUES) == [True] * 6
    assert rights([], {}, [{"because": "not_yet"}]) == [False, False, True, False, False, False]
    lone = {"kind": "drop", "raised_at": "2024-05-02T00:00:00Z", "owners": ["world-1-logistics"]}
    others = {"segments": [{"attribute": "floor", "value": "upper"}], "words": [{"text": "dear"}]}
    missing = [*VALUES[:2], {"because": "too_few_people"}]
    assert rights([WAY, lone], others, missing) == [True, True, False, False, False, False]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_planted_is_found(seed: int) -> None:
    """Once all has come in, with the product's own verbs in one process; the long form asks twenty worlds."""
    assert [one for one in found(seed) if not one.is_right] == []
