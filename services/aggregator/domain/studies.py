"""The study of a day: what friction costs and what to mend first, as figures that are kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.aggregator.domain import priorities as ranking
from services.aggregator.domain import value
from services.aggregator.domain.priorities import Priorities, Priority
from services.aggregator.domain.value import Excess, Rate, Value
from services.aggregator.domain.valuing import Worth
from shared.events import Money
from shared.studies import (
    PLACES_A_PAGE,
    Because,
    ExcessFigure,
    PrioritiesFigure,
    PriorityFigure,
    RateFigure,
    ValueFigure,
)


@dataclass(frozen=True)
class Study:
    """What is known as of a day: by touchpoint its excess and its value; why nothing is, where that is so.

    total: of all touchpoints, with its interval. followed: people whose outcomes were awaited.
    passed: by touchpoint, how many go through in four weeks.
    """

    day: date
    excesses: dict[str, Excess]
    values: dict[str, Value]
    total: tuple[float, float, float]
    worth: Worth | None
    followed: int
    passed: dict[str, int]

    @property
    def usual(self) -> Excess | None:
        """Of everybody with friction."""
        return self.excesses.get("")

    def lost(self, touchpoint: str) -> float | None:
        """Money lost of a person with friction there; None where none can be told of any touchpoint."""
        if self.usual is None or self.worth is None:
            return None
        own, usual = self.excesses.get(touchpoint), self.usual.points
        points = ranking.shrunk(own.points, own.after.n, usual) if own else max(0.0, usual)
        return points * self.worth.mean.value


def value_figure(touchpoint: str, found: Study) -> ValueFigure:
    """The touchpoint's part, or why there is none."""
    excess, one = found.excesses.get(touchpoint), found.values.get(touchpoint)
    figure = ValueFigure(
        day=found.day,
        touchpoint=touchpoint,
        excess=excess_figure(excess) if excess else None,
        followed=found.followed,
        method=value.METHOD,
        because=because(found, touchpoint),
    )
    if one is None or found.worth is None:
        return figure
    currency, amount = found.worth.currency, found.worth.mean
    return figure.model_copy(
        update={
            "value_at_risk": money((one.amount, one.low, one.high), currency),
            "total": money(found.total, currency),
            "people": round(one.people.value, 2),
            "people_error": round(one.people.error, 2),
            "amount_each": round(amount.value, 2),
            "amount_error": round(amount.error, 2),
        }
    )


def because(found: Study, touchpoint: str) -> Because | None:
    """Why no money is said to be at risk."""
    if not found.followed and not found.excesses:
        return "no_outcomes"
    if found.worth is None:
        return "no_amounts"
    return None if touchpoint in found.values else "too_few_people"


def money(three: tuple[float, float, float], currency: str) -> Money:
    amount, low, high = (round(one, 2) for one in three)
    return Money(amount=amount, low=low, high=high, currency=currency)


def excess_figure(excess: Excess) -> ExcessFigure:
    low, high = excess.interval
    return ExcessFigure(
        points=percent(excess.points),
        low=percent(low),
        high=percent(high),
        after_friction=rate_figure(excess.after),
        without=rate_figure(excess.without),
    )


def rate_figure(rate: Rate) -> RateFigure:
    return RateFigure(value=percent(rate.share), low=percent(rate.low), high=percent(rate.high), n=round(rate.n, 1))


def percent(share: float) -> float:
    return round(100 * share, 4)


def pages(owner: str | None, listed: Priorities, found: Study) -> Iterable[PrioritiesFigure]:
    """The list in pages, one at least."""
    ranked = [priority_figure(rank, one) for rank, one in enumerate(listed.places, 1)]
    for first in range(0, max(len(ranked), 1), PLACES_A_PAGE):
        yield PrioritiesFigure(
            day=found.day,
            owner=owner,
            currency=found.worth.currency if found.worth else None,
            touchpoints=len(ranked),
            stable=listed.stable,
            draws=listed.draws,
            method=ranking.METHOD,
            priorities=ranked[first : first + PLACES_A_PAGE],
        )


def priority_figure(rank: int, one: Priority) -> PriorityFigure:
    numbers = {name: round(held, 4) if isinstance(held, float) else held for name, held in vars(one).items()}
    return PriorityFigure(rank=rank, **numbers)
