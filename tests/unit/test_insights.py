"""Reports and lists of alerts, on fakes and on the tables the aggregator writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.aggregator import usecases as aggregating
from services.aggregator.adapters import findings, marks, watches
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.insights.adapters.figures import TableAlerts, TableFigures
from services.insights.domain.reports import Day
from services.insights.domain.windows import Window
from services.insights.usecases import reports as usecases
from services.insights.usecases.ports import Deps
from services.insights.usecases.reports import AlertQuery
from services.insights.views import reports as views
from shared.auth import CachedKeys, Principal
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.errors import InvalidInput, NotFound
from shared.events import AlertEvent
from shared.remedies import Remedy
from tests import aws, fakes
from tests.events import alert_event
from tests.unit.test_aggregator import deps_at
from tests.worlds import START, World, answers

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class FakeFigures:
    def __init__(self, days: Iterable[Day]) -> None:
        self._days = list(days)

    def days(self, *asked: object) -> Iterable[Day]:
        window = asked[3]
        return [day for day in self._days if window.first <= day.day <= window.last]  # type: ignore[operator]


class FakeAlerts:
    def __init__(self, events: Iterable[AlertEvent]) -> None:
        self._events = sorted(events, key=usecases.cursor, reverse=True)

    def of_touchpoint(self, touchpoint: str) -> Iterable[AlertEvent]:
        return [event for event in self._events if event.touchpoint == touchpoint]

    def of_year(self, year: int, upto: datetime) -> Iterable[AlertEvent]:
        until = upto.replace(microsecond=999_999)
        return [event for event in self._events if event.raised_at.year == year and event.raised_at <= until]

    def named(self, alert_id: str) -> AlertEvent | None:
        return next((event for event in self._events if event.alert_id == alert_id), None)


class FakePasses:
    """A code for each alert: its id backwards."""

    def behind(self, code: str) -> str | None:
        return code[::-1] or None


class FakeRemedies:
    def __init__(self, *remedies: Remedy) -> None:
        self._remedies = sorted(remedies, key=lambda one: (one.on, one.remedy_id))

    def of_alert(self, alert_id: str) -> list[Remedy]:
        return [one for one in self._remedies if one.alert_id == alert_id]

    def of_touchpoint(self, touchpoint: str, most: int) -> list[Remedy]:
        return [one for one in reversed(self._remedies) if one.touchpoint == touchpoint][:most]


def deps(days: Iterable[Day] = (), events: Iterable[AlertEvent] = ()) -> Deps:
    catalogue = fakes.FakeCatalogue({"checkout": fakes.touchpoint()})
    return Deps(
        FakeFigures(days),
        FakeAlerts(events),
        fakes.FakeResponses(),
        fakes.FakePassers(),
        fakes.FakeStudies(),
        FakePasses(),
        FakeRemedies(),
        catalogue,
        lambda: NOW,
    )


def report(known: Deps, audience: str = "customer") -> views.ReportView:
    found = usecases.report("checkout", audience, Window(date(2000, 1, 1), date(9999, 1, 1)), known)
    return views.report_view(found[0], audience, found[1])


def test_weeks_begin_on_monday_and_sum_to_the_whole() -> None:
    """A Sunday and the Monday after it are in different weeks."""
    days = [
        Day(date(2024, 3, 3), {"web": [1, 0, 0, 0, 0]}),
        Day(date(2024, 3, 4), {"web": [0, 0, 0, 0, 2], "sms": [0, 0, 0, 1, 0]}),
    ]
    shown = report(deps(days))
    assert [(week.week, week.n) for week in shown.weeks] == [(date(2024, 2, 26), 1), (date(2024, 3, 4), 3)]
    assert shown.summary.counts == {"1": 1, "2": 0, "3": 0, "4": 1, "5": 2}
    assert shown.channels == {"sms": 1, "web": 3}


def test_fewer_than_five_staff_answers_are_not_shown() -> None:
    """Five are; for customers one is."""
    four, five = ([Day(date(2024, 3, 4), {"web": [n, 0, 0, 0, 0]})] for n in (4, 5))
    with pytest.raises(NotFound):
        report(deps(four), "staff")
    assert report(deps(five), "staff").summary.n == 5
    assert report(deps(four)).summary.n == 4


def test_an_unknown_touchpoint_is_not_found() -> None:
    """Rather than an empty report."""
    with pytest.raises(NotFound):
        usecases.report("nowhere", "customer", Window(date(2000, 1, 1), date(9999, 1, 1)), deps())


def test_alerts_are_paged_without_gap_or_repeat() -> None:
    """Pages of two over five alerts, two of them raised at the same time."""
    times = [START + timedelta(days=n) for n in (0, 1, 1, 2, 400)]
    events = [alert_event(raised_at=at, touchpoint=f"t{n}") for n, at in enumerate(times)]
    query, seen = AlertQuery(limit=2), []
    while page := usecases.alerts(query, deps(events=events)):
        seen += [event.alert_id for event in page]
        query = replace(query, before=usecases.cursor(page[-1]))
    assert sorted(seen) == sorted(event.alert_id for event in events)


def test_alerts_are_found_by_owner_touchpoint_and_time() -> None:
    """Each filter alone."""
    mine = alert_event(raised_at=START, owners=["web", "support"])
    other = alert_event(raised_at=START + timedelta(days=9), touchpoint="till", owners=["store"])
    known = deps(events=[mine, other])
    assert usecases.alerts(AlertQuery(owner="support"), known) == [mine]
    assert usecases.alerts(AlertQuery(touchpoint="till"), known) == [other]
    assert usecases.alerts(AlertQuery(since=START + timedelta(days=1)), known) == [other]


def test_wrong_query_parameters_are_all_named() -> None:
    """Two wrong ones, two errors."""
    asked = {"since": "yesterday", "limit": "0", "owner": "web"}
    with pytest.raises(InvalidInput) as raised:
        views.alert_query(asked.get)
    assert {error.pointer for error in raised.value.errors} == {"since", "limit"}


def test_figures_are_the_same_before_and_after_days_are_rolled_up() -> None:
    """The report over hours alone, and over rolled-up days and the hours since, are equal."""
    with aws.data_stack():
        table = aws.table("friction")
        world = replace(
            deps_at(START + timedelta(days=41)),
            marks=marks.TableMarks(table),
            watches=watches.TableWatches(table),
            evidence=findings.TableEvidence(table),
            alerts=findings.TableAlerts(table, lambda: NOW),
        )
        aggregating.fold(answers(World(days=10, worse_from=None)), world)
        known = replace(deps(), figures=TableFigures(table), alerts=TableAlerts(table))
        by_hours = report(known)
        later = replace(world, now=lambda: START + timedelta(days=9, hours=12, minutes=20))
        later.watches.note_late({Series("checkout", "customer", "csat"): START}, START)
        aggregating.look(Series("checkout", "customer", "csat"), later)
        days = list(table.query_all(Series("checkout", "customer", "csat").partition, prefix="DAY"))
        assert len(days) == 9
        assert report(known) == by_hours
        assert by_hours.summary.n == 300


def test_raised_alerts_are_read_back_from_the_aggregators_table() -> None:
    """Of a touchpoint and of a year, newest first."""
    with aws.data_stack():
        table = aws.table("friction")
        written = [alert_event(raised_at=START + timedelta(days=n)) for n in (0, 3)]
        for event in written:
            fact = AlertFact(Series("checkout", "customer", "csat"), event)
            findings.TableAlerts(table, lambda: NOW).write(fact)
        assert list(TableAlerts(table).of_touchpoint("checkout")) == written[::-1]
        assert list(TableAlerts(table).of_year(2024, NOW)) == written[::-1]
        assert list(TableAlerts(table).of_year(2023, NOW)) == []


def test_a_report_up_to_a_day_before_the_last_roll_up_has_no_hours_to_read() -> None:
    """Days that are all rolled up: DynamoDB refuses to be asked for hours from today up to last month."""
    with aws.data_stack():
        table = refusing_inverted_spans(aws.table("friction"))
        table.put({"pk": "SERIES#checkout#customer#csat", "sk": "ACCOUNT", "rolled_to": "2024-05-01"})
        table.put({"pk": "SERIES#checkout#customer#csat", "sk": "DAY#2024-03-01", "channels": {"web": [0, 0, 0, 0, 7]}})
        found = TableFigures(table).days("checkout", "customer", "csat", Window(date(2024, 3, 1), date(2024, 3, 31)))
        assert [day.channels for day in found] == [{"web": [0, 0, 0, 0, 7]}]


def refusing_inverted_spans(table: Table) -> Table:
    """The table with the one refusal of DynamoDB's that moto lacks."""
    query = table.client.query

    def checked(**asked: Any) -> Any:
        values = asked["ExpressionAttributeValues"]
        if ":low" in values and values[":low"]["S"] > values[":high"]["S"]:
            error = {"Code": "ValidationException", "Message": "The BETWEEN operator requires upper bound …"}
            raise ClientError({"Error": error}, "Query")
        return query(**asked)

    table.client.query = checked
    return table


def test_a_report_that_ends_before_it_begins_is_refused() -> None:
    """Rather than empty: whoever asks has mixed up the two."""
    with pytest.raises(InvalidInput) as raised:
        views.span({"from": "2024-03-02", "to": "2024-03-01"}.get)
    assert [error.pointer for error in raised.value.errors] == ["from"]
    day = date(2024, 3, 1)
    assert views.span({"from": "2024-03-01", "to": "2024-03-01"}.get) == ("customer", Window(day, day))


@pytest.mark.parametrize("name", ["a#b", "", "x" * 5000, "\0", "a b", "é"])
def test_what_can_be_no_touchpoint_is_neither_looked_up_nor_an_error_of_ours(name: str) -> None:
    """No key is made of it: its report is not found, and a list of its alerts is refused."""
    with aws.data_stack():
        known = replace(deps(), catalogue=TableCatalogue(aws.table("registry"), lambda: NOW))
        assert known.catalogue.owner(name) is None
        with pytest.raises(NotFound):
            usecases.report(name, "customer", Window(date(2000, 1, 1), date(9999, 1, 1)), known)
        with pytest.raises(InvalidInput) as raised:
            views.alert_query({"touchpoint": name}.get)
        assert [error.pointer for error in raised.value.errors] == ["touchpoint"]


def test_weeks_of_few_staff_answers_are_not_counted() -> None:
    """One answer in a week would say who gave it, and so would two reports that differ by that week."""
    weeks = [date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18)]
    days = [Day(monday, {"web": [0, n, 0, 0, 0]}) for monday, n in zip(weeks, (6, 4, 1), strict=True)]
    shown = report(deps(days), "staff")
    assert ([week.n for week in shown.weeks], shown.summary.n) == ([6], 6)
    assert [week.n for week in report(deps(days)).weeks] == [6, 4, 1]


def test_what_was_remembered_before_a_clock_was_put_back_is_read_again() -> None:
    """Else a revoked key, or an old journey, would hold until the clock has caught up."""
    times = [NOW, NOW - timedelta(hours=1)]
    reads: list[str] = []

    class Keys:
        def principal(self, digest: str) -> Principal | None:
            reads.append(digest)
            return Principal("key", frozenset())

    cached = CachedKeys(Keys(), lambda: times[len(reads)])
    assert cached.principal("d") and cached.principal("d")
    assert reads == ["d", "d"]
