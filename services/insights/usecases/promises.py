"""What a touchpoint promises, and what is lived there."""

from __future__ import annotations

from dataclasses import dataclass

from services.insights.domain.shares import BadShare, Keeping, Point, counts_of, keeping, share_of, trend
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from shared.catalogue import Promise
from shared.errors import NotFound


@dataclass(frozen=True)
class Lived:
    """The promise, the share of bad answers in all and by week, and whether it is kept over all."""

    promise: Promise
    share: BadShare
    weeks: list[Point]
    keeping: Keeping


def lived(touchpoint: str, window: Window, deps: Deps) -> Lived:
    """Of customers. Raises NotFound where there is no such touchpoint, or nothing is promised there."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None or known.promise is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r} that promises anything")
    measure = known.survey_for("customer").measure
    days = list(deps.figures.days(touchpoint, "customer", measure.name, window))
    share = share_of(measure, counts_of(measure, days))
    return Lived(known.promise, share, trend(measure, days, "week"), keeping(share, known.promise.bad_at_most))
