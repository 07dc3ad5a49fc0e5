"""Every number the friction detector can be told, with its unit and the reason for its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from math import exp
from types import MappingProxyType

CELL = timedelta(minutes=5)
"""Answers are summed over cells this long; a cell's index is floor(unix seconds / 300)."""

CELL_SECONDS = 300
CELLS_A_DAY = 288

TYPICAL: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "nps": (0.04, 0.01, 0.01, 0.02, 0.02, 0.04, 0.04, 0.09, 0.17, 0.18, 0.38),
        "csat": (0.06, 0.04, 0.1, 0.25, 0.55),
        "ces": (0.05, 0.03, 0.05, 0.08, 0.15, 0.24, 0.4),
        "stars": (0.08, 0.04, 0.08, 0.2, 0.6),
        "thumbs": (0.15, 0.85),
        "handoff": (0.5, 0.5),
        "silence": (0.85, 0.15),
        "abandonment": (0.4, 0.6),
        "pressure": (0.1, 0.9),
    }
)
"""What a touchpoint nobody has measured yet is taken to look like: polarised, J-shaped, about one
answer in eight bad (Hu, Zhang and Pavlou 2009, on the J shape).  What the other touchpoints of a company are
like takes its place (`typical` in the journey file)."""


@dataclass(frozen=True)
class Settings:
    """Every tunable of the detector.

    false_alarms_per_year: false alerts a touchpoint may give per year, > 0.  The promise.
    patience_days: how long evidence is remembered, and how many days one unit of betting money lasts.
    tilts: strengths of worsening that are bet on; the odds of the worst answer times exp(tilt).
    time_zone: IANA name; hour and kind of day are local.
    typical: histogram per scale that a touchpoint starts from; any positive weights.
    typical_worth: how many answers that start is worth; the touchpoint's own answers outweigh it.
    launch_answers, launch_days: over its first so many answers a touchpoint is bet on as if so many
        days passed on top: launches go wrong more often, and busy ones within hours.
    memory_days: how long the usual is remembered: (longest, shortest), for few and for many answers.
    memory_volume: answers a day at which the memory is half way between the two.
    rhythm_sd: how strongly hours and kinds of day are expected to differ, as tilts, before any
        answer: daily wave (2), half-day wave (2), weekend.  A strong daily wave widens the rest.
    rhythm_days: how long the rhythm is remembered.
    wobble_sd: how much the level is expected to wander from day to day, as a tilt, before any answer.
    wobble_doubt: standard deviation of that expectation's square; smaller is slower to learn.
    least_answers: no alert from fewer answers than this since the start of the change.
    adopt_days: a worse level that lasts so long becomes the usual one, and is said to ...
    adopt_answers: ... if it holds so many answers; with fewer, evidence still grows, and it has to last the patience.
    resolve_per_year: early closings per year that an open alert may see.
    version: stamped on what is decided under these settings.
    """

    false_alarms_per_year: float = 1.0
    patience_days: float = 90.0
    tilts: tuple[float, ...] = (0.5, 1.0, 2.0)
    time_zone: str = "UTC"
    typical: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: TYPICAL, hash=False)
    typical_worth: float = 60.0
    launch_answers: float = 200.0
    launch_days: float = 24.0
    memory_days: tuple[float, float] = (321.0, 21.0)
    memory_volume: float = 15.0
    rhythm_sd: tuple[float, ...] = (0.11, 0.11, 0.055, 0.055, 0.22)
    rhythm_days: float = 365.0
    wobble_sd: float = 0.06
    wobble_doubt: float = 0.015
    least_answers: int = 3
    adopt_days: float = 28.0
    adopt_answers: int = 300
    resolve_per_year: float = 4.0
    version: str = "1"

    @cached_property
    def threshold(self) -> float:
        """Evidence at which an account raises: mean evidence 1, remembered for the patience."""
        return 365.0 / self.patience_days / self.false_alarms_per_year

    @cached_property
    def resolve_threshold(self) -> float:
        """Evidence of recovery at which an open alert closes."""
        return 365.0 / self.patience_days / self.resolve_per_year

    def kept(self, cells: int) -> float:
        """Share of the evidence still remembered after so many cells."""
        return exp(-cells / (self.patience_days * CELLS_A_DAY))
