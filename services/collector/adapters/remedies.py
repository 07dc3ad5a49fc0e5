"""What owners did about alerts, as the alerts service keeps it; remembered for a while, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.catalogue import Changed
from shared.errors import Unavailable
from shared.remedies import ReadRemedies

MOST = 20


class ShownRemedies:
    """The remedies of the table `cases`, remembered for `seconds`: one is seen, or gone, that much later."""

    def __init__(self, kept: ReadRemedies, now: Callable[[], datetime], seconds: float = 30.0) -> None:
        self._kept, self._now, self._seconds = kept, now, seconds
        self._seen: dict[str, tuple[datetime, tuple[Changed, ...]]] = {}

    def shown(self, touchpoint: str) -> tuple[Changed, ...]:
        """What was read last time stays where nothing can be read: whoever answered is thanked all the same."""
        now = self._now()
        at, known = self._seen.get(touchpoint, (None, ()))
        if at is not None and 0 <= (now - at).total_seconds() < self._seconds:
            return known
        if len(self._seen) > 1000:
            self._seen.clear()
        try:
            found = self._kept.of_touchpoint(touchpoint, MOST)
            known = tuple(Changed(on=one.on, text=one.text) for one in found if one.is_shown)
        except Unavailable:
            pass
        self._seen[touchpoint] = (now, known)
        return known
