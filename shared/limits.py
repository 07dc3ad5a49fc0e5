"""How often something may happen: at most so much in a window of time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Protocol


@dataclass(frozen=True)
class Limit:
    """At most so many in a window; windows begin at whole multiples of their length since 1970."""

    most: int
    window: timedelta

    def began(self, now: datetime) -> datetime:
        """When the window began that `now` is in."""
        length = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)

    def seconds_left(self, now: datetime) -> int:
        """How long whoever is refused has to wait: until the next window begins, 1 at the least."""
        return max(ceil((self.began(now) + self.window - now).total_seconds()), 1)


class Counters(Protocol):
    """Counts within windows, under names that tell nobody's address."""

    def count(self, what: str, limit: Limit, now: datetime, weight: int = 1) -> bool:
        """Adds the weight, at most the limit, to what was counted in the window and says so; where that would be more
        than the limit, adds nothing. Raises Unavailable where it cannot be told."""
        ...
