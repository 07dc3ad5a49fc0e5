"""What friction costs, and what to mend first, as the newest study up to a time found it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.insights.usecases.ports import Deps
from shared.errors import NotFound
from shared.studies import PLACES_A_PAGE, PrioritiesFigure, PriorityFigure, ValueFigure


def value_at(touchpoint: str, at: datetime | None, deps: Deps) -> ValueFigure:
    """The touchpoint's value at risk, now where no time is named. Raises NotFound where there is no such touchpoint."""
    if deps.catalogue.touchpoint(touchpoint) is None:
        raise NotFound("there is no such touchpoint")
    found = deps.studies.value(touchpoint, (at or deps.now()).date())
    return found or ValueFigure(touchpoint=touchpoint, because="not_yet")


def what_first(owner: str | None, at: datetime | None, page: int, deps: Deps) -> PrioritiesFigure:
    """A page, from 0, of the list of that owner, or of all. One owner's list is ranked by itself."""
    found = deps.studies.priorities(owner, (at or deps.now()).date(), page)
    return found or PrioritiesFigure(owner=owner)


def whole_list(owner: str | None, deps: Deps) -> Iterator[PriorityFigure]:
    """Every place, page after page."""
    page = 0
    while (found := what_first(owner, None, page, deps)).priorities:
        yield from found.priorities
        page += 1
        if page * PLACES_A_PAGE >= found.touchpoints:
            return
