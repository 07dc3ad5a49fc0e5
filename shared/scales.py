"""The five answer scales: where they begin and end, which answers are bad, and how painful each one is.

Scores always run from bad (low) to good (high).  Frozen values, no I/O; every service may import this.
"""

from __future__ import annotations

from dataclasses import dataclass

PAIN_CURVE = 1.5
"""Exponent of the pain curve: 1 would be a straight line; above 1 the worst answers weigh most."""


@dataclass(frozen=True)
class Scale:
    """One answer scale.

    low, high: the worst and the best score, both included.
    bad_at_most: a score at or below this is a bad answer (NPS: detractors, 0 to 6).
    """

    name: str
    low: int
    high: int
    bad_at_most: int

    def __hash__(self) -> int:
        """That of the name: scales are keys of caches that every answer looks up."""
        return hash(self.name)

    @property
    def levels(self) -> int:
        """How many different scores there are."""
        return self.high - self.low + 1

    @property
    def bad_levels(self) -> int:
        """How many of the scores, counted from the worst, are bad."""
        return self.bad_at_most - self.low + 1

    def has(self, score: int) -> bool:
        """Whether the score lies on the scale."""
        return self.low <= score <= self.high

    def is_bad(self, score: int) -> bool:
        """Whether the score is a bad answer.  Raises ValueError off the scale."""
        return self.index(score) < self.bad_levels

    def pain(self, score: int) -> float:
        """How much the answer hurts: 0 at the best score, 1 at the worst, convex between.

        Raises ValueError off the scale.
        """
        return float(((self.levels - 1 - self.index(score)) / (self.levels - 1)) ** PAIN_CURVE)

    def index(self, score: int) -> int:
        """Place of the score in a histogram that runs from `low` to `high`.

        Raises ValueError off the scale.
        """
        if not self.has(score):
            raise ValueError(f"{self.name} scores run from {self.low} to {self.high}, not {score}")
        return score - self.low


SCALES: dict[str, Scale] = {
    scale.name: scale
    for scale in (
        Scale("nps", 0, 10, 6),
        Scale("csat", 1, 5, 2),
        Scale("ces", 1, 7, 3),
        Scale("stars", 1, 5, 2),
        Scale("thumbs", 0, 1, 0),
    )
}

HANDOFF = Scale("handoff", 0, 1, 0)
"""Two levels nobody is asked on: whether somebody who came from there fared worse than somebody who did not."""
SILENCE, ABANDONMENT, PRESSURE, PROMISE = (
    Scale(name, 0, 1, 0) for name in ("silence", "abandonment", "pressure", "promise")
)
COUNTED: dict[str, Scale] = {one.name: one for one in (HANDOFF, SILENCE, ABANDONMENT, PRESSURE, PROMISE)}
"""Scales of what is counted without being asked; 0 is bad."""


def scale(name: str) -> Scale:
    """The scale of that name, asked or counted.  Raises ValueError naming the scales that may be asked on."""
    found = SCALES.get(name) or COUNTED.get(name)
    if found is None:
        raise ValueError(f"unknown scale {name!r}; known: {', '.join(SCALES)}")
    return found


def told_from(name: str, asked: Scale) -> Scale:
    """The scale of the answers that a figure on the scale `name` is told from. asked: the survey's, with its cut.

    It is the survey's where that still asks on it, and where the figure is counted, so that nobody answers on its
    scale: a promise, an early sign. Raises ValueError where there is no scale of that name.
    """
    return asked if asked.name == name or name in COUNTED else scale(name)
