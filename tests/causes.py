"""Seeded worlds in which a change has a known cause: a segment that worsened, and words in its comments."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.causes.answers import Given, Reading, Value

START = datetime(2024, 3, 1, tzinfo=UTC)
CONTENT = (
    "rien à dire",
    "très bien, comme d'habitude",
    "personnel aimable",
    "c'est rapide et simple",
    "bon accueil, merci",
    "je suis content du service",
)
NOT_CONTENT = (
    "c'est trop cher",
    "pas content du tout",
    "nul",
    "l'attente est trop longue",
    "le personnel n'est pas aimable",
    "je ne suis pas content du service",
    "décevant",
)
PLANTED = (
    "la livraison en retard, encore",
    "Livraison en retard",
    "j'attends ma commande, livraison en retard",
    "colis livré trop tard : livraison en retard",
)


@dataclass(frozen=True)
class Change:
    """before, after: answers. lift: by how much the share of bad answers rises among Safari's users; 0: it does not.

    usual: share of bad answers. part: Safari's of all answers, before and since.
    """

    before: int = 1500
    after: int = 400
    usual: float = 0.08
    lift: float = 0.40
    part: tuple[float, float] = (0.3, 0.3)


def world(seed: int, change: Change = Change()) -> tuple[Reading, Reading]:
    """The answers before and since the change."""
    chance = random.Random(seed)
    before = [answer(f"{seed}-b{n}", 0, change, chance) for n in range(change.before)]
    after = [answer(f"{seed}-a{n}", 1, change, chance) for n in range(change.after)]
    return Reading(before), Reading(after)


def answer(name: str, side: int, change: Change, chance: random.Random) -> Given:
    """One answer. Of bad ones at Safari since the change, three in five say what is wrong."""
    part = change.part[side]
    attributes: dict[str, Value] = {
        "browser": chance.choices(("safari", "chrome", "firefox", "edge"), (part, 0.8 - part, 0.12, 0.08))[0],
        "country": chance.choice(("fr", "be", "ch")),
        "plan": chance.choice(("basic", "pro")),
        "amount": round(chance.uniform(5, 90), 2),
        "is_new": chance.random() < 0.3,
    }
    is_touched = bool(side) and change.lift > 0 and attributes["browser"] == "safari"
    is_bad = chance.random() < change.usual + (change.lift if is_touched else 0)
    says = PLANTED if is_touched and is_bad and chance.random() < 0.6 else NOT_CONTENT if is_bad else CONTENT
    comment = chance.choice(says) if chance.random() < 0.5 else None
    at = START + timedelta(days=60 * side, minutes=chance.randrange(60 * 24 * 50))
    return Given(name, at, is_bad, attributes, comment)
