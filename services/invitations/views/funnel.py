"""A touchpoint's funnel as the API says it, and how the question for it is read."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.invitations.domain.funnel import Counts
from services.invitations.usecases.funnels import Funnel
from shared.metrics import wilson

MOST_DAYS = 92
USUAL_DAYS = 28
FIRST_YEAR, LAST_YEAR = 2000, 2999
RATES = {
    "sampled": ("sampled", "eligible"),
    "sent": ("sent", "planned"),
    "delivered": ("delivered", "sent"),
    "opened": ("opened", "sent"),
    "answered": ("answered", "sent"),
}
"""Each rate's name, what it is a share of, and of what."""


class FunnelQuestion(BaseModel):
    """Days, UTC, both included: the last four weeks where none are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: date | None = Field(None, alias="from")
    to: date | None = None

    @field_validator("from_", "to")
    @classmethod
    def is_of_our_days(cls, day: date | None) -> date | None:
        """Interactions are from 2000 on; and weeks must fit before and after it in the calendar."""
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise PydanticCustomError("day", f"a day of the years {FIRST_YEAR} to {LAST_YEAR}")
        return day

    @field_validator("to")
    @classmethod
    def is_after_the_first(cls, to: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("from_")
        if first and to and not 0 <= (to - first).days < MOST_DAYS:
            raise PydanticCustomError("span", "a day not before `from`, and at most {n} days in all", {"n": MOST_DAYS})
        return to

    def span(self, today: date) -> tuple[date, date]:
        """The first and the last day."""
        last = self.to or (min(today, self.from_ + timedelta(days=MOST_DAYS - 1)) if self.from_ else today)
        return self.from_ or last - timedelta(days=USUAL_DAYS - 1), last


class RateView(BaseModel):
    """A share in percent with its 95 % interval (Wilson)."""

    value: float
    low: float
    high: float


class CountsView(BaseModel):
    """How many interactions got how far. refused: by reason, why nobody was asked. rates: none of nobody."""

    happened: int
    eligible: int
    sampled: int
    planned: int
    sent: int
    delivered: int
    opened: int
    answered: int
    bounced: int
    expired: int
    refused: dict[str, int]
    rates: dict[str, RateView]


class DayView(CountsView):
    """A day, UTC, of interactions, whenever the rest happened."""

    day: date


class SegmentView(CountsView):
    """The interactions whose attribute has that value."""

    attribute: str
    value: str


class CrowdingView(BaseModel):
    """How many were refused for that reason because that touchpoint had asked. share: in percent of all refused."""

    touchpoint: str
    owner: str | None = None
    reason: str
    n: int
    share: float


class FunnelView(BaseModel):
    """hidden_segments: how many values of an attribute are too few people to be shown."""

    touchpoint: str
    owner: str
    first_day: date
    last_day: date
    funnel: CountsView
    days: list[DayView]
    channels: dict[str, CountsView]
    segments: list[SegmentView]
    hidden_segments: dict[str, int]
    crowded_out_by: list[CrowdingView]


def funnel_view(found: Funnel, first: date, last: date) -> FunnelView:
    """The funnel with its rates."""
    refused = sum(found.counts.refused.values())
    return FunnelView(
        touchpoint=found.touchpoint.id,
        owner=found.touchpoint.owner.id,
        first_day=first,
        last_day=last,
        funnel=CountsView(**counted(found.counts)),
        days=[DayView(day=day, **counted(some)) for day, some in found.days.items()],
        channels={name: CountsView(**counted(some)) for name, some in found.channels.items()},
        segments=[SegmentView(attribute=s.attribute, value=s.value, **counted(s.counts)) for s in found.segments],
        hidden_segments=dict(found.hidden),
        crowded_out_by=[CrowdingView(**vars(one), share=percent(one.n / refused)) for one in found.crowding],
    )


def counted(some: Counts) -> dict[str, Any]:
    """The fields of a funnel, with the rates that it has something to make of."""
    told = vars(some)
    return told | {"rates": {name: rate(told[hits], told[of]) for name, (hits, of) in RATES.items() if told[of]}}


def rate(hits: int, n: int) -> RateView:
    low, high = wilson(hits, n)
    return RateView(value=percent(hits / n), low=percent(low), high=percent(high))


def percent(share: float) -> float:
    return round(100 * share, 4)
