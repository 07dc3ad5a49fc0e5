"""What friction costs, and what to mend first."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.insights import app as insights
from services.insights.adapters.outcomes import TableEnds
from services.insights.domain import priorities as ranking
from services.insights.domain.priorities import DayPain, Place
from services.insights.domain.reports import Day
from services.insights.domain.value import HORIZON, Met, concerned, excesses, people_met, total
from services.insights.domain.valuing import Ended, worth
from services.insights.usecases.ports import Deps
from services.insights.usecases.priorities import what_first
from services.insights.usecases.value import study, value_at
from services.insights.views.value import priorities_view, value_view
from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.domain.outcomes import Outcome
from services.invitations.usecases.outcomes import record_outcome
from shared.causes.answers import Given, Reading, Whose
from shared.codes import keyed_hash
from shared.errors import NotFound
from tests import aws, fakes
from tests.invitations import SECRET
from tests.invitations import World as Invited
from tests.leaving import START, found, truths, world
from tests.unit.test_insights import NOW, deps

DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(91)]


def test_the_interval_covers_what_is_at_risk() -> None:
    """In 200 seeded worlds, at each touchpoint and in all; the long form is in the bench."""
    true, covered, runs = truths(), dict.fromkeys([*truths(), ""], 0), 200
    for seed in range(runs):
        values, amount = found(world(seed))
        for one in values:
            covered[one.touchpoint] += one.low <= true[one.touchpoint] <= one.high
        _, low, high = total(values, amount)
        covered[""] += low <= sum(true.values()) <= high
    print({name or "total": f"{100 * n / runs:.1f} %" for name, n in covered.items()})
    assert min(covered.values()) >= 0.93 * runs


def test_touchpoints_sum_to_the_total_and_nobody_counts_twice() -> None:
    """Each person with friction has parts that add up to one."""
    values, amount = found(world(1))
    assert total(values, amount)[0] == pytest.approx(sum(one.amount for one in values))
    met = [Met("anna", name, START, True) for name in ("a", "b", "c")] + [Met("bob", "a", START, True)]
    parts = {one.touchpoint: one.people.value for one in concerned(met, {})}
    assert parts == pytest.approx({"a": 4 / 3, "b": 1 / 3, "c": 1 / 3})
    assert sum(parts.values()) == pytest.approx(2)


def test_equal_parts_are_the_shapley_value() -> None:
    """Of the game in which any friction is enough: over all orders, who comes first has brought it about."""
    from itertools import permutations

    names = "abcd"
    first = [order[0] for order in permutations(names)]
    person = people_met([Met("anna", name, START, True) for name in names], {})[0]
    assert person.part == first.count("a") / len(first)


def test_a_person_is_followed_from_their_first_bad_answer_for_ninety_days() -> None:
    """Who left before is passed over; who left later than that has not left in time."""
    met = [Met("anna", "a", START, False), Met("anna", "a", START + timedelta(days=5), True)]
    bad = START + timedelta(days=5)
    cases = {bad - timedelta(days=1): [], bad + timedelta(days=1): [True], bad + HORIZON + timedelta(days=1): [False]}
    for left, expected in cases.items():
        assert [one.has_left for one in people_met(met, {"anna": [left]})] == expected


def test_of_few_people_nothing_is_said() -> None:
    """Nineteen with friction say nothing of how often people leave."""
    for n, known in ((19, False), (20, True)):
        met = [Met(f"b{number}", "a", START, True) for number in range(n)]
        met += [Met(f"g{number}", "a", START, False) for number in range(50)]
        assert ("a" in excesses(people_met(met, {}))) == known


def test_a_customer_is_worth_what_they_bought_else_what_was_said_of_them() -> None:
    """In the currency that most amounts are in; others are left out."""
    ends = [
        Ended("anna", "bought", START, 30.0, "EUR"),
        Ended("anna", "bought", START + timedelta(days=1), 20.0, "EUR"),
        Ended("anna", "kept", START + timedelta(days=2), 900.0, "EUR"),
        Ended("bob", "kept", START, 100.0, "EUR"),
        Ended("eve", "bought", START, 7.0, "CHF"),
        Ended("eve", "churned", START, None, None),
    ]
    known = worth(ends)
    assert known is not None
    assert (known.mean.value, known.currency, known.people) == (75.0, "EUR", 2)
    assert worth(ends[-1:]) is None


class Sorted(fakes.FakeResponses):
    """Answers by touchpoint."""

    def __init__(self, by_touchpoint: Mapping[str, list[Given]]) -> None:
        super().__init__()
        self.by_touchpoint = by_touchpoint

    def between(self, whose: Whose, since: datetime, until: datetime) -> Reading:
        return fakes.FakeResponses(self.by_touchpoint.get(whose.touchpoint, [])).between(whose, since, until)

    def newest(self, whose: Whose, since: datetime, until: datetime, most: int) -> Reading:
        return fakes.FakeResponses(self.by_touchpoint.get(whose.touchpoint, [])).newest(whose, since, until, most)


def company() -> Deps:
    """Two owners' touchpoints, a year of answers, and outcomes: friction at the till costs, elsewhere hardly."""
    chance = random.Random(5)
    answers: dict[str, list[Given]] = {"till": [], "checkout": []}
    ends = []
    for number in range(900):
        name, touchpoint = f"c{number}", ("till", "checkout")[number % 2]
        is_bad = chance.random() < 0.4
        at = NOW - timedelta(days=chance.uniform(1, 300))
        answers[touchpoint].append(Given(f"r{number}", at, is_bad, customer=name))
        if chance.random() < (0.4 if is_bad and touchpoint == "till" else 0.1):
            ends.append(Ended(name, "churned", at + timedelta(days=10), 200.0, "EUR"))
    known = {"till": fakes.touchpoint("till", owner="store"), "checkout": fakes.touchpoint("checkout")}
    days = [Day(NOW.date() - timedelta(days=n), {"web": [3, 1, 1, 2, 3]}) for n in range(1, 80)]
    return replace(
        deps(days), responses=Sorted(answers), ends=fakes.FakeEnds(ends), catalogue=fakes.FakeCatalogue(known)
    )


def test_a_touchpoint_is_told_what_its_friction_costs_and_what_was_assumed() -> None:
    """More where people leave more often after it; both are parts of one total."""
    asked = company()
    till, checkout = (value_view(name, value_at(name, asked)) for name in ("till", "checkout"))
    assert till.value_at_risk and checkout.value_at_risk and till.total and till.excess
    assert till.value_at_risk.amount > 2 * checkout.value_at_risk.amount
    assert till.total == checkout.total
    assert till.total.amount == pytest.approx(till.value_at_risk.amount + checkout.value_at_risk.amount, abs=0.02)
    assert till.value_at_risk.low < till.value_at_risk.amount < till.value_at_risk.high
    assert till.excess.points > 15
    assert (till.amount_each, till.value_at_risk.currency) == (200.0, "EUR")
    assert "assumed, not known" in till.assumed["en"] and "supposé, non su" in till.assumed["fr"]


def test_however_many_touchpoints_there_are_few_answers_are_read() -> None:
    """Five hundred: forty answers of each at the most, in two spans."""
    asked = company()
    read: list[int] = []

    class Counting(fakes.FakeResponses):
        def newest(self, whose: Whose, since: datetime, until: datetime, most: int) -> Reading:
            read.append(most)
            return Reading([])

    known = {f"t{n}": fakes.touchpoint(f"t{n}") for n in range(500)}
    study(replace(asked, responses=Counting(), catalogue=fakes.FakeCatalogue(known)))
    assert (len(read), max(read)) == (1000, 40)


def test_where_nothing_can_be_told_it_says_why() -> None:
    """No outcomes; no amounts; too few people; no such touchpoint."""
    asked = company()
    without_amounts = [
        replace(one, amount=None, currency=None) for one in asked.ends.between(NOW - timedelta(400), NOW)
    ]
    assert value_view("till", study(replace(asked, ends=fakes.FakeEnds()))).because == "no_outcomes"
    assert value_view("till", study(replace(asked, ends=fakes.FakeEnds(without_amounts)))).because == "no_amounts"
    assert value_view("other", study(asked)).because == "too_few_people"
    with pytest.raises(NotFound):
        value_at("nowhere", asked)


def test_the_list_shows_every_factor_and_is_one_for_all_and_one_for_an_owner() -> None:
    """The score is the product of what is shown."""
    asked = company()
    shown = priorities_view(None, *what_first(None, asked))
    assert [one.touchpoint for one in shown.priorities] == ["till", "checkout"]
    for one in shown.priorities:
        assert one.value is not None
        assert one.score == pytest.approx(one.reach * one.severity * one.value * one.certainty, rel=1e-3)
        assert one.is_reach_of_answers
    mine = priorities_view("store", *what_first("store", asked))
    assert [(one.rank, one.touchpoint) for one in mine.priorities] == [(1, "till")]
    assert mine.currency == "EUR"


def test_without_outcomes_the_list_leaves_value_out() -> None:
    """Reach, severity and certainty order it."""
    shown = priorities_view(None, *what_first(None, replace(company(), ends=fakes.FakeEnds())))
    assert [one.value for one in shown.priorities] == [None, None]
    assert shown.currency is None


def places(seed: int) -> list[Place]:
    """Twelve touchpoints over thirteen weeks; the first three are worse, and many pass."""
    chance = random.Random(seed)
    found = []
    for number in range(12):
        mean = 0.35 if number < 3 else 0.12
        days = {}
        for day in DAYS:
            n = chance.randrange(4, 16)
            days[day] = DayPain(n, sum(min(1.0, chance.expovariate(1 / mean)) for _ in range(n)))
        found.append(Place(f"t{number:02}", "web", days, 4000.0 if number < 3 else 2500.0, None))
    return found


def test_the_three_first_stay_the_three_first_in_other_days() -> None:
    """In thirty seeded companies, over 200 draws of the days each: at least 95 % of the draws, and the right three."""
    shares = []
    for seed in range(30):
        listed = ranking.priorities(places(seed), DAYS)
        assert {one.touchpoint for one in listed.places[:3]} == {"t00", "t01", "t02"}
        shares.append(listed.stable)
    print(f"the same three in {100 * sum(shares) / len(shares):.1f} % of draws, {100 * min(shares):.1f} % at the least")
    assert min(shares) >= 0.95


def test_a_touchpoint_of_a_few_angry_answers_does_not_jump_to_the_top() -> None:
    """Four answers, all of the worst: drawn towards all others, and uncertain."""
    loud = Place("loud", "web", {DAYS[0]: DayPain(4, 4.0)}, 4000.0, None)
    listed = ranking.priorities([*places(1), loud], DAYS)
    assert [one.touchpoint for one in listed.places].index("loud") > 2
    [one] = [one for one in listed.places if one.touchpoint == "loud"]
    assert one.severity < 0.35 and one.certainty < 0.1


def test_a_list_with_unclear_top_says_so() -> None:
    """Twelve alike: which three are first is chance, and the list tells how often they are."""
    chance = random.Random(3)
    alike = [
        Place(f"t{n}", "web", {day: DayPain(10, chance.uniform(1, 3)) for day in DAYS}, 1000.0, None) for n in range(12)
    ]
    assert ranking.priorities(alike, DAYS).stable < 0.8


def test_the_list_is_always_the_same_for_the_same_answers() -> None:
    """Its draws are drawn by no clock and no chance."""
    assert ranking.priorities(places(2), DAYS) == ranking.priorities(places(2)[::-1], DAYS)


def test_an_outcome_is_stored_with_the_hash_by_which_answers_name_the_customer() -> None:
    """So that what people did is laid beside what they said, and nobody's id stands in it."""
    invited = Invited()
    sent = {"customer": {"id": "A-17"}, "kind": "churned", "occurred_at": "2024-02-01T10:00:00Z"}
    record_outcome(sent, invited.deps)
    [stored] = invited.outcomes.stored.values()
    assert stored.customer == keyed_hash(SECRET, "customer", "A-17")


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_outcomes_are_read_as_invitations_store_them(kind: str) -> None:
    """Over the ends of months; those of before, that say not whose they are, are passed over."""
    at = datetime(2024, 2, 28, tzinfo=UTC)
    stored = [
        Outcome(f"o{n}", f"p{n}", "bought", at + n * timedelta(days=1), at, 5.0, "EUR", f"hash{n}" if n else None)
        for n in range(5)
    ]
    ended = [Ended(f"hash{n}", "bought", at + n * timedelta(days=1), 5.0, "EUR") for n in range(1, 5)]
    if kind == "fake":
        assert fakes.FakeEnds(ended).between(at, at + timedelta(days=3)) == ended[:2]
        return
    with aws.data_stack():
        table = aws.table("contacts")
        for one in stored:
            TableOutcomes(table).add(one)
        read = TableEnds(table).between(at, at + timedelta(days=3))
    assert sorted(read, key=lambda one: one.at) == ended[:2]


def test_both_are_operations_that_need_a_key() -> None:
    """Figures, with the scope of figures."""
    known = {(one.method, one.path): one.scope for one in insights.app.operations}
    assert known["GET", "/v1/priorities"] == known["GET", "/v1/touchpoints/{touchpoint}/value"] == "figures:read"
