"""What an account said, with what stands around it: who else was affected, and who saw it first."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Transition

EXPLAINED = "explained"
"""A touchpoint's own alert turns out to be about those who came from one other touchpoint."""


@dataclass(frozen=True)
class Finding(Transition):
    """A transition of one series, beside what the other series of its touchpoint show.

    origin: the touchpoint from which those came whom it is about; empty for everybody.
    otherwise: share of bad answers since then of those who did not come from there.
    is_spread: whether it is credibly worse for those, too.
    is_open: whether it is for everybody, but may well be for those who came from one touchpoint only.
    seen_first: the audience whose alert was open already; empty for none.
    """

    origin: str = ""
    otherwise: Share | None = None
    is_spread: bool = False
    is_open: bool = False
    seen_first: str = ""


def finding(transition: Transition, **more: Any) -> Finding:
    """The transition as a finding that says more."""
    if isinstance(transition, Finding):
        return replace(transition, **more)
    known = {each.name: getattr(transition, each.name) for each in fields(Transition)}
    return Finding(**{**known, **more})


def origin_of(series: Series, transition: Transition) -> str:
    """The touchpoint from which those came whom it is about; empty for everybody."""
    return series.origin or str(getattr(transition, "origin", ""))
