"""What staff say beside what customers say, so that nobody can tell who of the staff said what; pure.

Staff answers count by whole weeks that are over and have five answers or more. Whatever spans of time somebody
compares, what they differ by is whole weeks of five or more: no small group can be worked out from two figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.insights.domain.reports import Day, monday_of
from services.insights.domain.shares import BadShare, Difference, counts_of, difference, share_of
from shared.catalogue import SMALLEST_STAFF_GROUP
from shared.scales import Scale

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Voices:
    """Both sides over the same span. staff: None where too few answered. gap: staff less customers.

    hidden: whether staff answered, but too few to be shown.
    """

    customers: BadShare
    staff: BadShare | None
    gap: Difference | None
    hidden: bool


def shown_weeks(days: Iterable[Day], first: date, last: date, today: date) -> list[Day]:
    """The days of the weeks, Monday to Sunday, that lie in the span, are over and have five answers or more."""
    weeks: dict[date, list[Day]] = {}
    begins, ends = whole_weeks(first, last, today)
    for day in days:
        if begins <= day.day <= ends:
            weeks.setdefault(monday_of(day.day), []).append(day)
    return [day for _, of_week in sorted(weeks.items()) if size(of_week) >= SMALLEST_STAFF_GROUP for day in of_week]


def whole_weeks(first: date, last: date, today: date) -> tuple[date, date]:
    """The first Monday and the last Sunday of the weeks that lie in the span and are over.

    The Sunday lies before the Monday where there is no such week.
    """
    return monday_of(first + WEEK - DAY), monday_of(min(last, today - DAY) + DAY) - DAY


def size(days: Iterable[Day]) -> int:
    return sum(sum(counts) for day in days for counts in day.channels.values())


def voices(customers: BadShare, measure: Scale, staff: list[Day], shown: list[Day]) -> Voices:
    """measure: of the staff's survey. shown: of their days those that may be."""
    said = share_of(measure, counts_of(measure, shown)) if shown else None
    gap = difference(said, customers) if said else None
    return Voices(customers, said, gap, hidden=bool(staff) and said is None)
