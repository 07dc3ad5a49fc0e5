"""What the stores of tallies, shares and outcomes promise: on the fakes and on DynamoDB (moto, the true schema)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.adapters.reactions import reactions_in
from services.invitations.adapters.tallies import TablePlans, TableTallies
from services.invitations.domain.funnel import DIGEST, Label, Notice, Tally, mark
from services.invitations.domain.outcomes import Outcome
from services.invitations.domain.sampling import Plan
from services.invitations.usecases.counting import Reaction
from services.invitations.usecases.ports import Outcomes, Tallies
from services.invitations.usecases.sampling import Plans
from shared import pieces
from shared.dynamo import Table
from shared.streams import Change
from tests.aws import data_stack, table
from tests.invitations import FakeOutcomes, FakePlans, FakeTallies

AT = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
DAY = AT.date()
PLAN = Plan(probability=0.25, need=0.5, a_day=100.0, rate=0.15, answered=12)


@pytest.fixture(scope="module")
def contacts() -> Iterator[Table]:
    with data_stack():
        yield table("contacts")


@pytest.fixture(params=["fake", "dynamodb"])
def tallies(request: pytest.FixtureRequest) -> Tallies:
    return FakeTallies() if request.param == "fake" else TableTallies(request.getfixturevalue("contacts"))


@pytest.fixture(params=["fake", "dynamodb"])
def plans(request: pytest.FixtureRequest) -> Plans:
    return FakePlans() if request.param == "fake" else TablePlans(request.getfixturevalue("contacts"))


@pytest.fixture(params=["fake", "dynamodb"])
def outcomes(request: pytest.FixtureRequest) -> Outcomes:
    return FakeOutcomes() if request.param == "fake" else TableOutcomes(request.getfixturevalue("contacts"))


def notice(touchpoint: str, name: str, day: date = DAY, *labels: Label) -> Notice:
    return Notice(touchpoint, day, frozenset({mark("decided", "email", None, name)}), frozenset(labels))


def test_what_is_counted_again_is_counted_once(tallies: Tallies) -> None:
    """In one call or in several, alone or with others."""
    one, other = notice("once", "a"), notice("once", "b")
    tallies.add([one])
    tallies.add([one, other, one])
    assert list(tallies.days("once", DAY, DAY)) == [Tally(DAY, one.marks | other.marks)]


def test_nothing_is_counted_of_nothing(tallies: Tallies) -> None:
    """A batch may hold no interaction."""
    tallies.add([])
    assert list(tallies.days("nothing", DAY, DAY)) == []


def test_days_come_in_order_and_both_ends_are_included(tallies: Tallies) -> None:
    """The day before and the day after the span are not."""
    for ago in (3, 0, 2, 1):
        tallies.add([notice("days", "a", DAY - timedelta(days=ago))])
    found = list(tallies.days("days", DAY - timedelta(days=2), DAY - timedelta(days=1)))
    assert [one.day for one in found] == [DAY - timedelta(days=2), DAY - timedelta(days=1)]


def test_labels_come_back_with_those_they_hold_for(tallies: Tallies) -> None:
    """Whatever stands in their text: a separator, an accent, nothing at all."""
    labels = [Label("segment", "shop", text) for text in ("a#b", "Orléans", "")] + [Label("whose", "touchpoint", "x")]
    named = [notice("labels", f"n{n}", DAY, label) for n, label in enumerate(labels)]
    tallies.add([*named, notice("labels", "another", DAY, labels[0])])
    [found] = tallies.days("labels", DAY, DAY)
    assert {label: len(members) for label, members in found.labels.items()} == dict(
        zip(labels, (2, 1, 1, 1), strict=True)
    )
    assert found.labels[labels[1]] == {raw[DIGEST] for raw in named[1].marks}
    assert len(found.marks) == 5


def test_touchpoints_do_not_mix(tallies: Tallies) -> None:
    """Not even where one's id begins like the other's."""
    tallies.add([notice("mix", "a"), notice("mix2", "b")])
    assert [len(one.marks) for one in tallies.days("mix", DAY, DAY)] == [1]


def test_a_busy_day_is_spread_over_items(contacts: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full pieces are left for the next; two writers who do not know of each other lose nothing."""
    monkeypatch.setattr(pieces, "room_of", lambda _: 45)
    writers, chance = (TableTallies(contacts), TableTallies(contacts)), random.Random(1)
    notices = [notice("busy", f"{n}") for n in range(600)]
    for first in range(0, 600, 40):
        chance.choice(writers).add(notices[first : first + 40])
    items = list(contacts.query_all("FUNNEL#busy"))
    assert len(items) > 3
    [found] = writers[0].days("busy", DAY, DAY)
    assert found.marks == frozenset().union(*(one.marks for one in notices))


def test_many_small_additions_go_together_and_are_spread_too(contacts: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay touches many days at once: in transactions, which do not tell how full an item is."""
    monkeypatch.setattr(pieces, "room_of", lambda _: 9)
    tallies, days = TableTallies(contacts), [DAY - timedelta(days=ago) for ago in range(20)]
    for number in range(30):
        tallies.add([notice("replay", f"{number}", day) for day in days])
    found = list(tallies.days("replay", days[-1], days[0]))
    assert [len(one.marks) for one in found] == [30] * 20
    assert len(list(contacts.query_all("FUNNEL#replay"))) >= 3 * 20


def test_a_share_stands_as_it_was_first_settled(plans: Plans) -> None:
    """Of two who work it out at once the first wins, and the second is told so."""
    assert plans.get("first", DAY, "share=0.5") is None
    assert plans.settle("first", DAY, "share=0.5", PLAN) == PLAN
    assert plans.settle("first", DAY, "share=0.5", Plan(1.0, 0.0, 1.0, 1.0, 0)) == PLAN
    assert plans.get("first", DAY, "share=0.5") == PLAN
    assert plans.get("first", DAY + timedelta(days=1), "share=0.5") is None
    assert plans.get("first", DAY, "share=0.6") is None


def test_an_outcome_is_new_once(outcomes: Outcomes) -> None:
    """The first stays; a person's are listed by time, without another's."""
    later = Outcome("once-2", "p", "bought", AT + timedelta(days=1), AT, 12.5, "EUR")
    first = Outcome("once-1", "p", "kept", AT, AT)
    assert [outcomes.add(one) for one in (later, first, first)] == [True, True, False]
    outcomes.add(Outcome("once-3", "q", "churned", AT, AT))
    assert outcomes.holds("once-1")
    assert not outcomes.holds("once-4")
    assert outcomes.of_person("p") == [first, later]


def test_reactions_are_read_from_the_table_of_responses() -> None:
    """Answers and openings of invitations; not those of other links, of machines, nor what does not count."""
    answer = {
        "kind": "response",
        "response_id": "invitation:i1",
        "counted": True,
        "collected_at": "2024-03-01T10:00:00Z",
    }
    opening = {"kind": "opening", "invitation_id": "i1", "first_opened_at": "2024-03-01T10:00:00Z"}
    items = [
        answer,
        opening,
        answer | {"response_id": "link:1"},
        answer | {"counted": False},
        opening | {"marked": "sweep"},
        {name: value for name, value in opening.items() if name != "invitation_id"},
        answer | {"collected_at": "yesterday"},
        {"kind": "link"},
    ]
    heard, unreadable = reactions_in([Change(str(n), None, item) for n, item in enumerate(items)])
    assert heard == [Reaction("i1", "opened", AT), Reaction("i1", "answered", AT)]
    assert unreadable == ["6"]
