"""Hand-offs: how a touchpoint goes for those who came from one other touchpoint, against all others there."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from services.aggregator.domain.attributing import Group, blame
from services.aggregator.domain.comparing import Comparison, Waiting
from services.aggregator.domain.detection.detector import Account, Settings, Transition, open_account, step
from services.aggregator.domain.detection.interval import Share, counted
from services.aggregator.domain.detection.settings import CELL_SECONDS
from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED
from services.aggregator.domain.findings import Finding, finding
from services.aggregator.domain.watching import Hour, Watch
from shared.marks import first_cell, is_arrival, origins, settled
from shared.metrics import wilson
from shared.scales import HANDOFF, Scale

BEFORE_S = 28 * 86400
"""What was usual on a hand-off is told from the four weeks before."""
CERTAIN = 3.2905
"""Standard deviations of a 99.9 % interval: the moment was picked for looking bad."""


@dataclass
class Path:
    """What is remembered of one hand-off: its account of evidence, and the answers waiting to be compared."""

    account: Account | None = None
    comparison: Comparison = field(default_factory=Comparison)

    def to_list(self) -> list[Any]:
        compared = self.comparison
        return [self.account.to_json() if self.account else None, list(compared.mine), list(compared.others)]

    @classmethod
    def from_list(cls, written: list[Any]) -> Path:
        account, *waiting = written
        path = cls(Account.from_json(account) if account else None)
        for side, answers in zip((path.comparison.mine, path.comparison.others), waiting, strict=True):
            _fill(side, answers)
        return path


def _fill(side: Waiting, answers: Iterable[Sequence[int]]) -> None:
    side.extend((cell, level) for cell, level in answers)


@dataclass(frozen=True)
class Passed:
    """What came of the hand-offs into a touchpoint while cells were stepped.

    paths: what is remembered, as JSON; began: unix seconds at which the first pair of each hand-off was compared.
    """

    paths: str | None
    began: dict[str, int]
    transitions: list[tuple[str, Transition]]


def known(text: str | None) -> dict[str, Path]:
    """What is remembered, by the touchpoint before."""
    return {name: Path.from_list(written) for name, written in json.loads(text or "{}").items()}


def names(text: str | None) -> set[str]:
    """The touchpoints before that something is remembered of, in whatever format its accounts were written."""
    return set(json.loads(text or "{}"))


class Told(NamedTuple):
    """One counted answer. digest: hash of its id; level: 0 is the worst; origin: touchpoint before, or empty."""

    cell: int
    digest: bytes
    level: int
    origin: str


def told_in(hours: Iterable[Hour]) -> list[Told]:
    """The counted answers by time; those of one cell in the order of their hashes, which says nothing of scores."""
    told: list[Told] = []
    for hour in hours:
        came, first = origins(hour.marks), first_cell(hour.start)
        told += [
            Told(first + mark.cell, mark.digest, mark.level, came.get(mark.digest, ""))
            for mark in settled(hour.marks)
            if mark.is_counted
        ]
    return sorted(told)


def has_origins(watch: Watch, hours: Iterable[Hour]) -> bool:
    """Whether it is known of anybody where they came from; where it is not, all this costs nothing."""
    return watch.paths is not None or any(is_arrival(mark) for hour in hours for mark in hour.marks)


def passed(watch: Watch, told: Sequence[Told], settings: Settings) -> Passed:
    """The hand-offs after the cells that were claimed. told: at least of the complete cells still to be stepped."""
    paths = known(None if watch.is_afresh else watch.paths)
    began: dict[str, int] = {}
    said: list[tuple[str, Transition]] = []
    fresh = [one for one in told if watch.stepped_to <= one.cell < watch.claimed_to]
    for cell, grouped in groupby(fresh, key=lambda one: one.cell):
        answers = [(one.level, one.origin) for one in grouped]
        for name in sorted({origin for _, origin in answers if origin} | paths.keys()):
            path = paths.setdefault(name, Path())
            worse, better = path.comparison.compare(cell, ((level, origin == name) for level, origin in answers))
            if not worse + better:
                continue
            if path.account is None:
                path.account, began[name] = open_account(HANDOFF, settings), cell * CELL_SECONDS
            path.account, found = step(path.account, cell, (worse, better), settings)
            said += [(name, one) for one in found]
    text = json.dumps({name: path.to_list() for name, path in paths.items()}, sort_keys=True, separators=(",", ":"))
    return Passed(text if paths else None, began, said)


@dataclass(frozen=True)
class Sides:
    """Shares of bad answers before and since a change: of those who came from there, and of the others."""

    before: Share
    after: Share
    others_before: Share
    others_after: Share

    @property
    def is_spread(self) -> bool:
        """Whether it is beyond doubt that the others fare worse than before, too."""
        low, _ = wilson(self.others_after.bad, self.others_after.n, CERTAIN)
        return low > (self.others_before.share or 0.0) and self.others_before.n > 0


def groups(told: Sequence[Told], transition: Transition, scale: Scale) -> dict[str, Group]:
    """Answers before and since the change, by the touchpoint before; empty for nowhere.

    told: answers from four weeks before the change to the transition, at least.
    """
    first = (transition.change_started_at - BEFORE_S) // CELL_SECONDS
    change, last = transition.change_started_at // CELL_SECONDS, transition.at // CELL_SECONDS
    tallied: Counter[tuple[str, bool, bool]] = Counter(
        (one.origin, one.cell >= change, one.level < scale.bad_levels)
        for one in told[bisect_left(told, (first,)) : bisect_left(told, (last,))]
    )
    return {origin: group(origin, tallied) for origin in sorted({origin for origin, _, _ in tallied})}


def group(origin: str, tallied: Mapping[tuple[str, bool, bool], int]) -> Group:
    (bad_before, good_before), (bad, good) = (
        [tallied.get((origin, since, is_bad), 0) for is_bad in (True, False)] for since in (False, True)
    )
    return Group(bad_before, bad_before + good_before, bad, bad + good)


def sides(groups: Mapping[str, Group], origin: str) -> Sides:
    """Those who came from there, and all others."""
    others = [one for name, one in groups.items() if name != origin]
    return Sides(*shares([groups[origin]] if origin in groups else []), *shares(others))


def shares(groups: Sequence[Group]) -> tuple[Share, Share]:
    """Of bad answers before the change, and since."""
    before = counted(sum(one.bad_before for one in groups), sum(one.before for one in groups))
    return before, counted(sum(one.bad for one in groups), sum(one.n for one in groups))


def about_handoff(transition: Transition, origin: str, told: Sequence[Told], scale: Scale) -> Finding:
    """What a hand-off's account said, in shares of bad answers instead of pairs."""
    found = sides(groups(told, transition, scale), origin)
    return finding(
        transition,
        before=found.before,
        after=found.after,
        otherwise=found.others_after,
        is_spread=found.is_spread,
    )


def about_touchpoint(transition: Transition, told: Sequence[Told], scale: Scale) -> Transition:
    """What a touchpoint's own account said; where it is about those who came from one touchpoint, about those."""
    grouped = groups(told, transition, scale)
    origins = [name for name in grouped if name]
    if transition.kind not in MORE or not origins:
        return transition
    blamed = blame(grouped)
    if not blamed.origin:
        is_spread = all(sides(grouped, one).is_spread for one in origins)
        return finding(transition, is_spread=is_spread, is_open=blamed.is_open)
    found = sides(grouped, blamed.origin)
    return finding(
        transition, origin=blamed.origin, before=found.before, after=found.after, otherwise=found.others_after
    )


MORE = (RAISED, STRENGTHENED)
