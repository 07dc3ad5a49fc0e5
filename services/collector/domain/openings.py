"""When a single link was opened with a score in its address, and what tells of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from services.collector.domain.responses import SWEEP

SWEEP_WITHIN = timedelta(seconds=10)
"""A person who chose one score takes longer to choose another; a mail gateway opens all of them at once."""


@dataclass(frozen=True)
class Opening:
    """When a single link was opened with a score in its address, as a message's buttons do.

    opened: by score, when it was last opened. marked: SWEEP or TRAP once that was noticed; it stays.
    """

    link_id: str
    touchpoint: str
    invitation_id: str | None
    first_opened_at: datetime
    opened: Mapping[int, datetime]
    marked: str | None = None

    @property
    def suspicion(self) -> str | None:
        """Why no score may be taken for a person's without their own press on Send; None where one may."""
        times = sorted(self.opened.values())
        is_sweep = any(later - earlier <= SWEEP_WITHIN for earlier, later in pairwise(times))
        return self.marked or (SWEEP if is_sweep else None)
