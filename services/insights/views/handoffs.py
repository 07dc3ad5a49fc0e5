"""Hand-offs as the API says them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.insights.domain.shares import BadShare
from services.insights.usecases.handoffs import Handoff, Handoffs


class BadShareView(BaseModel):
    """bad of n answers; low and high: the share's 95 % interval (Wilson), 0 to 1."""

    bad: int
    n: int
    low: float
    high: float


class DifferenceView(BaseModel):
    """A share less another, −1 to 1, with its 95 % interval (Newcombe)."""

    value: float
    low: float
    high: float


class HandoffView(BaseModel):
    """From one touchpoint to another: of those who came from there, and of all others."""

    origin: str
    origin_name: dict[str, str]
    touchpoint: str
    touchpoint_name: dict[str, str]
    owners: list[str] = Field(description="of both sides, the later touchpoint's first")
    share: BadShareView
    otherwise: BadShareView
    difference: DifferenceView | None


class HandoffsView(BaseModel):
    """Hand-offs of which at least five answers tell, most answers first."""

    touchpoint: str
    into: list[HandoffView]
    out: list[HandoffView]


def handoffs_view(touchpoint: str, found: Handoffs) -> HandoffsView:
    return HandoffsView(
        touchpoint=touchpoint,
        into=[handoff_view(one) for one in found.into],
        out=[handoff_view(one) for one in found.out],
    )


def handoff_view(one: Handoff) -> HandoffView:
    """One hand-off, with who is accountable for it."""
    gap = one.difference
    return HandoffView(
        origin=one.origin.id,
        origin_name=one.origin.name,
        touchpoint=one.touchpoint.id,
        touchpoint_name=one.touchpoint.name,
        owners=list(dict.fromkeys([one.touchpoint.owner.id, one.origin.owner.id])),
        share=share_view(one.share),
        otherwise=share_view(one.otherwise),
        difference=DifferenceView(value=round(gap.value, 4), low=round(gap.low, 4), high=round(gap.high, 4))
        if gap
        else None,
    )


def share_view(share: BadShare) -> BadShareView:
    return BadShareView(bad=share.bad, n=share.n, low=round(share.low, 4), high=round(share.high, 4))
