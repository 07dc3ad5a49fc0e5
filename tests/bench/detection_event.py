"""What a detector is to a harness, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Event:
    """raised or resolved, at a unix second.  The rest where the detector says it: the estimated start with its 90 %
    interval, shares of bad answers with the 95 % interval of the share since, and the chance that it is chance.
    """

    kind: str
    at: float
    change_time: float | None = None
    change_between: tuple[float, float] | None = None
    before: float | None = None
    after: float | None = None
    after_low: float | None = None
    after_high: float | None = None
    chance: float | None = None


class Rule(Protocol):
    """A detector as the bench drives it."""

    def update(self, timestamp: float, score: int) -> Event | None:
        """One answer."""

    def state(self) -> Any:
        """What would be stored between two answers; None if it is not known."""
