"""A small company of which everything is known, as it was planted: always the same for the same seed.

Three touchpoints, each with an owner of its own. Customers come to the delivery from the shop, from the site, or from
nowhere. From one day on those who come from the shop fare badly at the delivery where a new carrier brings their
parcel, and say that the driver was late; nobody else fares worse. People leave more often after friction, by a known
excess. Worlds of other seeds stand beside it: their touchpoints have names of their own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
SHOP, SITE, DELIVERY = PLACES = ("shop", "site", "delivery")
OWNER_OF = {SHOP: "stores", SITE: "web", DELIVERY: "logistics"}
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
DAYS, WORSE_FROM, A_DAY = 130, 112, 40
"""Days; the day of the change; people at the delivery each day."""
CHANGE, END = BEGINNING + timedelta(days=WORSE_FROM), BEGINNING + timedelta(days=DAYS)
USUAL, WORSE = 0.12, 0.85
"""Shares of bad answers: as a rule; and of those who come from the shop and whom the new carrier serves."""
LEAVE, LEAVE_AFTER_FRICTION, AMOUNT = 0.08, 0.30, 200.0
CARRIER = "rapid"
COMPLAINT, OTHERS = "the driver was late", ("not nice", "too dear", "hard to find", "no answer", "wrong colour")


@dataclass(frozen=True)
class World:
    """The company of a seed. responses: oldest first, as `POST /v1/responses` takes them; outcomes: likewise."""

    seed: int
    responses: list[Row]
    outcomes: list[Row]

    @property
    def name(self) -> str:
        """Of its journey file."""
        return f"world-{self.seed}"

    @property
    def touchpoints(self) -> dict[str, str]:
        """Their ids, by what they are."""
        return {place: touchpoint_of(self.seed, place) for place in PLACES}


def touchpoint_of(seed: int, place: str) -> str:
    return f"world-{seed}-{place}"


def owner_of(seed: int, place: str) -> str:
    return f"world-{seed}-{OWNER_OF[place]}"


def world(seed: int) -> World:
    """The company's first 130 days."""
    chance = random.Random(f"world {seed}")  # noqa: S311 (a made-up company, no secret)
    responses: list[Row] = []
    outcomes: list[Row] = []
    for number in range(DAYS * A_DAY):
        visits = list(visited(seed, number, chance))
        responses += visits
        has_friction = any(one["score"] <= 2 for one in visits)
        if chance.random() < (LEAVE_AFTER_FRICTION if has_friction else LEAVE):
            outcomes.append(left(visits[-1], chance))
    kept = [one for one in responses if BEGINNING.isoformat() <= one["collected_at"] < END.isoformat()]
    return World(seed, sorted(kept, key=lambda one: str(one["collected_at"])), outcomes)


def visited(seed: int, number: int, chance: random.Random) -> Iterator[Row]:
    """One customer's answers: where they came from, if anywhere, then at the delivery."""
    at = BEGINNING + timedelta(seconds=chance.randrange(DAYS * 86_400))
    origin = chance.choices((SHOP, SITE, ""), (4, 4, 2))[0]
    carrier = chance.choice((CARRIER, "steady"))
    if origin:
        before = at - timedelta(hours=chance.uniform(0.5, 30))
        yield answer(touchpoint_of(seed, origin), f"{seed}-{number}", before, chance, USUAL)
    is_hit = origin == SHOP and carrier == CARRIER and at >= CHANGE
    share, delivery = WORSE if is_hit else USUAL, touchpoint_of(seed, DELIVERY)
    made = answer(delivery, f"{seed}-{number}", at, chance, share, is_hit=is_hit)
    yield made | {"attributes": {"carrier": carrier, "floor": chance.choice(("ground", "upper"))}}


def answer(touchpoint: str, name: str, at: datetime, chance: random.Random, bad: float, *, is_hit: bool = False) -> Row:
    """One answer, bad with that chance. is_hit: of somebody whom the change made it worse for, and who may say so."""
    is_bad = chance.random() < bad
    comment = COMPLAINT if is_hit and chance.random() < 0.7 else chance.choice(OTHERS)
    return {
        "response_id": f"{touchpoint}-{name}",
        "touchpoint": touchpoint,
        "collected_at": f"{at:%Y-%m-%dT%H:%M:%S+00:00}",
        "score": chance.choice((1, 2)) if is_bad else chance.choice((3, 4, 5, 5, 5)),
        "customer_id": f"world-{name}",
        "lang": "en",
        **({"comment": comment} if is_bad else {}),
    }


def left(visit: Row, chance: random.Random) -> Row:
    """That the customer left, some weeks after; and what they were worth."""
    at = datetime.fromisoformat(visit["collected_at"]) + timedelta(days=chance.randint(5, 80))
    amount = round(max(1.0, chance.gauss(AMOUNT, AMOUNT / 3)), 2)
    return {
        "outcome_id": f"left-{visit['response_id']}",
        "customer": {"id": visit["customer_id"]},
        "kind": "churned",
        "occurred_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "amount": amount,
        "currency": "EUR",
    }


def document(made: World) -> Row:
    """The company's journey file."""
    owners = {place: owner_of(made.seed, place) for place in PLACES}
    return {
        "name": made.name,
        "owners": {owner: {"name": owner, "lang": "en"} for owner in owners.values()},
        "journeys": {made.name: {"name": {"en": "A planted world"}, "stages": {"buy": {"en": "Buy"}}}},
        "surveys": {made.name: {"scale": "csat", "question": {"en": "How was it?"}}},
        "touchpoints": {
            touchpoint: {
                "name": {"en": touchpoint},
                "owner": owners[place],
                "journey": made.name,
                "stage": "buy",
                "pillar": "process",
                "channels": ["web"],
                "survey": made.name,
            }
            for place, touchpoint in made.touchpoints.items()
        },
    }


@dataclass(frozen=True)
class Finding:
    """What was planted, and what was found of it."""

    about: str
    planted: str
    found: str
    is_right: bool


def judged(made: World, alerts: list[Row], causes: Row, values: list[Row]) -> list[Finding]:
    """What was found, against what was planted. alerts: at the delivery; causes: of the hand-off's alert."""
    return [*told(made, alerts), *explained(causes), parted(values)]


def told(made: World, alerts: list[Row]) -> list[Finding]:
    """Whom alerts since the change are about, and who is told."""
    after = [one for one in alerts if datetime.fromisoformat(one["raised_at"]) > CHANGE]
    way: Row = next((one for one in after if one["kind"] == "handoff"), {})
    origin, owners = way.get("origin", "nobody"), sorted(way.get("owners", []))
    shop, both = made.touchpoints[SHOP], sorted(owner_of(made.seed, place) for place in (DELIVERY, SHOP))
    lone = [one["kind"] for one in after if one["kind"] == "drop"]
    return [
        Finding("worse for those from", shop, origin, origin == shop),
        Finding("told to", ", ".join(both), ", ".join(owners) or "nobody", owners == both),
        Finding("on the delivery alone", "no alert", ", ".join(lone) or "no alert", not lone),
    ]


def explained(causes: Row) -> list[Finding]:
    """What is seen more often since the change."""
    segments = [f"{one['attribute']} {one['value']}" for one in causes.get("segments", [])]
    words = [one["text"] for one in causes.get("words", [])]
    planted = f"carrier {CARRIER}"
    return [
        Finding("first segment", planted, (segments or ["none"])[0], segments[:1] == [planted]),
        Finding("first words", COMPLAINT, (words or ["none"])[0], bool(words) and words[0] in COMPLAINT),
    ]


def parted(values: list[Row]) -> Finding:
    """Whether the touchpoints' values at risk sum to the total."""
    known = [one for one in values if "value_at_risk" in one]
    total = known[0]["total"]["amount"] if known else 0.0
    parts = sum(one["value_at_risk"]["amount"] for one in known)
    is_right = total > 0 and abs(total - parts) < 0.05
    return Finding("value at risk, EUR", f"parts sum to {total:.2f}", f"{parts:.2f}", is_right)
