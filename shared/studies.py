"""What is learned of each day: what friction costs at each touchpoint, and what to mend first.

The study of a day tells what followed from all that had happened before that day began, UTC. The aggregator makes and
keeps it; made again from the same facts, it has the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.events import Money

Because = Literal["no_outcomes", "no_amounts", "too_few_people", "not_yet"]
PLACES_A_PAGE = 100


class Figure(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", hide_input_in_errors=True)


class RateFigure(Figure):
    """People who left, in percent, with the 95 % interval; n: of so many equally weighing ones."""

    value: float
    low: float
    high: float
    n: float


class ExcessFigure(Figure):
    """How much more often people leave within 90 days of friction, in points, with its 95 % interval."""

    points: float
    low: float
    high: float
    after_friction: RateFigure
    without: RateFigure


class ValueFigure(Figure):
    """Value at risk at a touchpoint: people x excess x amount, of the people of four weeks.

    people: with friction, each by their part; people_error: its standard error. amount_each: of a customer.
    total: of all touchpoints; each is a part of it. followed: people whose outcomes were awaited.
    because: why nothing is said; `not_yet` where no day was studied so far.
    """

    day: date | None = Field(None, description="what had happened before this day began, UTC, is in it")
    touchpoint: str
    value_at_risk: Money | None = None
    total: Money | None = None
    excess: ExcessFigure | None = None
    people: float | None = None
    people_error: float | None = None
    amount_each: float | None = None
    amount_error: float | None = None
    followed: int = 0
    method: str = ""
    because: Because | None = None


class PriorityFigure(Figure):
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


class PrioritiesFigure(Figure):
    """What to mend first, of all owners or of one: a page of the list.

    touchpoints: in the whole list. stable: of `draws` draws of the days, the share in which the same three are at the
    top; 1 without draws, where there are no more than three.
    """

    day: date | None = Field(None, description="what had happened before this day began, UTC, is in it")
    owner: str | None = None
    currency: str | None = None
    touchpoints: int = 0
    stable: float = 1.0
    draws: int = 0
    method: str = ""
    priorities: Sequence[PriorityFigure] = ()


Kept = TypeVar("Kept", ValueFigure, PrioritiesFigure)


def written(figure: Figure) -> str:
    """The figure as JSON text; equal figures give equal bytes."""
    return figure.model_dump_json(exclude_none=True)
