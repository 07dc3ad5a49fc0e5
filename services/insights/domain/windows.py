"""Spans of days that figures are about, and the equal span before them; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.marks import CELL_SECONDS
from shared.times import from_unix

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Days in UTC, both included. until: answers of before this time only; None: all of the last day."""

    first: date
    last: date
    until: datetime | None = None

    @property
    def before(self) -> Window:
        """The span of as many days that ends the day before."""
        return Window(self.first - (self.last - self.first) - DAY, self.first - DAY)

    @property
    def whole(self) -> Window:
        """Its days that are in it to their end."""
        last = self.last if self.until is None else (self.until - DAY).date()
        return Window(self.first, min(self.last, last))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def ending(last: date, days: int) -> Window:
    """So many days, the last included."""
    return Window(last - (days - 1) * DAY, last)


def at(time: datetime, days: int) -> Window:
    """So many days up to a time, cut at the five minutes it lies in: no figure is finer."""
    cut = from_unix(int(time.timestamp()) // CELL_SECONDS * CELL_SECONDS)
    last = (cut - timedelta(seconds=1)).date()
    return Window(last - (days - 1) * DAY, last, cut)
