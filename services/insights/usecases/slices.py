"""Whose answers are looked at: everybody's, those by one channel, or those of one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.insights.domain import segments
from services.insights.domain.reports import Day, Summary, summary
from services.insights.domain.segments import ByValue, Part
from services.insights.domain.shares import of_channel
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.errors import FieldError, InvalidInput


@dataclass(frozen=True)
class Slice:
    """channel or value, never both. attribute: by which segments are told apart; without a value nobody is left out."""

    channel: str | None = None
    attribute: str | None = None
    value: str | None = None


EVERYBODY = Slice()


@dataclass(frozen=True)
class Segment:
    """What those of one segment answered."""

    value: str
    summary: Summary


def read_days(known: Touchpoint, window: Window, deps: Deps) -> list[Day]:
    """Customers' answers of the window and of the one before it."""
    asked = Window(window.before.first, window.last, window.until)
    return list(deps.figures.days(known.id, "customer", known.survey.measure.name, asked))


def read_parts(known: Touchpoint, attribute: str | None, window: Window, deps: Deps) -> list[Part]:
    """The same days by segment; none where the touchpoint does not name the attribute."""
    if attribute is None or attribute not in known.segments:
        return []
    asked = Window(window.before.first, window.last, window.until)
    return list(deps.figures.parts(known.id, "customer", known.survey.measure.name, attribute, asked))


def by_segment(parts: list[Part], days: list[Day], window: Window, deps: Deps) -> ByValue:
    """The days of each segment that may be shown beside everybody's."""
    return segments.shown(parts, days, window, (window.until or deps.now()).date())


def read_cuts(
    known: Touchpoint, attribute: str, window: Window, customers: list[Day] | None, deps: Deps
) -> list[Segment]:
    """How each segment answered in the window, most answers first. Raises InvalidInput where it tells none apart so.

    customers: their days of the window, where they were read already.
    """
    check(Slice(attribute=attribute), known.segments)
    measure = known.survey.measure
    asked = (known.id, "customer", measure.name)
    days = deps.figures.days(*asked, window) if customers is None else customers
    parts = deps.figures.parts(*asked, attribute, window)
    found = segments.shown_in(parts, days, window, (window.until or deps.now()).date())
    told = [Segment(value, summary(measure, histograms(days))) for value, days in found.items()]
    return sorted(told, key=lambda one: (-one.summary.n, one.value))


def histograms(days: list[Day]) -> list[list[int]]:
    return [counts for day in days for counts in day.channels.values()]


def sliced(days: list[Day], by_value: ByValue, asked: Slice) -> list[Day]:
    """The days with the answers of the slice only."""
    return by_value.get(asked.value, []) if asked.value is not None else of_channel(days, asked.channel)


def check(asked: Slice, named: Sequence[str]) -> None:
    """Raises InvalidInput where no segments are told apart by the attribute. named: those that are."""
    if asked.attribute is not None and asked.attribute not in named:
        told = f"one of {', '.join(named)}" if named else "names no attribute: none is told apart here"
        raise InvalidInput(errors=[FieldError("query:by", told, "choice")])
