"""How a person stands with each touchpoint: whether they may be asked now, or when, and what is in the way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.invitations.domain.decision import Case, caps, quarantine, rules_for, wishes
from services.invitations.domain.interactions import Suppressed

MOST_STEPS = 50
"""Rules that are in the way one after the other; each of them ends later than the one before."""


@dataclass(frozen=True)
class Standing:
    """One touchpoint and channel. at: when the person may be asked; None: not as long as nothing changes.

    because: what is in the way now; None where nothing is.
    """

    touchpoint: str
    channel: str
    at: datetime | None
    because: Suppressed | None


def standing(channel: str, case: Case) -> Standing:
    """From when on neither wishes nor rests nor caps are in the way, if nobody asks the person meanwhile."""
    touchpoint, at = case.rules.touchpoint, case.now
    if case.rules.is_paused:
        return Standing(touchpoint, channel, None, Suppressed("touchpoint_paused", case.share.probability))
    first = in_the_way(channel, at, case)
    found = first
    for _ in range(MOST_STEPS):
        if found is None or found.until is None:
            break
        at = found.until
        found = in_the_way(channel, at, case)
    return Standing(touchpoint, channel, at if found is None else None, first)


def in_the_way(channel: str, at: datetime, case: Case) -> Suppressed | None:
    """The first that would refuse a question put at that time; who is drawn is another matter."""
    rules, counted = rules_for(case), case.ledger.counted
    mine = [one for one in counted if one.touchpoint == rules.touchpoint]
    probability = case.share.probability
    refusals = (
        *wishes(channel, case, probability),
        *quarantine(rules, mine, at, probability),
        *caps(channel, rules, counted, at, probability),
    )
    return next(iter(refusals), None)
