"""What to mend first, over all owners or for one."""

from __future__ import annotations

from datetime import date, timedelta

from services.insights.domain.priorities import DayPain, Place, Priorities, priorities, shrunk
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from services.insights.usecases.value import Study, study
from shared.catalogue import Touchpoint
from shared.metrics import merged
from shared.scales import Scale

DAYS = 91
"""Thirteen whole weeks, so that each weekday weighs the same."""


def what_first(owner: str | None, deps: Deps) -> tuple[Priorities, Study]:
    """The list of that owner, or of all, and what its values come from. One owner's list is ranked by itself."""
    learned = study(deps)
    last = deps.now().date() - timedelta(days=1)
    days = [last - timedelta(days=number) for number in range(DAYS)]
    known = [found for name in deps.catalogue.touchpoints() if (found := deps.catalogue.touchpoint(name))]
    mine = [one for one in known if owner is None or one.owner.id == owner]
    listed = priorities([place_of(one, days, learned, deps) for one in mine], sorted(days))
    return listed, learned


def place_of(known: Touchpoint, days: list[date], learned: Study, deps: Deps) -> Place:
    """The touchpoint's pain by day, who goes through it, and what is lost of each with friction."""
    measure = known.survey.measure
    held: dict[date, DayPain] = {}
    for part in deps.figures.days(known.id, "customer", measure.name, Window(min(days), max(days))):
        so_far = held.get(part.day, DayPain(0, 0.0))
        more = pain_of(measure, list(part.channels.values()))
        held[part.day] = DayPain(so_far.n + more.n, so_far.pain + more.pain)
    reach = learned.passed.get(known.id, 0)
    return Place(known.id, known.owner.id, held, float(reach) if reach else None, lost(known.id, learned))


def pain_of(measure: Scale, histograms: list[list[int]]) -> DayPain:
    counts = merged(histograms, measure.levels)
    return DayPain(sum(counts), sum(n * measure.pain(measure.low + place) for place, n in enumerate(counts)))


def lost(touchpoint: str, learned: Study) -> float | None:
    """Money lost of a person with friction there; None where none can be told of any touchpoint."""
    if learned.usual is None or learned.worth is None:
        return None
    own = learned.excesses.get(touchpoint)
    usual = learned.usual.points
    points = shrunk(own.points, own.after.n, usual) if own else max(0.0, usual)
    return points * learned.worth.mean.value
