"""What friction costs, and what to mend first."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.aggregator import usecases
from services.aggregator.adapters.outcomes import TableEnds
from services.aggregator.domain import priorities as ranking
from services.aggregator.domain.answers import Answer, Series
from services.aggregator.domain.priorities import DayPain, Place
from services.aggregator.domain.value import HORIZON, Met, concerned, excesses, people_met, total
from services.aggregator.domain.valuing import Ended, worth
from services.aggregator.usecases import Deps
from services.insights import app as insights
from services.insights.usecases import ports as insights_ports
from services.insights.usecases.studies import value_at, what_first, whole_list
from services.insights.views.value import priorities_view, value_view
from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.domain.outcomes import Outcome
from services.invitations.usecases.outcomes import record_outcome
from shared.causes.answers import Given, Reading, Whose
from shared.codes import keyed_hash
from shared.errors import InvalidInput, NotFound
from shared.studies import written
from tests import aws, fakes
from tests.invitations import SECRET
from tests.invitations import World as Invited
from tests.leaving import START, found, truths, world
from tests.unit.test_aggregator import deps_at
from tests.unit.test_insights import NOW
from tests.unit.test_insights import deps as asking

TODAY = NOW.date()
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
    made = replace(
        deps_at(NOW),
        responses=Sorted(answers),
        ends=fakes.FakeEnds(ends),
        catalogue=fakes.FakeCatalogue(known),
    )
    usecases.fold(
        [answer_at(name, back, score) for name in known for back in range(1, 80) for score in range(1, 6)], made
    )
    return made


def answer_at(touchpoint: str, days_back: int, score: int) -> Answer:
    at = NOW - timedelta(days=days_back) + timedelta(hours=score)
    return Answer(
        f"{touchpoint}-{days_back}-{score}", Series(touchpoint, "customer", "csat"), at, score, "web", 1, True
    )


def studied(deps: Deps, day: date = TODAY) -> fakes.FakeStudies:
    """What is kept once that day was studied."""
    deps = replace(deps, studies=fakes.FakeStudies())
    usecases.study(day, deps)
    assert isinstance(deps.studies, fakes.FakeStudies)
    return deps.studies


def reading(deps: Deps) -> insights_ports.Deps:
    """Insights, which reads what is kept."""
    return replace(asking(), studies=studied(deps), catalogue=deps.catalogue)


def test_a_touchpoint_is_told_what_its_friction_costs_and_what_was_assumed() -> None:
    """More where people leave more often after it; both are parts of one total."""
    asked = reading(company())
    till, checkout = (value_view(value_at(name, None, asked)) for name in ("till", "checkout"))
    assert till.value_at_risk and checkout.value_at_risk and till.total and till.excess
    assert till.value_at_risk.amount > 2 * checkout.value_at_risk.amount
    assert till.total == checkout.total
    assert till.total.amount == pytest.approx(till.value_at_risk.amount + checkout.value_at_risk.amount, abs=0.02)
    assert till.value_at_risk.low < till.value_at_risk.amount < till.value_at_risk.high
    assert till.excess.points > 15
    assert (till.amount_each, till.value_at_risk.currency, till.day) == (200.0, "EUR", NOW.date())
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
    usecases.study(NOW.date(), replace(asked, responses=Counting(), catalogue=fakes.FakeCatalogue(known)))
    assert (len(read), max(read)) == (1000, 40)


def test_where_nothing_can_be_told_it_says_why() -> None:
    """No outcomes; no amounts; too few people; not studied yet; no such touchpoint."""
    asked = company()
    without_amounts = [
        replace(one, amount=None, currency=None) for one in asked.ends.between(NOW - timedelta(400), NOW)
    ]
    few = {**fakes.FakeCatalogue().known, "other": fakes.touchpoint("other"), "till": fakes.touchpoint("till")}
    worlds = {
        "no_outcomes": replace(asked, ends=fakes.FakeEnds()),
        "no_amounts": replace(asked, ends=fakes.FakeEnds(without_amounts)),
    }
    for reason, made in worlds.items():
        assert studied(made).values["till", NOW.date()].because == reason
    kept = studied(replace(asked, catalogue=fakes.FakeCatalogue(few)))
    assert kept.values["other", NOW.date()].because == "too_few_people"
    before = NOW - timedelta(days=1)
    assert value_at("till", before, reading(asked)).because == "not_yet"
    with pytest.raises(NotFound):
        value_at("nowhere", None, reading(asked))


def test_a_study_of_a_past_day_is_the_same_whenever_it_is_made() -> None:
    """What happened since is not in it; the bytes are equal, whoever makes it, in whatever order answers came."""
    day = NOW.date() - timedelta(days=30)
    first = studied(company(), day)
    later = company()
    usecases.fold([answer_at("till", 3, 1), replace(answer_at("till", 2, 1), response_id="new")], later)
    again = studied(replace(later, now=lambda: NOW + timedelta(days=9)), day)
    assert [written(one) for one in again.values.values()] == [written(one) for one in first.values.values()]
    assert [written(one) for one in again.lists.values()] == [written(one) for one in first.lists.values()]
    assert studied(later).lists != studied(company()).lists


def test_a_time_is_answered_by_the_last_study_before_it() -> None:
    """As pages and commands ask with `at`."""
    asked, made = company(), fakes.FakeStudies()
    days = [NOW.date() - timedelta(days=back) for back in (40, 10)]
    for day in days:
        usecases.study(day, replace(asked, studies=made))
    reads = replace(asking(), studies=made, catalogue=asked.catalogue)
    assert [value_at("till", NOW - timedelta(days=back), reads).day for back in (10, 11, 40)] == [
        days[1], days[0], days[0]
    ]  # fmt: skip
    assert what_first(None, NOW - timedelta(days=11), 0, reads).day == days[0]
    assert what_first(None, NOW - timedelta(days=41), 0, reads).priorities == ()


def test_todays_study_is_wanted_once_in_a_quarter_of_the_day() -> None:
    """However often it is looked at; anybody may want one of the past at any time, but none of a day to come."""
    made = deps_at(NOW + timedelta(hours=7, minutes=20))
    usecases.want_today(made)
    assert isinstance(made.studies, fakes.FakeStudies)
    assert made.studies.wanted == {NOW.date(): NOW + timedelta(hours=6)}
    usecases.want_study(date(2026, 1, 1), made)
    assert made.studies.wanted[date(2026, 1, 1)] == made.now()
    with pytest.raises(InvalidInput):
        usecases.want_study(NOW.date() + timedelta(days=1), made)


def test_the_list_shows_every_factor_and_is_one_for_all_and_one_for_an_owner() -> None:
    """The score is the product of what is shown."""
    asked = reading(company())
    shown = priorities_view(what_first(None, None, 0, asked), 0)
    assert [one.touchpoint for one in shown.priorities] == ["till", "checkout"]
    for one in shown.priorities:
        assert one.value is not None
        assert one.score == pytest.approx(one.reach * one.severity * one.value * one.certainty, rel=1e-3)
        assert one.is_reach_of_answers
    mine = priorities_view(what_first("store", None, 0, asked), 0)
    assert [(one.rank, one.touchpoint) for one in mine.priorities] == [(1, "till")]
    assert (mine.currency, mine.next_cursor) == ("EUR", None)


def test_a_long_list_is_read_a_hundred_at_a_time() -> None:
    """Two hundred and fifty touchpoints: three pages with all of them, each once; the file has all."""
    known = {f"t{n:03}": fakes.touchpoint(f"t{n:03}") for n in range(250)}
    made = replace(deps_at(NOW), catalogue=fakes.FakeCatalogue(known))
    usecases.fold([answer_at(name, 5, 1 + number % 5) for number, name in enumerate(known)], made)
    asked = reading(made)
    cursors, page, seen = [], 0, []
    while True:
        shown = priorities_view(what_first(None, None, page, asked), page)
        seen += [one.touchpoint for one in shown.priorities]
        cursors.append(shown.next_cursor)
        if shown.next_cursor is None:
            break
        page = int(shown.next_cursor)
    assert (sorted(seen), cursors) == (sorted(known), ["1", "2", None])
    assert [one.touchpoint for one in whole_list(None, asked)] == seen


def test_without_outcomes_the_list_leaves_value_out() -> None:
    """Reach, severity and certainty order it."""
    shown = what_first(None, None, 0, reading(replace(company(), ends=fakes.FakeEnds())))
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
