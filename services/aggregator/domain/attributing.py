"""Whom a touchpoint's own alert is about: everybody, or those who came from one other touchpoint. Pure.

Several stories are held against each other, each with one number that is free, a step in the log-odds of a bad
answer: since the change everybody fares worse by that step, wherever they came from; or only those who came from one
touchpoint do, and all others fare as before. The likeliest is told (a likelihood ratio, each free number at its
likeliest; before anything is seen no story is likelier than another). As the moment of an alarm is one at which all
others look bad, too, everybody is blamed only where that is `SURE` times likelier than any way; in between it is open,
and an alert waits for more evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

SURE = 12.0
STEPS = tuple(step / 10 for step in range(1, 51))
"""Of log-odds that are tried."""
PRIOR = 10.0
"""How a few answers of one group were before is drawn to all, as if so many more had been like them."""


@dataclass(frozen=True)
class Group:
    """Those who came from one touchpoint, or from nowhere: bad answers and answers, before the change and since."""

    bad_before: int
    before: int
    bad: int
    n: int


@dataclass(frozen=True)
class Blame:
    """origin: the touchpoint from which those came whom it is likeliest about; empty for everybody.

    is_open: whether it may well be another story.
    """

    origin: str = ""
    is_open: bool = False


def blame(groups: Mapping[str, Group]) -> Blame:
    """Whom it is about. groups: by where people came from, empty for nowhere."""
    names = sorted(name for name in groups if name)
    if not names:
        return Blame()
    usual = usual_odds(groups)
    everybody = best(groups.items(), usual)
    still = {name: likelihood(one, usual[name]) for name, one in groups.items()}
    alone = {name: best([(name, groups[name])], usual) + sum(still.values()) - still[name] for name in names}
    name = max(names, key=lambda one: alone[one])
    if alone[name] > everybody:
        return Blame(name)
    return Blame(is_open=everybody - alone[name] < log(SURE))


def usual_odds(groups: Mapping[str, Group]) -> dict[str, float]:
    """Log-odds of a bad answer before the change, by group."""
    bad, n = (sum(counts) for counts in zip(*((one.bad_before, one.before) for one in groups.values()), strict=True))
    share = (bad + 0.5) / (n + 1)
    drawn = {name: (one.bad_before + PRIOR * share) / (one.before + PRIOR) for name, one in groups.items()}
    return {name: log(held / (1 - held)) for name, held in drawn.items()}


def best(groups: Iterable[tuple[str, Group]], usual: Mapping[str, float]) -> float:
    """The log-likelihood of these groups' answers since, with the step that makes it greatest."""
    known = list(groups)
    return max(sum(likelihood(one, usual[name] + step) for name, one in known) for step in STEPS)


def likelihood(group: Group, odds: float) -> float:
    """Log-likelihood of its answers since, where a bad one has these log-odds."""
    return group.bad * odds - group.n * log(1 + exp(odds))
