"""From outcomes to who left, and what a customer is worth. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.aggregator.domain.value import Mean, mean_of


@dataclass(frozen=True)
class Ended:
    """One outcome: churned, kept or bought. person: the keyed hash of who they are, as answers have it."""

    person: str
    kind: str
    at: datetime
    amount: float | None
    currency: str | None


@dataclass(frozen=True)
class Worth:
    """What a customer is worth, in the currency that most outcomes are in. people: of whom it is known."""

    mean: Mean
    currency: str
    people: int


def leavings(ends: Iterable[Ended]) -> dict[str, list[datetime]]:
    """When each person left."""
    found: dict[str, list[datetime]] = {}
    for one in ends:
        if one.kind == "churned":
            found.setdefault(one.person, []).append(one.at)
    return found


def worth(ends: Sequence[Ended]) -> Worth | None:
    """Of each person all they bought for; else what was last said they are worth. None where no amount is known."""
    currencies = Counter(one.currency for one in ends if one.amount is not None and one.currency)
    if not currencies:
        return None
    currency = min(currencies, key=lambda name: (-currencies[name], name))
    bought: dict[str, float] = {}
    said: dict[str, float] = {}
    for one in sorted(ends, key=lambda end: end.at):
        if one.amount is None or one.currency != currency:
            continue
        if one.kind == "bought":
            bought[one.person] = bought.get(one.person, 0.0) + one.amount
        else:
            said[one.person] = one.amount
    amounts = {**said, **bought}
    return Worth(mean_of([amounts[name] for name in sorted(amounts)]), currency, len(amounts))
