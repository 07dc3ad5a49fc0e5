"""One figure of the bench: what it is, what it is held against, what was wanted, and whether it is so."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

COMPARED: dict[str, Callable[[float, float], bool]] = {"≤": operator.le, "≥": operator.ge, "=": operator.eq}


@dataclass(frozen=True)
class Figure:
    """value: as measured; reference: the same of something else, which `than` names.

    of: the row, where one figure is had of several things. wanted: such as `ratio ≤ 0.9` or `= 1`; empty where nothing
    is. is_timed: whether it hangs on how busy the machine is, so that a short run cannot judge it.
    """

    name: str
    value: float
    of: str = ""
    reference: float | None = None
    than: str = ""
    wanted: str = ""
    is_timed: bool = False

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None

    @property
    def is_met(self) -> bool | None:
        """None where nothing is wanted. Raises ValueError for a wish that is none."""
        if not self.wanted:
            return None
        subject, sign, bound = ["value", *self.wanted.split()][-3:]
        held = {"value": self.value, "ratio": self.ratio}[subject]
        if held is None:
            raise ValueError(f"{self.name}: no reference to be a ratio of")
        return COMPARED[sign](held, float(bound.replace(",", "")))


def said(value: float | None) -> str:
    """A number as people read it: three digits at least, thousands apart, nothing for none."""
    if value is None:
        return ""
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = next(places for places in (1, 2, 3, 4, 5, 6) if abs(value) >= 10 ** (2 - places) or places == 6)
    return f"{value:.{digits}f}"
