"""What friction costs, and what to mend first, as the API says them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from services.insights.domain import priorities as ranking
from services.insights.domain import value
from services.insights.domain.priorities import Priorities, Priority
from services.insights.domain.value import Excess, Rate
from services.insights.usecases.value import Study

ASSUMED = {
    "en": "People with a bad answer are compared with people without one who answered in the same year; that they "
    "differ in nothing else is assumed, not known. Each who fared badly at several touchpoints is shared among them.",
    "fr": "Les personnes ayant donné une mauvaise réponse sont comparées à celles qui n’en ont donné aucune la même "
    "année\u00a0; qu’elles ne diffèrent en rien d’autre est supposé, non su. Qui a été déçu à plusieurs points de "
    "contact est partagé entre eux.",
}


class RateView(BaseModel):
    """People who left, in percent, with the 95 % interval; n: of so many equally weighing ones."""

    value: float
    low: float
    high: float
    n: float


class ExcessView(BaseModel):
    """How much more often people leave within 90 days of friction, in points, with its 95 % interval."""

    points: float
    low: float
    high: float
    after_friction: RateView
    without: RateView


class MoneyView(BaseModel):
    """An amount with its 95 % interval."""

    amount: float
    low: float
    high: float
    currency: str


class ValueView(BaseModel):
    """Value at risk at a touchpoint: people x excess x amount, of the people of four weeks.

    people: with friction, each by their part; people_error: its standard error. amount_each: of a customer.
    total: of all touchpoints; each is a part of it. because: why nothing is said.
    """

    touchpoint: str
    value_at_risk: MoneyView | None = None
    total: MoneyView | None = None
    excess: ExcessView | None = None
    people: float | None = None
    people_error: float | None = None
    amount_each: float | None = None
    amount_error: float | None = None
    followed: int
    method: str
    assumed: dict[str, str]
    because: Literal["no_outcomes", "no_amounts", "too_few_people"] | None = None


class PriorityView(BaseModel):
    """A place in the list: score = reach x severity x value x certainty; value left out of it where none is known.

    reach: people in four weeks, or as many answers where `is_reach_of_answers`; severity: 0 to 1; value: money lost
    of a person with friction; certainty: 0 to 1. n: answers of thirteen weeks.
    """

    rank: int
    touchpoint: str
    owner: str
    score: float
    reach: float
    is_reach_of_answers: bool
    severity: float
    value: float | None = None
    certainty: float
    n: int


class PrioritiesView(BaseModel):
    """What to mend first. stable: of `draws` draws of the days, the share in which the same three are at the top."""

    owner: str | None = None
    currency: str | None = None
    stable: float
    draws: int
    method: str
    priorities: list[PriorityView]


def value_view(touchpoint: str, found: Study) -> ValueView:
    """The touchpoint's part, or why there is none."""
    excess, one = found.excesses.get(touchpoint), found.of(touchpoint)
    view = ValueView(
        touchpoint=touchpoint,
        excess=excess_view(excess) if excess else None,
        followed=found.followed,
        method=value.METHOD,
        assumed=ASSUMED,
        because=because(found, touchpoint),
    )
    if one is None or found.worth is None:
        return view
    currency = found.worth.currency
    return view.model_copy(
        update={
            "value_at_risk": money((one.amount, one.low, one.high), currency),
            "total": money(found.total, currency),
            "people": round(one.people.value, 2),
            "people_error": round(one.people.error, 2),
            "amount_each": round(found.worth.mean.value, 2),
            "amount_error": round(found.worth.mean.error, 2),
        }
    )


def because(found: Study, touchpoint: str) -> Literal["no_outcomes", "no_amounts", "too_few_people"] | None:
    """Why no money is said to be at risk."""
    if not found.followed and not found.excesses:
        return "no_outcomes"
    if found.worth is None:
        return "no_amounts"
    return None if found.of(touchpoint) else "too_few_people"


def money(three: tuple[float, float, float], currency: str) -> MoneyView:
    amount, low, high = (round(one, 2) for one in three)
    return MoneyView(amount=amount, low=low, high=high, currency=currency)


def excess_view(excess: Excess) -> ExcessView:
    low, high = excess.interval
    return ExcessView(
        points=percent(excess.points),
        low=percent(low),
        high=percent(high),
        after_friction=rate_view(excess.after),
        without=rate_view(excess.without),
    )


def rate_view(rate: Rate) -> RateView:
    return RateView(value=percent(rate.share), low=percent(rate.low), high=percent(rate.high), n=round(rate.n, 1))


def percent(share: float) -> float:
    return round(100 * share, 4)


def priorities_view(owner: str | None, listed: Priorities, found: Study) -> PrioritiesView:
    """The list with its ranks."""
    return PrioritiesView(
        owner=owner,
        currency=found.worth.currency if found.worth else None,
        stable=listed.stable,
        draws=listed.draws,
        method=ranking.METHOD,
        priorities=[priority_view(rank, one) for rank, one in enumerate(listed.places, 1)],
    )


def priority_view(rank: int, one: Priority) -> PriorityView:
    numbers = {name: round(held, 4) if isinstance(held, float) else held for name, held in vars(one).items()}
    return PriorityView(rank=rank, **numbers)
