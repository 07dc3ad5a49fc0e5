"""Sixty quiet days of answers for the sample journey, and one delivery partner that gets worse; always the same.

Each day of a touchpoint is drawn from a generator of its own, so that the answers of a date are the same whenever
they are made, and sending them twice stores them once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.scales import scale

DAYS = 60
WORSE_FOR_DAYS = 7
WORSE_AT = "livraison"
WORSE_BY = "Rapidis"
WORSE_SHARE = 0.9
"""Of the answers about that one partner; the others go on as ever."""
LATE = ("colis arrivé trois jours en retard", "carton abîmé, livreur pressé", "personne n'a sonné, colis au dépôt")
PLEASED = ("rapide et aimable", "rien à redire", "très simple", "merci à l'équipe")
PARTNERS = ("Coursier Nord", WORSE_BY, WORSE_BY, "Velopost")
"""As often as they stand here."""
Answer = dict[str, Any]


@dataclass(frozen=True)
class Habit:
    """How a touchpoint is usually answered. bad: the share of bad answers; per_day: answers a day on average."""

    touchpoint: str
    scale: str
    channel: str
    per_day: int
    bad: float
    complaints: tuple[str, ...] = ("un peu décevant", "j'ai dû recommencer", "personne pour m'aider")


HABITS = (
    Habit("recherche", "ces", "web", 8, 0.10),
    Habit("conseil-magasin", "csat", "qr", 6, 0.05),
    Habit("paiement", "ces", "web", 10, 0.07),
    Habit("caisse", "csat", "kiosk", 8, 0.06),
    Habit(WORSE_AT, "stars", "email", 14, 0.08, LATE),
    Habit("retrait-magasin", "ces", "qr", 5, 0.06),
    Habit("service-client", "thumbs", "phone", 6, 0.15),
    Habit("bilan", "nps", "email", 4, 0.20),
)


def answers(now: datetime) -> Iterator[Answer]:
    """The bodies of `POST /v1/responses`, oldest day first; none later than an hour before `now`."""
    until = now - timedelta(hours=1)
    for back in range(DAYS, -1, -1):
        day = (now - timedelta(days=back)).date()
        for habit in HABITS:
            yield from (answer for answer in day_of(habit, day, now.date()) if answer["collected_at"] <= stamp(until))


def day_of(habit: Habit, day: date, today: date) -> list[Answer]:
    """One day at a touchpoint, in order of time. A quiet day has its share of bad answers, give or take one."""
    draw = random.Random(f"{habit.touchpoint} {day}")  # noqa: S311 (a sample, no secret)
    count = draw.randint(habit.per_day - 2, habit.per_day + 2)
    expected = count * habit.bad
    bad = set(draw.sample(range(count), int(expected) + (draw.random() < expected % 1)))
    worse = habit.touchpoint == WORSE_AT and day > today - timedelta(days=WORSE_FOR_DAYS)
    moments = sorted(draw.randrange(8 * 3600, 20 * 3600) for _ in range(count))
    made = []
    for number, moment in enumerate(moments):
        partner = draw.choice(PARTNERS)
        blamed = worse and partner == WORSE_BY
        is_bad = draw.random() < WORSE_SHARE if blamed else number in bad
        at = datetime.combine(day, time(), UTC) + timedelta(seconds=moment)
        delivered = {"attributes": {"partner": partner}} if habit.touchpoint == WORSE_AT else {}
        made.append(answer(habit, at, number, is_bad, draw) | delivered)
    return made


def answer(habit: Habit, at: datetime, number: int, is_bad: bool, draw: random.Random) -> Answer:
    """One answer at a touchpoint, with a comment now and then."""
    made = {
        "response_id": f"sample-{at:%Y%m%d}-{number:02}",
        "touchpoint": habit.touchpoint,
        "score": score(habit.scale, is_bad, draw),
        "collected_at": stamp(at),
        "channel": habit.channel,
        "lang": "fr",
    }
    if draw.random() < 0.3:
        made["comment"] = draw.choice(PLEASED if not is_bad else habit.complaints)
    return made


def score(name: str, is_bad: bool, draw: random.Random) -> int:
    """A score on the scale, bad or not, nearer to the good end among the good ones."""
    measure = scale(name)
    if is_bad:
        return draw.randint(measure.low, measure.bad_at_most)
    return max(draw.randint(measure.bad_at_most + 1, measure.high), draw.randint(measure.bad_at_most + 1, measure.high))


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
