"""Three weeks of interactions of the sample: who was where, and whether they answer the invitation if they get one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from infra.local.sample.answers import CUSTOMERS, HABITS, INVITED_DAYS, PARTNERS, Answer, day_of, stamp
from shared.times import parse_time

REGULARS = 900
"""Of all customers, those who come to the other touchpoints: many are asked enough before the month is over."""
SILENT = {"livraison": 11, "service-client": 5, "bilan": 5}
"""People a day who went through and say nothing, whether they are asked or not."""
OPENED = 0.4
"""Of those who say nothing, the share who at least open what they are sent."""
KINDS = ("fidèle", "nouveau", "nouveau")
"""Of those who say nothing; who answers is a regular customer as often as not."""


@dataclass(frozen=True)
class Visit:
    """An interaction as it is sent, and the answer its customer gives if they are asked; None: they say nothing.

    opened_at: when they open what they are sent; None: they do not.
    """

    sent: dict[str, Any]
    answer: Answer | None = None
    opened_at: datetime | None = None

    @property
    def at(self) -> datetime:
        return parse_time(self.sent["occurred_at"])


def visits(now: datetime) -> list[Visit]:
    """In order of time, none later than an hour before `now`."""
    days = [(now - timedelta(days=back)).date() for back in range(INVITED_DAYS)]
    found = [one for day in days for one in [*answered(day, now.date()), *silent(day)]]
    latest = now - timedelta(hours=1)
    return sorted((one for one in found if last(one) <= latest), key=lambda one: (one.at, one.sent["interaction_id"]))


def last(visit: Visit) -> datetime:
    return parse_time(visit.answer["collected_at"]) if visit.answer else visit.at


def answered(day: date, today: date) -> Iterator[Visit]:
    """The visits behind the day's answers at touchpoints where we ask."""
    for habit in HABITS:
        if habit.is_invited:
            for one in day_of(habit, day, today):
                draw = random.Random(f"visit {one['touchpoint']} {one['response_id']}")  # noqa: S311 (a sample)
                collected_at = parse_time(one["collected_at"])
                at = collected_at - timedelta(minutes=draw.randint(40, 400))
                kind = draw.choice(("fidèle", "nouveau"))
                known = {"attributes": one["attributes"] | {"clientele": kind}} if "attributes" in one else {}
                sent = interaction(one["touchpoint"], at, one["customer_id"], one["response_id"])
                opened_at = collected_at - timedelta(seconds=draw.randint(15, 90))
                yield Visit(sent | known, one | known, opened_at)


def silent(day: date) -> Iterator[Visit]:
    for touchpoint, count in SILENT.items():
        for number in range(count):
            draw = random.Random(f"silent {touchpoint} {day} {number}")  # noqa: S311 (a sample, no secret)
            at = datetime.combine(day, time(), UTC) + timedelta(seconds=draw.randrange(8 * 3600, 18 * 3600))
            is_delivery = touchpoint == "livraison"
            customer = f"client-{draw.randrange(CUSTOMERS if is_delivery else REGULARS):04}"
            sent = interaction(touchpoint, at, customer, f"sample-{day:%Y%m%d}-{number:02}")
            known = {"attributes": {"partner": draw.choice(PARTNERS), "clientele": draw.choice(KINDS)}}
            opened_at = at + timedelta(minutes=draw.randint(30, 300)) if draw.random() < OPENED else None
            yield Visit(sent | (known if is_delivery else {}), opened_at=opened_at)


def interaction(touchpoint: str, at: datetime, customer: str, name: str) -> dict[str, Any]:
    """The body of `POST /v1/interactions`."""
    number = int(customer.removeprefix("client-"))
    known = {"id": customer, "email": f"{customer}@example.com", "phone": f"+3360000{number:04}"}
    made = {"interaction_id": name, "touchpoint": touchpoint, "occurred_at": stamp(at), "customer": known}
    return made | {"locale": "fr", "country": "FR", "time_zone": "Europe/Paris"}
