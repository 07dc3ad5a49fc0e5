"""Figures adjusted for who was asked and who answered: post-stratification, with the effective n. Pure.

Everybody who went through a touchpoint is known, with the segments its owner named; who of them answered is known
too. Within a cell (one combination of segments) answers stand for all its people, each by one over the probability
with which it was drawn; and each cell weighs as many people as it has. What those who did not answer would have said
is taken to be what the others of their cell said: the figure is as good as the segments are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.metrics import Figure, figures
from shared.scales import Scale

METHOD = "poststratified/1"
SMALLEST_CELL = 5
"""Answers. Smaller cells are joined, the last named segment first; so no answer stands for too many people."""
LEAST_ANSWERS = 20
LEAST_SHARE = 0.01
"""The smallest probability of being drawn that invitations use; nobody counts for more than a hundred."""
Cell = tuple[str, ...]
"""A value of each segment, in the order in which the touchpoint names them; shorter where cells were joined."""
Because = Literal["staff", "no_segments", "no_interactions", "too_few_answers"]


@dataclass(frozen=True)
class PassedDay:
    """Who went through a touchpoint on a day, UTC, by hashes. segments: those who have a value, by (name, value).

    share: the probability with which people were drawn that day.
    """

    day: date
    everybody: frozenset[bytes]
    segments: Mapping[tuple[str, str], frozenset[bytes]]
    share: float = 1.0


@dataclass(frozen=True)
class Counted:
    """One answer. person: the hash of its interaction, where it came by an invitation; attributes: else its own."""

    score: int
    person: bytes | None
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Placed:
    """An answer in its cell. weight: one over the probability with which its person was drawn."""

    score: int
    cell: Cell
    weight: float


@dataclass(frozen=True)
class Contrast:
    """The segment that moved the figure most: its parts of people and of answers, its bad share, and the others'."""

    attribute: str
    value: str
    of_people: float
    of_answers: float
    bad: float
    bad_others: float


@dataclass(frozen=True)
class Adjusted:
    """n: answers used, of `answers` that count. effective_n: Kish's, of equally weighing ones.

    raw, adjusted: the same figures of the same answers. cells: that were used; joined: that were too small.
    """

    n: int
    answers: int
    people: int
    effective_n: float
    raw: list[Figure]
    adjusted: list[Figure]
    cells: int
    joined: int
    contrast: Contrast | None


@dataclass(frozen=True)
class Crowd:
    """Who went through. first: those of earlier days may answer yet, but are not who the figures are of."""

    names: Sequence[str]
    days: Sequence[PassedDay]
    first: date


def adjusted(scale: Scale, whole: Crowd, answers: Sequence[Counted]) -> Adjusted | Because:
    """The figures of everybody who went through, from those who answered; or why they cannot be made."""
    names = whole.names
    if not names:
        return "no_segments"
    people = people_of(whole.days, names)
    crowd = Counter(people[one][0] for day in whole.days if day.day >= whole.first for one in day.everybody)
    if not crowd:
        return "no_interactions"
    placed = [one for answer in answers if (one := placed_in(answer, people, names)) is not None]
    if len(placed) < LEAST_ANSWERS:
        return "too_few_answers"
    joined = joined_cells(crowd, Counter(one.cell for one in placed))
    weights = weights_of(placed, crowd, joined)
    total, squares = sum(weights), sum(weight * weight for weight in weights)
    effective = total * total / squares
    return Adjusted(
        n=len(placed),
        answers=len(answers),
        people=sum(crowd.values()),
        effective_n=effective,
        raw=figures(scale, histogram(scale, placed, [1.0] * len(placed))),
        adjusted=figures(scale, [count * effective / total for count in histogram(scale, placed, weights)]),
        cells=len(set(joined.values())),
        joined=sum(cell != into for cell, into in joined.items()),
        contrast=contrast(scale, names, crowd, placed),
    )


def people_of(days: Iterable[PassedDay], names: Sequence[str]) -> dict[bytes, tuple[Cell, float]]:
    """Everybody, with their cell and the probability of their day."""
    people: dict[bytes, tuple[Cell, float]] = {}
    for day in days:
        values: dict[bytes, dict[str, str]] = {}
        for (name, value), members in sorted(day.segments.items()):
            for person in members:
                values.setdefault(person, {})[name] = value
        for person in day.everybody:
            of_person = values.get(person, {})
            cell = tuple(of_person.get(name, "") for name in names)
            people[person] = (cell, max(day.share, LEAST_SHARE))
    return people


def placed_in(answer: Counted, people: Mapping[bytes, tuple[Cell, float]], names: Sequence[str]) -> Placed | None:
    """The answer in its cell: that of its invitation, else that which it names itself; None where neither is known."""
    if answer.person is not None and answer.person in people:
        cell, share = people[answer.person]
        return Placed(answer.score, cell, 1 / share)
    if all(name in answer.attributes for name in names):
        return Placed(answer.score, tuple(answer.attributes[name] for name in names), 1.0)
    return None


def joined_cells(crowd: Mapping[Cell, int], answered: Mapping[Cell, int]) -> dict[Cell, Cell]:
    """For each cell that into which it is joined: itself where it has answers enough, else one segment less, …

    Those that are still too few have the empty cell; people of a cell without answers count among all.
    """
    places = dict.fromkeys(sorted(crowd.keys() | answered.keys()))
    joined: dict[Cell, Cell] = {cell: cell for cell in places}
    depth = max(map(len, joined), default=0)
    for length in range(depth, 0, -1):
        held = Counter[Cell]()
        for cell, into in joined.items():
            held[into] += answered.get(cell, 0)
        small = {into for into in held if len(into) == length and held[into] < SMALLEST_CELL}
        joined = {cell: into[:-1] if into in small else into for cell, into in joined.items()}
    return joined


def weights_of(placed: Sequence[Placed], crowd: Mapping[Cell, int], joined: Mapping[Cell, Cell]) -> list[float]:
    """Of each answer: how many people it stands for. Together they stand for everybody."""
    people, drawn = Counter[Cell](), Counter[Cell]()
    for cell, n in crowd.items():
        people[joined[cell]] += n
    weighed: dict[Cell, float] = {}
    for one in placed:
        drawn[joined[one.cell]] += 1
        weighed[joined[one.cell]] = weighed.get(joined[one.cell], 0.0) + one.weight
    spoken = sum(people[cell] for cell in weighed)
    spread = sum(people.values()) / spoken if spoken else 0.0
    if not spoken:
        return [one.weight for one in placed]
    return [one.weight * people[joined[one.cell]] / weighed[joined[one.cell]] * spread for one in placed]


def histogram(scale: Scale, placed: Sequence[Placed], weights: Sequence[float]) -> list[float]:
    counts = [0.0] * scale.levels
    for one, weight in zip(placed, weights, strict=True):
        counts[scale.index(one.score)] += weight
    return counts


def contrast(
    scale: Scale, names: Sequence[str], crowd: Mapping[Cell, int], placed: Sequence[Placed]
) -> Contrast | None:
    """The segment whose people are most over- or under-represented among the answers, weighed by how else they answer.

    Only of segments with five answers and people at least, and as many elsewhere.
    """
    found = [
        one
        for place, name in enumerate(names)
        for value in sorted({answer.cell[place] for answer in placed} - {""})
        if (one := contrast_of(scale, (place, name, value), crowd, placed)) is not None
    ]
    return max(found, key=moved, default=None)


def moved(one: Contrast) -> float:
    return abs((one.of_people - one.of_answers) * (one.bad - one.bad_others))


def contrast_of(
    scale: Scale, segment: tuple[int, str, str], crowd: Mapping[Cell, int], placed: Sequence[Placed]
) -> Contrast | None:
    """segment: place of the name, name and value."""
    place, name, value = segment
    inside = [scale.is_bad(one.score) for one in placed if one.cell[place] == value]
    outside = [scale.is_bad(one.score) for one in placed if one.cell[place] != value]
    people, everybody = sum(n for cell, n in crowd.items() if cell[place] == value), sum(crowd.values())
    if min(len(inside), len(outside), people, everybody - people) < SMALLEST_CELL:
        return None
    return Contrast(
        attribute=name,
        value=value,
        of_people=people / everybody,
        of_answers=len(inside) / len(placed),
        bad=sum(inside) / len(inside),
        bad_others=sum(outside) / len(outside),
    )
