"""Segments in which answers worsened more than elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Literal

from shared.causes.answers import Given, Value
from shared.causes.exact import Table, fisher, q_values, zelen

SMALLEST_GROUP = 5
"""Of fewer answers nothing is shown, and nothing is said."""
FALSE_SHARE = 0.05
"""Of the segments, and of the words, that are named, so many may be there by chance."""
MOST_TESTED = 500
"""Segments; the largest. An attribute that says something else of everybody has none that is large enough."""
MOST_NUMBERS = 12
"""An attribute with more different numbers than this is cut in four, at its quartiles."""
Test = Literal["zelen", "fisher"]


@dataclass(frozen=True)
class Segment:
    """An attribute and its value, as people read it."""

    attribute: str
    value: str


@dataclass(frozen=True)
class Found:
    """A segment that worsened more than the rest. before, after: bad and all answers in it, bad and all elsewhere.

    test: `zelen`; `fisher` where the segment had fewer than 5 answers before, or hardly anybody a bad one, so that
    only what came since is compared. q_value: at most this share of all segments that are as strong is there by chance.
    """

    segment: Segment
    before: Table
    after: Table
    test: Test
    p_value: float
    q_value: float


def worsened(before: Sequence[Given], after: Sequence[Given]) -> list[Found]:
    """The segments with evidence, the strongest first; few of them are false, however many were looked at."""
    cuts = cuts_of([*before, *after])
    old, new = tables(before, cuts), tables(after, cuts)
    sizes = {segment: table[1] for segment, table in new.items() if min(table[1], table[3]) >= SMALLEST_GROUP}
    tested = sorted(sizes, key=lambda one: (-sizes[one], one.attribute, one.value))[:MOST_TESTED]
    nothing = (0, 0, sum(one.is_bad for one in before), len(before))
    found = [compared(segment, old.get(segment, nothing), new[segment]) for segment in tested]
    chances = q_values([one.p_value for one in found])
    named = [replace(one, q_value=q) for one, q in zip(found, chances, strict=True) if q <= FALSE_SHARE]
    return sorted(named, key=lambda one: (one.p_value, -one.after[1], one.segment.attribute, one.segment.value))


def compared(segment: Segment, before: Table, after: Table) -> Found:
    """By how it was before, where that is known: of a few answers, or of hardly a bad one, it is not."""
    if min(before[1], before[3], before[0] + before[2]) >= SMALLEST_GROUP:
        return Found(segment, before, after, "zelen", zelen(before, after), 1.0)
    return Found(segment, before, after, "fisher", fisher(after), 1.0)


def tables(answers: Sequence[Given], cuts: Mapping[str, Sequence[float]]) -> dict[Segment, Table]:
    """By segment: bad and all in it, bad and all in the rest."""
    counted: dict[Segment, list[int]] = {}
    for one in answers:
        for segment in segments_of(one, cuts):
            bad_and_all = counted.setdefault(segment, [0, 0])
            bad_and_all[0] += one.is_bad
            bad_and_all[1] += 1
    bad, n = sum(one.is_bad for one in answers), len(answers)
    return {segment: (hits, of, bad - hits, n - of) for segment, (hits, of) in counted.items()}


def segments_of(answer: Given, cuts: Mapping[str, Sequence[float]]) -> list[Segment]:
    """Those the answer is in."""
    return [Segment(name, shown(value, cuts.get(name))) for name, value in answer.attributes.items()]


def cuts_of(answers: Iterable[Given]) -> dict[str, list[float]]:
    """Where attributes with many different numbers are cut: at their quartiles, over all answers."""
    numbers: dict[str, list[float]] = {}
    for one in answers:
        for name, value in one.attributes.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers.setdefault(name, []).append(value)
    several = {name: sorted(values) for name, values in numbers.items() if len(set(values)) > MOST_NUMBERS}
    return {
        name: sorted({values[floor(len(values) * part / 4)] for part in (1, 2, 3)}) for name, values in several.items()
    }


def shown(value: Value, cuts: Sequence[float] | None = None) -> str:
    """The value as people read it, or the part of the numbers in which it lies: `< 20`, `20–50`, `≥ 50`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if not cuts:
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    above = [cut for cut in cuts if value >= cut]
    if not above:
        return f"< {cuts[0]:.6g}"
    return f"≥ {cuts[-1]:.6g}" if len(above) == len(cuts) else f"{above[-1]:.6g}–{cuts[len(above)]:.6g}"
