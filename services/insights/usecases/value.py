"""What friction costs at each touchpoint, learned from a year's answers and outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.insights.domain import value
from services.insights.domain.value import HORIZON, Excess, Mean, Met, Value
from services.insights.domain.valuing import Worth, leavings, worth
from services.insights.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.causes.answers import Whose
from shared.errors import NotFound

LEARNED_FROM = timedelta(days=365)
"""Of the past: outcomes, and answers that are old enough to be followed up."""
LATELY = timedelta(days=28)
MOST_READ, LEAST_READ = 20_000, 40
"""Answers of all touchpoints together, and of each: of a span the newest, as many of each touchpoint."""
PASSED_DAYS = 7
"""Whole days of the funnel that are read; four times as many people are taken to pass in four weeks."""


@dataclass(frozen=True)
class Study:
    """What is known: by touchpoint its excess and its value; why nothing is, where that is so.

    total: of all touchpoints, with its interval. followed: people whose outcomes were awaited.
    passed: by touchpoint, how many go through in four weeks.
    """

    excesses: dict[str, Excess]
    values: list[Value]
    total: tuple[float, float, float]
    worth: Worth | None
    followed: int
    passed: dict[str, int]

    @property
    def usual(self) -> Excess | None:
        """Of everybody with friction."""
        return self.excesses.get("")

    def of(self, touchpoint: str) -> Value | None:
        return next((one for one in self.values if one.touchpoint == touchpoint), None)


def study(deps: Deps) -> Study:
    """Over all touchpoints, as a person may have met several."""
    now = deps.now()
    known = [one for name in deps.catalogue.touchpoints() if (one := deps.catalogue.touchpoint(name))]
    passed = {one.id: passed_lately(one.id, now.date(), deps) for one in known}
    ends = deps.ends.between(now - LEARNED_FROM, now)
    if not ends:
        return Study({}, [], (0.0, 0.0, 0.0), None, 0, passed)
    people = value.people_met(meetings(known, now - LEARNED_FROM, now - HORIZON, deps), leavings(ends))
    excesses, money = value.excesses(people), worth(ends)
    lately = value.concerned(list(meetings(known, now - LATELY, now, deps)), passed)
    found = value.values(lately, excesses, money.mean) if money else []
    whole = value.total(found, money.mean if money else Mean(0, 0))
    return Study(excesses, found, whole, money, len(people), passed)


def meetings(known: Sequence[Touchpoint], since: datetime, until: datetime, deps: Deps) -> Iterator[Met]:
    """Customers' answers that say whose they are, the newest of each touchpoint."""
    most = max(LEAST_READ, MOST_READ // max(len(known), 1))
    for touchpoint in known:
        whose = Whose(touchpoint.id, "customer", touchpoint.survey.measure)
        for one in deps.responses.newest(whose, since, until, most).answers:
            if one.customer:
                yield Met(one.customer, touchpoint.id, one.collected_at, one.is_bad)


def passed_lately(touchpoint: str, today: date, deps: Deps) -> int:
    """How many go through in four weeks, by the last whole week of the funnel."""
    days = deps.passers.days(touchpoint, today - timedelta(days=PASSED_DAYS), today - timedelta(days=1))
    return LATELY.days // PASSED_DAYS * sum(len(day.everybody) for day in days)


def value_at(touchpoint: str, deps: Deps) -> Study:
    """The study. Raises NotFound where there is no such touchpoint."""
    if deps.catalogue.touchpoint(touchpoint) is None:
        raise NotFound("there is no such touchpoint")
    return study(deps)
