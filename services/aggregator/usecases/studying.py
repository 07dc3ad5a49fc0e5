"""Studies: what friction costs and what to mend first, as of a day, worked out from the facts before it, and kept.

Of a company of any size few answers are read; so many that the interval says how sure the figures are. Pages and
queries read what is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from services.aggregator.domain import value
from services.aggregator.domain.answers import Series
from services.aggregator.domain.priorities import DayPain, Place, priorities
from services.aggregator.domain.studies import Study, pages, value_figure
from services.aggregator.domain.value import HORIZON, Mean, Met
from services.aggregator.domain.valuing import leavings, worth
from services.aggregator.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.causes.answers import Whose
from shared.errors import FieldError, InvalidInput
from shared.scales import Scale

LEARNED_FROM = timedelta(days=365)
"""Of the past: outcomes, and answers that are old enough to be followed up."""
LATELY = timedelta(days=28)
MOST_READ, LEAST_READ = 20_000, 40
"""Answers of all touchpoints together, and of each: of a span the newest, as many of each touchpoint."""
PASSED_DAYS = 7
"""Whole days of the funnel that are read; four times as many people are taken to pass in four weeks."""
RANKED_DAYS = 91
"""Thirteen whole weeks, so that each weekday weighs the same."""
ANEW = timedelta(hours=6)
"""The study of today is made so often: what came late is in the next one."""


def want_study(day: date, deps: Deps) -> None:
    """Asks for the study of a day, whether there is one or not. Raises InvalidInput for a day to come."""
    if day > deps.now().date():
        raise InvalidInput("that day has not begun", errors=[FieldError("#/day", "not begun, UTC")])
    deps.studies.want(day, deps.now())


def want_today(deps: Deps) -> None:
    """Asks for the study of today, once in a quarter of the day."""
    now = deps.now()
    midnight = datetime.combine(now.date(), time.min, UTC)
    deps.studies.want(now.date(), midnight + (now - midnight) // ANEW * ANEW)


def study(day: date, deps: Deps) -> None:
    """Makes the study of a day and keeps it: of each touchpoint its value, then the lists of what to mend first."""
    known = [one for name in deps.catalogue.touchpoints() if (one := deps.catalogue.touchpoint(name))]
    found = learned(known, day, deps)
    for one in known:
        deps.studies.keep_value(value_figure(one.id, found))
    places = [place_of(one, found, deps) for one in known]
    owned: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        owned[place.owner].append(place)
    days = ranked_days(day)
    for owner, theirs in (*sorted(owned.items()), (None, places)):
        for number, page in enumerate(pages(owner, priorities(theirs, days), found)):
            deps.studies.keep_priorities(page, number)


def learned(known: Sequence[Touchpoint], day: date, deps: Deps) -> Study:
    """What friction costs, over all touchpoints, as a person may have met several."""
    now = datetime.combine(day, time.min, UTC)
    passed = {one.id: passed_lately(one.id, day, deps) for one in known}
    ends = deps.ends.between(now - LEARNED_FROM, now)
    if not ends:
        return Study(day, {}, {}, (0.0, 0.0, 0.0), None, 0, passed)
    people = value.people_met(meetings(known, now - LEARNED_FROM, now - HORIZON, deps), leavings(ends))
    excesses, money = value.excesses(people), worth(ends)
    lately = value.concerned(list(meetings(known, now - LATELY, now, deps)), passed)
    found = value.values(lately, excesses, money.mean) if money else []
    whole = value.total(found, money.mean if money else Mean(0, 0))
    return Study(day, excesses, {one.touchpoint: one for one in found}, whole, money, len(people), passed)


def meetings(known: Sequence[Touchpoint], since: datetime, until: datetime, deps: Deps) -> Iterator[Met]:
    """Customers' answers that say whose they are, the newest of each touchpoint."""
    most = max(LEAST_READ, MOST_READ // max(len(known), 1))
    for touchpoint in known:
        whose = Whose(touchpoint.id, "customer", touchpoint.survey.measure)
        for one in deps.responses.newest(whose, since, until, most).answers:
            if one.customer:
                yield Met(one.customer, touchpoint.id, one.collected_at, one.is_bad)


def passed_lately(touchpoint: str, day: date, deps: Deps) -> int:
    """How many go through in four weeks, by the last whole week of the funnel."""
    count = deps.passers.count(touchpoint, day - timedelta(days=PASSED_DAYS), day - timedelta(days=1))
    return LATELY.days // PASSED_DAYS * (count or 0)


def ranked_days(day: date) -> list[date]:
    """The days before it, oldest first."""
    return [day - timedelta(days=number) for number in range(RANKED_DAYS, 0, -1)]


def place_of(known: Touchpoint, found: Study, deps: Deps) -> Place:
    """The touchpoint's pain by day, who goes through it, and what is lost of each with friction."""
    measure, days = known.survey.measure, ranked_days(found.day)
    series = Series(known.id, "customer", measure.name)
    held = {day: pain_of(measure, counts) for day, counts in deps.marks.histograms(series, days[0], days[-1]).items()}
    reach = found.passed.get(known.id, 0)
    return Place(known.id, known.owner.id, held, float(reach) if reach else None, found.lost(known.id))


def pain_of(measure: Scale, counts: Sequence[int]) -> DayPain:
    return DayPain(sum(counts), sum(n * measure.pain(measure.low + place) for place, n in enumerate(counts)))
