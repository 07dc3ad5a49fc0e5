"""The share that is asked at a touchpoint today: worked out by whoever needs it first, and kept for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol

from services.invitations.domain import sampling
from services.invitations.domain.interactions import Share
from services.invitations.domain.sampling import Plan
from services.invitations.usecases.ports import Tallies
from shared.catalogue import Catalogue, Sampling

MOST_REMEMBERED = 5000
Place = tuple[str, date, str]
"""A touchpoint, a day, and the name of what is aimed at."""


class Plans(Protocol):
    """Where the shares stand, each once and for ever."""

    def get(self, touchpoint: str, day: date, target: str) -> Plan | None: ...

    def settle(self, touchpoint: str, day: date, target: str, plan: Plan) -> Plan:
        """Keeps it, where there is none yet; gives the one that stands there then."""
        ...


class DailySampling:
    """The port `Sampling`: a day's share at a touchpoint is the same for everybody, and remembered here."""

    def __init__(self, plans: Plans, tallies: Tallies, catalogue: Catalogue, now: Callable[[], datetime]) -> None:
        self._plans, self._tallies, self._catalogue, self._now = plans, tallies, catalogue, now
        self._known: dict[Place, Share] = {}

    def share(self, touchpoint: str) -> Share:
        """What holds today, UTC; everybody where the touchpoint aims at nothing."""
        known = self._catalogue.touchpoint(touchpoint)
        if known is None or known.sampling is None:
            return Share(1.0)
        place = (touchpoint, self._now().date(), sampling.name_of(known.sampling))
        if place not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            plan = self._plans.get(*place) or self._plans.settle(*place, self._plan(place, known.sampling))
            self._known[place] = Share(plan.probability, plan.need)
        return self._known[place]

    def _plan(self, place: Place, target: Sampling) -> Plan:
        touchpoint, today, _ = place
        tallies = self._tallies.days(touchpoint, today - timedelta(days=sampling.DAYS), today - timedelta(days=1))
        return sampling.plan(target, sampling.past_of(tallies, today))
