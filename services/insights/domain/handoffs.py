"""How it went for customers by the touchpoint they came from, against all others there; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.insights.domain.reports import Day
from services.insights.domain.shares import BadShare, Difference, counts_of, difference, share_of
from shared.metrics import merged
from shared.scales import Scale

SMALLEST_GROUP = 5
"""Of fewer people nothing is shown, nor what would let one work it out."""


@dataclass(frozen=True)
class HandOff:
    """origin: the touchpoint they came from. others: everybody else there. gap: of the first less the others."""

    origin: str
    share: BadShare
    others: BadShare
    gap: Difference


def handoffs(measure: Scale, days: Iterable[Day]) -> list[HandOff]:
    """The ways into a touchpoint on which five or more came, and not all but a few; those that rub most first."""
    read = list(days)
    everybody = counts_of(measure, read)
    found = []
    for origin in sorted({name for day in read for name in day.origins}):
        mine = merged([day.origins[origin] for day in read if origin in day.origins], measure.levels)
        share = share_of(measure, mine)
        others = share_of(measure, [of_all - of_mine for of_all, of_mine in zip(everybody, mine, strict=True)])
        gap = difference(share, others)
        if gap and min(share.n, others.n) >= SMALLEST_GROUP:
            found.append(HandOff(origin, share, others, gap))
    return sorted(found, key=lambda one: (-one.gap.low, one.origin))
