"""What every implementation of the ports of calls to reach out keeps to: the fakes, and the DynamoDB adapters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from services.aggregator.adapters.findings import TableAlerts
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.invitations.adapters.calls import TableCalls
from services.invitations.usecases.calling import Alerts, Calls
from shared.alerts_table import NamedAlerts
from shared.dynamo import Table
from tests import aws
from tests.events import alert_event
from tests.unit.test_calling import FakeCalls, FakeRaised

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENTS = tuple(alert_event(raised_at=NEW_YEAR + hours * HOUR) for hours in (-30, -2, 0, 5))


@pytest.fixture(params=["fake", "dynamodb"])
def cloud(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether there are tables."""
    if request.param == "fake":
        yield False
        return
    with aws.data_stack():
        yield True


@pytest.fixture
def calls(cloud: bool) -> Calls:
    return TableCalls(aws.table("contacts")) if cloud else FakeCalls()


@pytest.fixture
def alerts(cloud: bool) -> Alerts:
    return written(aws.table("friction")) if cloud else FakeRaised(EVENTS)


def written(table: Table) -> NamedAlerts:
    for event in EVENTS:
        TableAlerts(table, lambda: NEW_YEAR).write(AlertFact(Series("checkout", "customer", "csat"), event))
    return NamedAlerts(table)


def test_a_call_is_made_once_it_is_written_down(calls: Calls) -> None:
    """That of one week of one alert; written again it does no harm."""
    assert not calls.is_made("a", 1)
    for _ in range(2):
        calls.make("a", 1, datetime.now(UTC) + HOUR)
    assert [calls.is_made(*one) for one in (("a", 1), ("a", 2), ("b", 1))] == [True, False, False]


def test_alerts_are_read_by_the_time_they_were_raised(alerts: Alerts) -> None:
    """From the first moment on, up to the last, which is not in it; over the end of a year."""
    found = alerts.raised(NEW_YEAR - 2 * HOUR, NEW_YEAR + 5 * HOUR)
    assert [one.raised_at for one in found] == [NEW_YEAR - 2 * HOUR, NEW_YEAR]
