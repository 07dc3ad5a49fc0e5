"""What every implementation of the aggregator's ports keeps to: the fakes and the DynamoDB adapters alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from botocore.exceptions import ClientError

from services.aggregator.adapters.due import TableDue
from services.aggregator.adapters.findings import TableAlerts, TableEvidence
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.traces import TableTraces
from services.aggregator.adapters.watches import TableWatches
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Answer, Parcel, Series, parcels
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Transition
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.traces import Trace
from services.aggregator.domain.watching import Watch
from services.aggregator.usecases.ports import Alerts, Due, Evidence, Marks, Traces, Watches
from shared.dynamo import ItemTooLarge, Table, translated
from shared.errors import Conflict
from shared.pieces import room_of
from tests import aws, fakes
from tests.events import alert_event
from tests.worlds import START, visit

CHECKOUT = Series("checkout", "customer", "csat")
STAFF = Series("checkout", "staff", "csat")
HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Iterator[Table | None]:
    """The friction table, or None where the fake is asked for."""
    if request.param == "fake":
        yield None
        return
    with aws.data_stack():
        yield aws.table("friction")


@pytest.fixture
def marks(table: Table | None) -> Marks:
    return TableMarks(table) if table else fakes.FakeMarks()


@pytest.fixture
def watches(table: Table | None) -> Watches:
    return TableWatches(table) if table else fakes.FakeWatches()


@pytest.fixture
def alerts(table: Table | None) -> Alerts:
    return TableAlerts(table, lambda: START) if table else fakes.FakeAlerts()


@pytest.fixture
def evidence(table: Table | None) -> Evidence:
    return TableEvidence(table) if table else fakes.FakeEvidence()


def parcel(*names: str, series: Series = CHECKOUT, hour: int = 0) -> Parcel:
    [made] = parcels(Answer(n, series, START + hour * HOUR, 5, "web", 1, True) for n in names)
    return made


class TestMarks:
    def test_adding_again_changes_nothing(self, marks: Marks) -> None:
        """The set of an hour holds each mark once."""
        marks.add([parcel("a", "b")])
        marks.add([parcel("b")])
        [hour] = marks.hours(CHECKOUT, START, START)
        assert hour.marks == parcel("a", "b").marks

    def test_history_is_added_like_anything_else(self, marks: Marks) -> None:
        """More parcels than a transaction takes, one of them large, some already there."""
        marks.add([parcel("old", hour=3)])
        large = parcel(*(f"n{number}" for number in range(30)), hour=200)
        marks.add_history([*(parcel("a", hour=hour) for hour in range(150)), large])
        marks.add_history([parcel("a", hour=3)])
        found = {hour.start: len(hour.marks) for hour in marks.hours(CHECKOUT, START, START + 300 * HOUR)}
        assert len(found) == 151
        assert (found[START], found[START + 3 * HOUR], found[START + 200 * HOUR]) == (1, 2, 30)

    def test_no_history_is_no_error(self, marks: Marks) -> None:
        """An empty list of parcels: nothing is there afterwards, either."""
        marks.add_history([])
        assert list(marks.hours(CHECKOUT, START, START + 300 * HOUR)) == []

    def test_hours_come_in_order_and_within_the_span(self, marks: Marks) -> None:
        """Both ends are included; other series are not."""
        for hour in (3, 1, 2, 0):
            marks.add([parcel("a", hour=hour)])
        marks.add([parcel("z", series=STAFF, hour=1)])
        found = list(marks.hours(CHECKOUT, START + HOUR, START + 2 * HOUR))
        assert [hour.start for hour in found] == [START + HOUR, START + 2 * HOUR]

    def test_no_hours_of_a_series_nobody_answered(self, marks: Marks) -> None:
        """Nothing, and no error."""
        assert list(marks.hours(CHECKOUT, START, START + HOUR)) == []


@pytest.fixture
def traces(table: Table | None) -> Traces:
    return TableTraces(table) if table else fakes.FakeTraces()


@pytest.fixture
def due(table: Table | None) -> Due:
    return TableDue(table) if table else fakes.FakeDue()


class TestTraces:
    def test_a_customer_s_traces_of_a_journey_are_read_back(self, traces: Traces) -> None:
        """Interactions and answers, each once; nobody else's, and no other journey's."""
        segments = (("plan", "pro"), ("store", "paris"))
        visited = replace(visit("ada", "basket", START, "i"), journey="shop", segments=segments)
        answered = Trace("ada", "shop", "checkout", START + HOUR, "00" * 8, "11" * 8, "csat")
        others = [replace(visited, customer="bob"), replace(visited, journey="shopping")]
        several = dict.fromkeys((visited, answered, *others), START + 30 * HOUR)
        traces.add(several)
        traces.add({visited: START + 60 * HOUR})
        assert sorted(traces.of("ada", "shop"), key=lambda one: one.at) == [visited, answered]
        assert traces.of("eve", "shop") == []

    def test_many_are_added_together(self, traces: Traces) -> None:
        """More than a transaction takes."""
        several = [replace(visit("ada", "basket", START + n * HOUR, str(n)), journey="shop") for n in range(130)]
        traces.add(dict.fromkeys(several, START + 900 * HOUR))
        assert len(traces.of("ada", "shop")) == 130


class TestDue:
    def test_a_series_is_due_once_its_hour_is_over(self, due: Due) -> None:
        """Once, however often it was noted; not before."""
        due.note(CHECKOUT, START + HOUR)
        due.note(CHECKOUT, START + HOUR + timedelta(minutes=9))
        due.note(STAFF, START + 9 * HOUR)
        assert list(due.take(START + HOUR + timedelta(minutes=59))) == []
        assert list(due.take(START + 2 * HOUR)) == [CHECKOUT]
        assert list(due.take(START + 2 * HOUR)) == []


class TestWatches:
    def test_an_unknown_series_has_a_fresh_watch(self, watches: Watches) -> None:
        """Nothing claimed, nothing learned."""
        assert watches.read(CHECKOUT) == Watch(CHECKOUT)

    def test_what_is_saved_is_read_back(self, watches: Watches) -> None:
        """Account, cells, day and settings."""
        claimed = watches.claim(Watch(CHECKOUT), 100)
        saved = replace(claimed, account="{}", settings_version="s", stepped_to=100, rolled_to=date(2024, 1, 2))
        watches.save(saved)
        assert watches.read(CHECKOUT) == replace(saved, version=saved.version + 1)

    def test_of_two_that_build_on_the_same_version_one_is_refused(self, watches: Watches) -> None:
        """The second claim raises Conflict; so does a save after another claim."""
        fresh = watches.read(CHECKOUT)
        claimed = watches.claim(fresh, 100)
        with pytest.raises(Conflict):
            watches.claim(fresh, 200)
        watches.claim(claimed, 300)
        with pytest.raises(Conflict):
            watches.save(replace(claimed, account="{}"))

    def test_late_answers_are_noted_beside_a_running_look(self, watches: Watches) -> None:
        """A note taken between claim and save is neither lost nor refused."""
        claimed = watches.claim(Watch(CHECKOUT), 100)
        watches.note_late({CHECKOUT: START + HOUR}, START)
        watches.note_late({CHECKOUT: START + 2 * HOUR}, START + HOUR)
        noted = watches.read(CHECKOUT)
        assert (noted.late_n, noted.late_since, noted.late_at) == (2, START, START + HOUR)
        watches.save(replace(claimed, account="{}"))
        saved = watches.read(CHECKOUT)
        assert (saved.late_n, saved.recomputed_n, saved.has_late) == (2, 0, True)

    def test_a_claim_never_goes_back(self, watches: Watches) -> None:
        """A clock that is behind does not unclaim what was read."""
        claimed = watches.claim(Watch(CHECKOUT), 100)
        assert watches.claim(claimed, 50).claimed_to == 100

    def test_a_postponed_look_is_remembered(self, watches: Watches) -> None:
        """So that folds do not ask for another."""
        watches.postpone(CHECKOUT, START + HOUR)
        assert watches.read(CHECKOUT).look_at == START + HOUR


class TestEvidence:
    def test_what_was_said_is_read_back_in_order_of_event_time(self, evidence: Evidence) -> None:
        """Beginnings and transitions of all series, to the last digit."""
        began, raised = Said(STAFF, 100), Said(CHECKOUT, 300, transition(at=300), share_false=0.01)
        evidence.add([raised])
        evidence.add([began, raised])
        assert evidence.all() == [began, raised]

    def test_a_recomputation_replaces_what_the_series_said(self, evidence: Evidence) -> None:
        """And nothing that others said."""
        other = Said(STAFF, 100)
        evidence.add([other, Said(CHECKOUT, 200), Said(CHECKOUT, 300, transition(at=300))])
        evidence.replace(CHECKOUT, [Said(CHECKOUT, 150)])
        assert evidence.all() == [other, Said(CHECKOUT, 150)]

    def test_what_one_account_said_is_read_alone(self, evidence: Evidence) -> None:
        """In order of event time."""
        first, second = Said(CHECKOUT, 200), Said(CHECKOUT, 300, transition(at=300))
        evidence.add([second, Said(STAFF, 100), first])
        assert evidence.of(CHECKOUT) == [first, second]


def transition(at: int) -> Transition:
    return Transition(
        "raised", at, 100, (50, 150), Share(8, 100, 0.04, 0.15), Share(9, 30, 1 / 7, 0.5), 1e4 / 7, 0.7, 1.0, "v"
    )


class TestAlerts:
    def test_alerts_come_oldest_first(self, alerts: Alerts) -> None:
        """Those of every series and year."""
        late = AlertFact(CHECKOUT, alert_event(raised_at=START + HOUR))
        early = AlertFact(STAFF, alert_event(raised_at=START - 9 * HOUR, audience="staff"))
        for fact in (late, early):
            alerts.write(fact)
        assert alerts.all() == [early, late]

    def test_a_later_revision_replaces_an_earlier_one_and_never_the_other_way_round(self, alerts: Alerts) -> None:
        """The same id is the same alert."""
        first = AlertFact(CHECKOUT, alert_event(raised_at=START))
        second = replace(first, event=first.event.model_copy(update={"state": "resolved", "revision": 2}))
        for fact in (first, second, first):
            alerts.write(fact)
        assert alerts.all() == [second]

    def test_an_alert_is_told_anew_at_its_revision_unless_it_changed_meanwhile(self, alerts: Alerts) -> None:
        """What another wrote in between stands."""
        first = AlertFact(CHECKOUT, alert_event(raised_at=START), quotes_until=START + HOUR)
        anew = replace(first, event=first.event.model_copy(update={"affected": 7}))
        alerts.write(first)
        alerts.retell(first, anew)
        [told] = alerts.all()
        assert (told, told.quotes_until) == (anew, first.quotes_until)
        alerts.retell(first, replace(first, event=first.event.model_copy(update={"affected": 8})))
        assert alerts.all() == [anew]


def test_a_busy_hour_is_spread_over_items_that_grow() -> None:
    """Five thousand answers in one hour, by writers of whom every tenth knows nothing: none lost, every item but the
    last as full as it is to be, none fuller by more than a batch."""
    with aws.data_stack():
        table = aws.table("friction")
        for writer in range(5):
            marks = TableMarks(table)
            for batch in range(10):
                marks.add([parcel(*(f"{writer}-{batch}-{number}" for number in range(100)))])
        [hour] = TableMarks(table).hours(CHECKOUT, START, START)
        held = [len(item["marks"]) for item in table.query_all(CHECKOUT.partition, prefix="HOUR")]
    assert len(hour.marks) == sum(held) == 5000
    assert all(room_of(piece) <= n < room_of(piece) + 100 for piece, n in enumerate(held[:-1]))
    assert 10 < len(held) < 30


@pytest.mark.parametrize("of", ["Item size", "Item size to update"])
def test_a_full_item_is_told_from_other_refusals(of: str) -> None:
    """DynamoDB says it in two ways, one for a put, one for an update; other sizes it minds are bugs of ours."""
    refusal = {"Code": "ValidationException", "Message": f"{of} has exceeded the maximum allowed size"}
    assert isinstance(translated(ClientError({"Error": refusal}, "UpdateItem")), ItemTooLarge)
    refusal["Message"] = "Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;"
    assert isinstance(translated(ClientError({"Error": refusal}, "UpdateItem")), ClientError)
