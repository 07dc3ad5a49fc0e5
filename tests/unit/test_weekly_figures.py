"""An owner's week: which figures it holds, of which days, and when it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.insights.usecases import weekly
from services.insights.wiring import Deps
from shared.errors import NotFound
from shared.events import AlertEvent, WeeklyEvent, canonical, news_in
from tests.owners import NOW, SECRET_WORDS, FakeWeeks, event_at, world

MONDAY = datetime(2024, 3, 11, 1, tzinfo=UTC)
"""The first hour in which the week that holds `NOW` is told."""


def at(now: datetime, deps: Deps | None = None) -> Deps:
    return replace(deps or world(), now=lambda: now)


def told(deps: Deps) -> list[WeeklyEvent]:
    assert isinstance(deps.weeks, FakeWeeks)
    return deps.weeks.told


def with_days(since: int, bad: int) -> Deps:
    """The checkout: 20 answers a day, so many of them bad from that day of March on, one before."""
    deps = world([])
    days = [datetime(2024, 2, 20, tzinfo=UTC).date() + timedelta(days=n) for n in range(20)]
    first = datetime(2024, 3, since, tzinfo=UTC).date()
    counts = {day: [bad if day >= first else 1, 0, 0, 0, 20 - (bad if day >= first else 1)] for day in days}
    deps.figures.by_series[("checkout", "customer")] = counts
    return deps


def test_every_owner_is_told_of_its_own_week_on_monday() -> None:
    """With what its customers answered from Monday to Sunday, and with nobody else's touchpoints."""
    deps = at(MONDAY)
    assert weekly.tell_weeks(deps) == 2
    assert {event.owner: [one.touchpoint for one in event.touchpoints] for event in told(deps)} == {
        "web": ["checkout"],
        "store": ["till"],
    }
    assert {event.monday.isoformat() for event in told(deps)} == {"2024-03-04"}


@pytest.mark.parametrize("hours", [-1, 6, 24, 30])
def test_at_other_hours_nobody_is(hours: int) -> None:
    """Before one o'clock answers may still come in; from seven on it is another schedule's turn to be late."""
    deps = at(MONDAY + timedelta(hours=hours))
    assert weekly.tell_weeks(deps) == 0
    assert told(deps) == []


def test_told_again_a_week_is_the_same_news() -> None:
    """By its id, of which `alerts` keeps one; the next week is another."""
    first, again, next_week = (
        weekly.week_of("web", day.date(), at(day)) for day in (NOW, NOW, NOW + timedelta(days=7))
    )
    assert first and again and next_week
    assert first.alert_id == again.alert_id != next_week.alert_id


def test_a_week_in_which_nothing_happened_is_not_told() -> None:
    """No answer, and no friction that stands: an empty mail teaches people to read none."""
    deps = world([])
    deps.figures.by_series.clear()
    assert weekly.tell_weeks(at(MONDAY, deps)) == 0
    with pytest.raises(NotFound):
        weekly.tell_week("web", at(MONDAY, deps))


def test_days_of_another_week_do_not_count() -> None:
    """Neither Sunday before nor Monday after: of twenty a day there are 140."""
    event = weekly.week_of("web", MONDAY.date() - timedelta(days=7), at(MONDAY, with_days(11, 20)))
    assert event is not None
    assert (event.touchpoints[0].share.n, event.touchpoints[0].share.bad) == (140, 7)


@pytest.mark.parametrize(
    ("bad", "verdict", "kept"), [(10, "worse", "broken"), (1, "same", "kept"), (0, "better", "kept")]
)
def test_a_change_and_a_promise_are_told_as_the_pages_tell_them(bad: int, verdict: str, kept: str) -> None:
    """With intervals: only what is certain is called worse, better, kept or broken."""
    event = weekly.week_of("web", MONDAY.date() - timedelta(days=7), at(MONDAY, with_days(4, bad)))
    assert event is not None
    [one] = event.touchpoints
    assert one.change and one.promise
    assert (one.change.verdict, one.promise.kept) == (verdict, kept)
    assert one.change.low <= one.change.value <= one.change.high


def stood(raised_at: datetime, state: str = "raised", resolved_at: datetime | None = None) -> AlertEvent:
    changes = {"raised_at": raised_at, "state": state, "resolved_at": resolved_at}
    return event_at("checkout", "web").model_copy(update=changes)


def test_friction_that_began_stands_or_ended_is_told_apart() -> None:
    """As of the end of the week: what ended since then still stands, what was withdrawn is no news."""
    ends = MONDAY - timedelta(hours=1)
    day = timedelta(days=1)
    raised = {
        "began": stood(ends - 2 * day),
        "standing": stood(ends - 9 * day),
        "ended": stood(ends - 20 * day, "resolved", ends - day),
        "withdrawn": stood(ends - 3 * day, "withdrawn", ends),
        "of old": stood(ends - 40 * day, "resolved", ends - 9 * day),
    }
    named = [one.model_copy(update={"alert_id": name}) for name, one in raised.items()]
    event = weekly.week_of("web", (ends - timedelta(days=7)).date(), at(MONDAY, world(named)))
    assert event is not None
    assert {(one.alert_id, one.news) for one in event.alerts} == {(n, n) for n in ("began", "standing", "ended")}


def test_what_to_mend_first_is_the_owners_own_list() -> None:
    """Ranked by itself, with the way to each page."""
    event = weekly.week_of("store", NOW.date() - timedelta(days=2), at(MONDAY))
    assert event is not None
    assert [(one.rank, one.touchpoint) for one in event.first] == [(1, "till")]
    assert event.first[0].link.endswith("/touchpoints/till")


def test_nothing_that_anybody_said_is_in_it() -> None:
    """Not even masked: it travels through queues and mailboxes. What is read back is what was written."""
    event = weekly.week_of("web", NOW.date() - timedelta(days=2), at(MONDAY))
    assert event is not None
    assert event.alerts
    assert not any(words in canonical(event) for words in SECRET_WORDS.values())
    assert news_in(canonical(event)) == event


def test_a_week_may_be_told_by_hand_and_names_its_owner() -> None:
    """The last one that is over; an owner that there is not has none."""
    deps = at(NOW)
    assert weekly.tell_week("web", deps).monday.isoformat() == "2024-02-26"
    assert [event.owner for event in told(deps)] == ["web"]
    with pytest.raises(NotFound):
        weekly.tell_week("nobody", deps)
