"""What a touchpoint's alerts say together: one trouble is told once, by whom it concerns, with who saw it first.

Each series' account speaks for itself. Laid side by side in order of event time:

- A touchpoint's own alert that is only about those who came from one other touchpoint is that hand-off's alert.
- As long as it is open which of the two it is, it waits, until its evidence has grown five times at the most.
- While a hand-off's alert is open, the touchpoint's own is not raised beside it, unless the others fare worse too,
  or until the hand-off's is over and the touchpoint's is not.
- A touchpoint's own alert that stands when its hand-off's is raised, or that turns out to be about those who came from
  one other touchpoint, says so.
- A hand-off's alert is over when nothing tells of it any more: neither the account on which it was raised, nor the
  touchpoint's own about those who came from there.
- A customers' alert says whether the staff's was open before it, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.transition import RAISED, RESOLVED, STRENGTHENED, Transition
from services.aggregator.domain.findings import EXPLAINED, finding, origin_of

Told = tuple[Series, Transition]
AUDIENCE_OF = {"customer": "staff", "staff": "customer"}
"""By audience the other one."""

MOST_GROWN = 5
"""So often, by one half each time, evidence grows while it is open whom it is about; no alert waits for more."""


@dataclass
class Touchpoint:
    """What is open at one touchpoint while its transitions are gone through, and what is told of each.

    drivers: the series on whose account a hand-off's alert stands, by the touchpoint before.
    hidden: series whose accounts are open, but told by another's alert, with what they said last.
    heirs: of those, the ones whose account alone keeps a hand-off's alert open, with the series it was raised of.
    waiting: series whose accounts are open, but not whom they are about, and how often their evidence has grown.
    """

    told: list[Told] = field(default_factory=list)
    open: dict[Series, Transition] = field(default_factory=dict)
    drivers: dict[str, Series] = field(default_factory=dict)
    hidden: dict[Series, Transition] = field(default_factory=dict)
    heirs: dict[Series, Series] = field(default_factory=dict)
    waiting: dict[Series, int] = field(default_factory=dict)

    def hear(self, series: Series, transition: Transition) -> None:
        """Takes one transition in."""
        if transition.kind == STRENGTHENED:
            self.strengthened(series, transition)
        elif transition.kind == RAISED and getattr(transition, "is_open", False):
            self.waiting[series] = 0
        elif transition.kind == RAISED:
            self.raised(series, transition)
        elif series in self.waiting:
            del self.waiting[series]
        elif series in self.hidden:
            del self.hidden[series]
            if series in self.heirs:
                self.ended(self.heirs.pop(series), transition)
        elif (heir := self.heir_of(series)) is not None:
            self.heirs[heir] = series
        else:
            self.ended(series, transition)

    def heir_of(self, series: Series) -> Series | None:
        """Of what is hidden, what still tells of the hand-off whose alert was raised of this series."""
        origins = {name for name, driver in self.drivers.items() if driver == series}
        return next((heir for heir, said in self.hidden.items() if origin_of(heir, said) in origins), None)

    def raised(self, series: Series, transition: Transition) -> None:
        """An account raised: it is told, or hidden behind a hand-off's alert that tells it already."""
        if series in self.heirs.values():
            self.heirs = {heir: raised for heir, raised in self.heirs.items() if raised != series}
            return
        origin = origin_of(series, transition)
        is_own = series.source == "customer" and not origin
        if origin in self.drivers or (self.drivers and is_own and not is_spread(transition)):
            self.hidden[series] = transition
            return
        first = AUDIENCE_OF.get(series.source, "")
        if any(one.source == first for one in self.open):
            transition = finding(transition, seen_first=first)
        if origin:
            self.drivers[origin] = series
        if series.origin and not is_spread(transition):
            self.explain(series.origin, transition)
        self.open[series] = transition
        self.told.append((series, transition))

    def explain(self, origin: str, by: Transition) -> None:
        """The touchpoint's own alert, where it stands, says that it is about those who came from there."""
        for series, own in list(self.open.items()):
            if series.source == "customer" and not getattr(own, "origin", ""):
                explained = finding(own, kind=EXPLAINED, at=by.at, origin=origin)
                self.open[series] = explained
                self.told.append((series, explained))

    def strengthened(self, series: Series, transition: Transition) -> None:
        """What waited is told; what was told by a hand-off's alert may have become everybody's."""
        if series in self.waiting:
            self.grown(series, transition)
        elif series in self.open:
            self.told.append((series, transition))
            if not series.origin and (origin := origin_of(series, transition)):
                self.explain(origin, transition)
        elif series in self.hidden:
            self.hidden[series] = transition
            if series.source == "customer" and is_spread(transition):
                self.uncovered(series, transition)

    def grown(self, series: Series, transition: Transition) -> None:
        """The evidence of what waits has grown: by now it may be known whom it is about, or has waited long enough."""
        self.waiting[series] += 1
        if self.waiting[series] >= MOST_GROWN or not getattr(transition, "is_open", False):
            del self.waiting[series]
            self.raised(series, replace(transition, kind=RAISED))

    def ended(self, series: Series, transition: Transition) -> None:
        """An alert is over; what it hid, and is not over, is told from now on."""
        self.told.append((series, transition))
        self.open.pop(series, None)
        for origin in [name for name, driver in self.drivers.items() if driver == series]:
            del self.drivers[origin]
        if not self.drivers:
            for hidden, said in list(self.hidden.items()):
                self.uncovered(hidden, replace(said, at=transition.at))

    def uncovered(self, series: Series, said: Transition) -> None:
        """Raises what was hidden, about whom its account said last; a hand-off's that it alone kept open is over."""
        del self.hidden[series]
        if series in self.heirs:
            self.ended(self.heirs.pop(series), replace(said, kind=RESOLVED))
        self.raised(series, replace(said, kind=RAISED))


def is_spread(transition: Transition) -> bool:
    """Whether everybody fares worse; so it is taken to be where there is no hand-off to tell apart."""
    return bool(getattr(transition, "is_spread", True))


def in_concert(decided: Mapping[Series, Sequence[Transition]]) -> dict[Series, list[Transition]]:
    """What is told of each series, in order of event time. decided: what the boards publish."""
    heard = [(series, one) for series, several in decided.items() for one in several]
    heard.sort(key=lambda told: (told[0].touchpoint, told[1].at, told[1].kind == STRENGTHENED, told[0].partition))
    concert: dict[Series, list[Transition]] = {}
    for _, of_touchpoint in groupby(heard, key=lambda told: told[0].touchpoint):
        touchpoint = Touchpoint()
        for series, transition in of_touchpoint:
            touchpoint.hear(series, transition)
        for series, transition in touchpoint.told:
            concert.setdefault(series, []).append(transition)
    return concert
