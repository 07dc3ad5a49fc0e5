"""How likely people fared badly who went through a touchpoint and said nothing: learned from those who did. Pure.

A small model that can be read: each value of each attribute adds to, or takes from, the log-odds that an answer is
bad, as far as it did among those who answered, shrunk as if `PRIOR` further answers with it had been like all others
(naive Bayes; Hand and Yu 2001, *Idiot's Bayes*). The sum is damped by the one of `DAMPINGS` that foretells best those
whom it has not seen, since attributes say the same thing more than once.

How well it tells bad from good is measured on answers it was not learned from: the area under the ROC curve over five
folds, with the interval of Hanley and McNeil (1982, Radiology 143). Half is chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import exp, log, sqrt

from shared.metrics import Z95

METHOD = "naive-bayes/1"
PRIOR = 10.0
LEAST_SEEN = 5
"""Answers with a value; of a rarer one nothing is learned."""
LEAST_BAD, LEAST_GOOD = 10, 10
"""Answers from which on something is learned at all."""
FOLDS = 5
DAMPINGS = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_REASONS = 3
Traits = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """An interaction that was answered. lot: text that puts it in a fold, always the same."""

    traits: Traits
    is_bad: bool
    lot: str


@dataclass(frozen=True)
class Weight:
    """What a value adds to the log-odds, and how many answers say so."""

    attribute: str
    value: str
    weight: float
    n: int


@dataclass(frozen=True)
class Discrimination:
    """How well bad is told from good: 0.5 is chance, 1 is perfect; with its 95 % interval."""

    auc: float
    low: float
    high: float
    bad: int
    good: int

    @property
    def is_better_than_chance(self) -> bool:
        return self.low > 0.5


@dataclass(frozen=True)
class Model:
    """base: log-odds of a bad answer. weights: damped. tested: how well it does on answers it has not seen."""

    base: float
    weights: Mapping[tuple[str, str], Weight]
    tested: Discrimination

    def likelihood(self, traits: Traits) -> float:
        """Of a bad answer, 0 to 1."""
        return logistic(self.base + sum(one.weight for one in self.reasons(traits, None)))

    def reasons(self, traits: Traits, most: int | None = MOST_REASONS) -> list[Weight]:
        """What speaks for a bad answer or against it, the heaviest first."""
        held = [self.weights[place] for place in traits.items() if place in self.weights]
        return sorted(held, key=lambda one: (-abs(one.weight), one.attribute))[:most]


def learned(cases: Sequence[Case]) -> Model | None:
    """The model of these answers; None where they are too few to learn from. The order of them does not matter."""
    bad = sum(one.is_bad for one in cases)
    if bad < LEAST_BAD or len(cases) - bad < LEAST_GOOD:
        return None
    ordered = sorted(cases, key=lambda one: one.lot)
    foretold = unseen(ordered)
    truths = [one.is_bad for one in ordered]
    damping = min(DAMPINGS, key=lambda one: (round(loss(foretold, truths, one), 9), one))
    base, weights = fitted(ordered)
    damped = {
        place: Weight(one.attribute, one.value, damping * one.weight, one.n)
        for place, one in weights.items()
        if damping and one.weight
    }
    return Model(base, damped, discrimination([score for _, score in foretold], truths))


def fitted(cases: Sequence[Case]) -> tuple[float, dict[tuple[str, str], Weight]]:
    """The log-odds over all, and what each value that was seen often enough adds."""
    share = (sum(one.is_bad for one in cases) + 0.5) / (len(cases) + 1)
    base, seen = logit(share), dict[tuple[str, str], list[int]]()
    for one in cases:
        for place in one.traits.items():
            bad_and_all = seen.setdefault(place, [0, 0])
            bad_and_all[0] += one.is_bad
            bad_and_all[1] += 1
    return base, {
        place: Weight(*place, logit((bad + PRIOR * share) / (n + PRIOR)) - base, n)
        for place, (bad, n) in seen.items()
        if n >= LEAST_SEEN
    }


def unseen(ordered: Sequence[Case]) -> list[tuple[float, float]]:
    """Of each answer the base and the sum of its weights, from the four fifths of the answers that it is not in."""
    folds = [sha256(one.lot.encode()).digest()[0] % FOLDS for one in ordered]
    models = [fitted([one for one, of in zip(ordered, folds, strict=True) if of != fold]) for fold in range(FOLDS)]
    found = []
    for one, fold in zip(ordered, folds, strict=True):
        base, weights = models[fold]
        found.append((base, sum(weights[place].weight for place in one.traits.items() if place in weights)))
    return found


def loss(foretold: Sequence[tuple[float, float]], truths: Sequence[bool], damping: float) -> float:
    """Mean logarithmic loss of what is foretold with that damping."""
    chances = [logistic(base + damping * score) for base, score in foretold]
    return -sum(log(p if bad else 1 - p) for p, bad in zip(chances, truths, strict=True)) / len(truths)


def discrimination(scores: Sequence[float], truths: Sequence[bool]) -> Discrimination:
    """The chance that a bad answer has a higher score than a good one, ties counting half."""
    ranks = midranks(scores)
    bad = sum(truths)
    good = len(truths) - bad
    total = sum(rank for rank, is_bad in zip(ranks, truths, strict=True) if is_bad)
    auc = (total - bad * (bad + 1) / 2) / (bad * good)
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = (auc * (1 - auc) + (bad - 1) * (q1 - auc * auc) + (good - 1) * (q2 - auc * auc)) / (bad * good)
    half = Z95 * sqrt(max(variance, 0.0))
    return Discrimination(auc, max(0.0, auc - half), min(1.0, auc + half), bad, good)


def midranks(scores: Sequence[float]) -> list[float]:
    """Of each score its place among all, from 1; equal ones share theirs."""
    order = sorted(range(len(scores)), key=lambda place: scores[place])
    ranks = [0.0] * len(scores)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and scores[order[last + 1]] == scores[order[first]]:
            last += 1
        for place in order[first : last + 1]:
            ranks[place] = (first + last) / 2 + 1
        first = last + 1
    return ranks


def logit(share: float) -> float:
    return log(share / (1 - share))


def logistic(odds: float) -> float:
    return 1 / (1 + exp(-max(-700.0, min(700.0, odds))))
