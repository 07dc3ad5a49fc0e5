"""Promises as the API says them."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from services.insights.domain.shares import BadShare, Keeping
from services.insights.usecases.promises import Lived
from services.insights.views.handoffs import BadShareView, DifferenceView, share_view


class PromiseWeek(BaseModel):
    """A week from Monday, UTC. gap: the share of bad answers less what is promised at most."""

    week: date
    share: BadShareView
    gap: DifferenceView


class PromiseView(BaseModel):
    """What is promised at most, and lived. kept: for certain, for certain not (`broken`), or `unclear`."""

    touchpoint: str
    text: dict[str, str]
    bad_at_most: float
    kept: Keeping
    share: BadShareView
    gap: DifferenceView | None = Field(description="none where nobody has answered")
    weeks: list[PromiseWeek]


def promise_view(touchpoint: str, lived: Lived) -> PromiseView:
    """The gap between what is promised and what is lived, with its interval."""
    target = lived.promise.bad_at_most
    return PromiseView(
        touchpoint=touchpoint,
        text=lived.promise.text,
        bad_at_most=target,
        kept=lived.keeping,
        share=share_view(lived.share),
        gap=gap(lived.share, target) if lived.share.n else None,
        weeks=[
            PromiseWeek(week=one.start, share=share_view(one.share), gap=gap(one.share, target)) for one in lived.weeks
        ],
    )


def gap(share: BadShare, target: float) -> DifferenceView:
    """The target is exact, so the gap's interval is the share's, moved."""
    return DifferenceView(
        value=round(share.value - target, 4), low=round(share.low - target, 4), high=round(share.high - target, 4)
    )
