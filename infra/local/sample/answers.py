"""Eighteen weeks of answers for the sample journey, and what went wrong in them; always the same.

Each day of a touchpoint is drawn from a generator of its own, so that the answers of a date are the same whenever
they are made, and sending them twice stores them once. What went wrong is told by `STORIES`: begin there to change it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from infra.local.sample import comments
from infra.local.sample.comments import Comment
from shared.scales import scale

DAYS = 126
INVITED_DAYS = 21
"""For so long we ask customers of `INVITED` ourselves (`past.py`); earlier answers were brought from elsewhere."""
INVITED = ("livraison", "service-client", "bilan")
KNOWN_LATELY, KNOWN_BEFORE = 35, 90
"""Days ago: whose an answer is, is told of the newest, for hand-offs, and of the oldest, for what leaving costs."""
CUSTOMERS = 4000
PARTNERS = ("Coursier Nord", "Rapidis", "Rapidis", "Velopost")
"""As often as they stand here."""
ENGLISH = 0.2
"""The share of people who write English."""
Answer = dict[str, Any]


@dataclass(frozen=True)
class Habit:
    """How a touchpoint is usually answered. bad: the share of bad answers; per_day: answers a day on average.

    is_known: whether it is known whose the answers are. follows: where the first answers of a day come from, and
    how many days later. first: of that day's answers there, those that come on, from this one.
    """

    touchpoint: str
    scale: str
    channel: str
    per_day: int
    bad: float
    audience: str = "customer"
    is_known: bool = False
    follows: tuple[str, int] | None = None
    first: int = 0

    @property
    def is_invited(self) -> bool:
        return self.audience == "customer" and self.touchpoint in INVITED


@dataclass(frozen=True)
class Story:
    """Something that went wrong: from `since` days ago to `until` days ago so many answers are bad, and say why.

    partner, is_followers: only those about that delivery partner; only those who came from the touchpoint before.
    """

    touchpoint: str
    since: int
    bad: float
    why: tuple[Comment, ...]
    until: int = 0
    audience: str = "customer"
    partner: str | None = None
    is_followers: bool = False


HABITS = (
    Habit("recherche", "ces", "web", 6, 0.10),
    Habit("conseil-magasin", "csat", "qr", 7, 0.05),
    Habit("paiement", "ces", "web", 10, 0.07, is_known=True),
    Habit("caisse", "ces", "kiosk", 7, 0.06),
    Habit("livraison", "stars", "email", 11, 0.08, is_known=True, follows=("paiement", 2), first=4),
    Habit("retrait-magasin", "ces", "qr", 9, 0.07, is_known=True, follows=("paiement", 1)),
    Habit("service-client", "thumbs", "email", 6, 0.15, is_known=True, follows=("livraison", 3)),
    Habit("bilan", "nps", "email", 4, 0.20, is_known=True),
    Habit("conseil-magasin", "csat", "qr", 3, 0.12, audience="staff"),
    Habit("caisse", "csat", "qr", 2, 0.10, audience="staff"),
    Habit("service-client", "csat", "web", 2, 0.12, audience="staff"),
)
CUSTOMER_HABITS = tuple(habit for habit in HABITS if habit.audience == "customer")
FOLLOWERS = 4
"""Of a day, where a habit follows another."""
STORIES = (
    Story("livraison", 8, 0.65, comments.LATE, partner="Rapidis"),
    Story("retrait-magasin", 16, 0.8, comments.NOT_FOUND, is_followers=True),
    Story("conseil-magasin", 26, 0.75, comments.UNDERSTAFFED, audience="staff"),
    Story("conseil-magasin", 13, 0.45, comments.WAITING),
    Story("paiement", 84, 0.4, comments.DECLINED, until=62),
)
MENDED_AT, MENDED_FOR = "paiement", 62
"""Something was done about the last one, so many days ago."""


def answers(now: datetime) -> Iterator[Answer]:
    """The bodies of `POST /v1/responses`, oldest day first; none later than an hour before `now`."""
    until = stamp(now - timedelta(hours=1))
    for back in range(DAYS, -1, -1):
        day = (now - timedelta(days=back)).date()
        for habit in HABITS:
            if not habit.is_invited or back >= INVITED_DAYS:
                yield from (answer for answer in day_of(habit, day, now.date()) if answer["collected_at"] <= until)


def day_of(habit: Habit, day: date, today: date) -> list[Answer]:
    """One day at a touchpoint, in order of time. A quiet day has its share of bad answers, give or take one."""
    draw = random.Random(f"{habit.touchpoint} {habit.audience} {day}")  # noqa: S311 (a sample, no secret)
    count = draw.randint(habit.per_day - 1, habit.per_day + 1)
    expected = count * habit.bad
    bad = set(draw.sample(range(count), int(expected) + (draw.random() < expected % 1)))
    moments = sorted(draw.randrange(8 * 3600, 20 * 3600) for _ in range(count))
    made = []
    for number, moment in enumerate(moments):
        partner = draw.choice(PARTNERS)
        story = told(habit, (today - day).days, partner, number)
        is_bad = draw.random() < story.bad if story else number in bad
        why = story.why if story else usual(habit)
        at = datetime.combine(day, time(), UTC) + timedelta(seconds=moment)
        own: Answer = {"attributes": {"partner": partner}} if habit.touchpoint == "livraison" else {}
        is_known = habit.is_known and not KNOWN_LATELY <= (today - day).days < KNOWN_BEFORE
        own |= {"customer_id": customer(habit, day, number)} if is_known else {}
        made.append(answer(habit, at, number, is_bad, why, draw) | own)
    return made


def told(habit: Habit, back: int, partner: str, number: int) -> Story | None:
    """The story that an answer so many days ago belongs to. number: its place in the day."""
    for story in STORIES:
        is_there = (story.touchpoint, story.audience) == (habit.touchpoint, habit.audience)
        is_whose = story.partner in (None, partner) and (not story.is_followers or number < FOLLOWERS)
        if is_there and is_whose and story.until <= back < story.since:
            return story
    return None


def usual(habit: Habit) -> tuple[Comment, ...]:
    return comments.STAFF_DISPLEASED if habit.audience == "staff" else comments.DISPLEASED


def customer(habit: Habit, day: date, number: int) -> str:
    """Who gave that answer of the day: one of all customers, or one who was where the habit follows."""
    if habit.follows and number < FOLLOWERS:
        before, days = habit.follows
        followed = next(one for one in HABITS if one.touchpoint == before)
        return customer(followed, day - timedelta(days=days), habit.first + number)
    draw = random.Random(f"customer {habit.touchpoint} {day} {number}")  # noqa: S311 (a sample, no secret)
    return f"client-{draw.randrange(CUSTOMERS):04}"


def answer(
    habit: Habit, at: datetime, number: int, is_bad: bool, why: tuple[Comment, ...], draw: random.Random
) -> Answer:
    """One answer at a touchpoint, with a comment now and then."""
    lang = "en" if draw.random() < ENGLISH else "fr"
    made = {
        "response_id": f"sample-{habit.audience}-{at:%Y%m%d}-{number:02}",
        "touchpoint": habit.touchpoint,
        "audience": habit.audience,
        "score": score(habit.scale, is_bad, draw),
        "collected_at": stamp(at),
        "channel": habit.channel,
        "lang": lang,
    }
    if draw.random() < (0.8 if is_bad else 0.25):
        pleased = comments.STAFF_PLEASED if habit.audience == "staff" else comments.PLEASED
        made["comment"] = draw.choice(why if is_bad else pleased)[lang]
    return made


def score(name: str, is_bad: bool, draw: random.Random) -> int:
    """A score on the scale, bad or not, nearer to the good end among the good ones."""
    measure = scale(name)
    if is_bad:
        return draw.randint(measure.low, measure.bad_at_most)
    return max(draw.randint(measure.bad_at_most + 1, measure.high), draw.randint(measure.bad_at_most + 1, measure.high))


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
