"""What became of the sample's customers: who bought for how much, and who left; after friction more do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from infra.local.sample.answers import HABITS, answers, stamp
from shared.scales import scale
from shared.times import parse_time

FOLLOWED_UP = timedelta(days=90)
"""Outcomes are told of customers who answered before that."""
LEAVE, LEAVE_AFTER_FRICTION = 0.08, 0.34
BUY, AMOUNTS = 0.35, (4.4, 0.5)
"""The share of whom a purchase is told, and its amount: mean and deviation of its logarithm; about 90 EUR."""
Outcome = dict[str, Any]
SCALES = {(habit.touchpoint, habit.audience): scale(habit.scale) for habit in HABITS}


def outcomes(now: datetime) -> Iterator[Outcome]:
    """The bodies of `POST /v1/outcomes`: that some customers left, and for how much others bought."""
    for customer, (first, is_bad) in sorted(beginnings(now).items()):
        draw = random.Random(f"outcome {customer}")  # noqa: S311 (a sample, no secret)
        left = first + timedelta(days=draw.randint(5, 80))
        if draw.random() < (LEAVE_AFTER_FRICTION if is_bad else LEAVE):
            yield outcome(customer, "churned", left)
        elif draw.random() < BUY:
            yield outcome(customer, "bought", first) | {
                "amount": round(draw.lognormvariate(*AMOUNTS), 2),
                "currency": "EUR",
            }


def outcome(customer: str, kind: str, at: datetime) -> Outcome:
    return {
        "outcome_id": f"{customer}-{kind}",
        "customer": {"id": customer},
        "kind": kind,
        "occurred_at": stamp(at),
    }


def beginnings(now: datetime) -> dict[str, tuple[datetime, bool]]:
    """Of each customer from when on they are followed: from their first bad answer, else from their first one."""
    found: dict[str, tuple[datetime, bool]] = {}
    for one in answers(now):
        at = parse_time(one["collected_at"])
        if "customer_id" not in one or at >= now - FOLLOWED_UP:
            continue
        is_bad = one["score"] <= SCALES[one["touchpoint"], one["audience"]].bad_at_most
        first, was_bad = found.get(one["customer_id"], (at, False))
        found[one["customer_id"]] = (at, True) if is_bad and not was_bad else (first, was_bad)
    return found
