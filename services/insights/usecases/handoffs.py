"""Hand-offs into a touchpoint and out of it: how it goes for those who came from there, against all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.insights.domain.reports import Day
from services.insights.domain.shares import BadShare, Difference, counts_of, difference, share_of
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.errors import NotFound
from shared.metrics import merged

SMALLEST_GROUP = 5
"""Fewer answers than this are not shown."""


@dataclass(frozen=True)
class Handoff:
    """From one touchpoint to another. share: bad answers there of those who came from here; otherwise: of the others.

    difference: the first less the second; None where there are no others.
    """

    origin: Touchpoint
    touchpoint: Touchpoint
    share: BadShare
    otherwise: BadShare
    difference: Difference | None


@dataclass(frozen=True)
class Handoffs:
    """Into a touchpoint, and out of it; each by how many answers tell of it, most first."""

    into: list[Handoff]
    out: list[Handoff]


def handoffs(touchpoint: str, window: Window, deps: Deps) -> Handoffs:
    """Those of which at least five answers tell. Raises NotFound where there is no such touchpoint."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r}")
    journey = {one.id: one for name in deps.catalogue.touchpoints() if (one := deps.catalogue.touchpoint(name))}
    journey = {name: one for name, one in journey.items() if one.journey == known.journey}
    into = between(known, [one for one in journey.values() if one.id != touchpoint], window, deps)
    out = [found for one in journey.values() if one.id != touchpoint for found in between(one, [known], window, deps)]
    return Handoffs(into, sorted(out, key=order))


def between(touchpoint: Touchpoint, origins: Sequence[Touchpoint], window: Window, deps: Deps) -> list[Handoff]:
    """The hand-offs to the touchpoint from those."""
    scale = touchpoint.survey_for("customer").scale
    days = list(deps.figures.days(touchpoint.id, "customer", scale, window))
    found = [handoff(origin, touchpoint, days) for origin in origins]
    return sorted((one for one in found if one.share.n >= SMALLEST_GROUP), key=order)


def handoff(origin: Touchpoint, touchpoint: Touchpoint, days: Sequence[Day]) -> Handoff:
    measure = touchpoint.survey_for("customer").measure
    theirs = merged([day.origins[origin.id] for day in days if origin.id in day.origins], measure.levels)
    everybody = counts_of(measure, days)
    others = [all_of - own for all_of, own in zip(everybody, theirs, strict=True)]
    share, otherwise = share_of(measure, theirs), share_of(measure, others)
    return Handoff(origin, touchpoint, share, otherwise, difference(share, otherwise))


def order(one: Handoff) -> tuple[int, str, str]:
    """Most answers first."""
    return -one.share.n, one.origin.id, one.touchpoint.id
