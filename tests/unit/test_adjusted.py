"""Figures adjusted for who was asked and who answered."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

import pytest

from services.aggregator.adapters.passers import TablePassers as Counting
from services.insights.adapters.passers import TablePassers
from services.insights.domain import adjusting
from services.insights.domain.adjusting import Adjusted, Cell, Counted, Crowd, PassedDay
from services.insights.usecases.adjusted import adjusted as adjust
from services.insights.views.adjusted import adjusted_view, because_of
from services.invitations.adapters.tallies import TablePlans, TableTallies
from services.invitations.domain.funnel import Label, Notice, mark
from services.invitations.domain.sampling import Plan
from shared.causes.answers import Given
from shared.scales import scale
from tests import aws, fakes
from tests.unit.test_insights import NOW, deps

CSAT = scale("csat")
FIRST = date(2026, 5, 1)
NAMES = ("age", "plan")
SEEDS = range(40)


def person(name: str) -> bytes:
    return sha256(name.encode()).digest()[:8]


def world(seed: int, people: int = 4000) -> tuple[list[PassedDay], list[Counted], float]:
    """Twenty days of people; the young are half, hardly answer and are worse off. And the true share of bad answers.

    On every other day a tenth is asked, and things go worse.
    """
    chance = random.Random(seed)
    days, answers, bad = [], [], 0
    for number in range(20):
        share = 0.1 if number % 2 else 0.5
        segments: dict[tuple[str, str], set[bytes]] = {}
        everybody = set()
        for turn in range(people // 20):
            one = person(f"{seed}-{number}-{turn}")
            age, plan = chance.choice(("young", "old")), chance.choice(("basic", "pro"))
            everybody.add(one)
            for name, value in (("age", age), ("plan", plan)):
                segments.setdefault((name, value), set()).add(one)
            is_bad = chance.random() < (0.45 if age == "young" else 0.1) + (0.1 if number % 2 else 0)
            bad += is_bad
            if chance.random() < share * (0.2 if age == "young" else 0.8):
                answers.append(Counted(1 if is_bad else 5, one, {}))
        held = {place: frozenset(members) for place, members in segments.items()}
        days.append(PassedDay(FIRST + timedelta(days=number), frozenset(everybody), held, share))
    return days, answers, bad / people


def found(days: list[PassedDay], answers: list[Counted], names: tuple[str, ...] = NAMES) -> Adjusted:
    made = adjusting.adjusted(CSAT, Crowd(names, days, FIRST), answers)
    assert isinstance(made, Adjusted)
    return made


def test_a_known_bias_of_who_answers_is_nearly_gone() -> None:
    """Over forty seeded worlds at least four fifths of the mean error go; both are printed."""
    raw_error = adjusted_error = 0.0
    raw_mean = adjusted_mean = truth_mean = 0.0
    for seed in SEEDS:
        days, answers, truth = world(seed)
        made = found(days, answers)
        raw, adjusted = made.raw[-1].value, made.adjusted[-1].value
        raw_mean, adjusted_mean = raw_mean + raw / len(SEEDS), adjusted_mean + adjusted / len(SEEDS)
        truth_mean += 100 * truth / len(SEEDS)
    raw_error, adjusted_error = abs(raw_mean - truth_mean), abs(adjusted_mean - truth_mean)
    print(f"truth {truth_mean:.1f} %, raw {raw_mean:.1f} %, adjusted {adjusted_mean:.1f} %")
    print(f"bias reduced by {100 * (1 - adjusted_error / raw_error):.0f} %")
    assert raw_error > 8
    assert adjusted_error <= 0.2 * raw_error


def test_the_interval_of_the_adjusted_figure_covers_the_truth() -> None:
    """Kish's effective n makes it wider than the raw one, and wide enough."""
    covered = 0
    for seed in SEEDS:
        days, answers, truth = world(seed)
        bad = found(days, answers).adjusted[-1]
        covered += bad.low <= 100 * truth <= bad.high
    assert covered >= 0.9 * len(SEEDS)


def test_equal_weights_leave_figures_as_they_are() -> None:
    """Where everybody answers the effective n is the n, and raw and adjusted are the same."""
    days, _, _ = world(1, people=400)
    level = [replace(day, share=1.0) for day in days]
    people = sorted(one for day in days for one in day.everybody)
    answers = [Counted(1 + place % 5, one, {}) for place, one in enumerate(people)]
    made = found(level, answers)
    assert made.effective_n == pytest.approx(made.n) == pytest.approx(400)
    assert [f.value for f in made.adjusted] == pytest.approx([f.value for f in made.raw])
    assert [f.low for f in made.adjusted] == pytest.approx([f.low for f in made.raw])


def test_weights_stand_for_everybody() -> None:
    """Together for all people, each cell's for the people of that cell."""
    days, answers, _ = world(2)
    people = adjusting.people_of(days, NAMES)
    placed = [one for each in answers if (one := adjusting.placed_in(each, people, NAMES))]
    crowd: dict[Cell, int] = {}
    for cell, _ in people.values():
        crowd[cell] = crowd.get(cell, 0) + 1
    joined = {cell: cell for cell in crowd}
    weights = adjusting.weights_of(placed, crowd, joined)
    for cell, n in crowd.items():
        of_cell = sum(weight for one, weight in zip(placed, weights, strict=True) if one.cell == cell)
        assert of_cell == pytest.approx(n)
    assert sum(weights) == pytest.approx(4000)


def test_small_cells_are_joined_the_last_segment_first() -> None:
    """Four answers of the young on pro stand with the other young; what is left over stands with all."""
    crowd = {("young", "pro"): 50, ("young", "basic"): 60, ("old", "pro"): 40, ("teen", ""): 3}
    answered = {("young", "pro"): 4, ("young", "basic"): 20, ("old", "pro"): 30, ("teen", ""): 1}
    assert adjusting.joined_cells(crowd, answered) == {
        ("young", "pro"): (),
        ("young", "basic"): ("young", "basic"),
        ("old", "pro"): ("old", "pro"),
        ("teen", ""): (),
    }
    several = {**answered, ("young", "basic"): 3}
    joined = adjusting.joined_cells(crowd, several)
    assert joined["young", "pro"] == joined["young", "basic"] == ("young",)


def test_a_cell_of_which_nobody_answers_counts_among_all() -> None:
    """Its people are not lost: all others stand for them."""
    day = PassedDay(FIRST, frozenset(person(str(n)) for n in range(60)), {("age", "old"): frozenset({person("59")})})
    answers = [Counted(5 if n % 2 else 1, person(str(n)), {}) for n in range(40)]
    made = found([day], answers, ("age",))
    assert (made.people, made.n) == (60, 40)
    assert made.adjusted[-1].value == pytest.approx(50)


@pytest.mark.parametrize("answers", [19, 20])
def test_few_answers_are_not_adjusted(answers: int) -> None:
    """Fewer than twenty of known people say nothing of all others."""
    days, _, _ = world(3, people=400)
    people = sorted(one for day in days for one in day.everybody)[:answers]
    made = adjusting.adjusted(CSAT, Crowd(NAMES, days, FIRST), [Counted(5, one, {}) for one in people])
    assert isinstance(made, Adjusted) == (answers == 20)


def test_an_answer_without_an_invitation_is_placed_by_its_own_attributes() -> None:
    """Where it has every segment; else it is in no cell."""
    people = {person("a"): (("old", "pro"), 0.5)}
    by_invitation = adjusting.placed_in(Counted(1, person("a"), {}), people, NAMES)
    by_itself = adjusting.placed_in(Counted(1, None, {"age": "young", "plan": "pro"}), people, NAMES)
    assert by_invitation and (by_invitation.cell, by_invitation.weight) == (("old", "pro"), 2.0)
    assert by_itself and (by_itself.cell, by_itself.weight) == (("young", "pro"), 1.0)
    assert adjusting.placed_in(Counted(1, person("b"), {"age": "young"}), people, NAMES) is None


def given(answers: list[Counted]) -> list[Given]:
    at = datetime.combine(FIRST, time(12), UTC)
    return [Given(str(n), at, one.score <= 2, score=one.score, invitation_id=f"i{n}") for n, one in enumerate(answers)]


def test_a_report_has_both_figures_and_says_why_they_differ() -> None:
    """By the ids of invitations, as the funnel hashes them; in French and English."""
    known = fakes.touchpoint().model_copy(update={"segments": ("age",)})
    young = frozenset(person(f"i{n}") for n in range(10)) | frozenset(person(f"x{n}") for n in range(80))
    day = PassedDay(FIRST, young | frozenset(person(f"i{n}") for n in range(10, 100)), {("age", "young"): young})
    answers = given([Counted(1 if n < 8 else 5, None, {}) for n in range(100)])
    asked = replace(deps(), passers=fakes.FakePassers([day]), responses=fakes.FakeResponses(answers))
    shown = adjusted_view(adjust(known, "customer", FIRST, FIRST, asked))
    assert shown is not None
    assert (shown.n, shown.people, round(shown.raw[-1].value), round(shown.adjusted[-1].value)) == (100, 180, 8, 40)
    assert shown.effective_n == 36.0
    assert shown.explained["en"] == (
        "Adjusted for who answered, 40% of answers are bad rather than 8%. age: young is 50% of the people but 10% of "
        "the answers; 80% of its answers are bad, 0% of the others’."
    )
    assert "40 % au lieu de 8 %" in " ".join(shown.explained["fr"].split())


def test_reports_that_cannot_be_adjusted_say_why() -> None:
    """Staff are never told apart; no segments; nobody known; too few."""
    plain = fakes.touchpoint()
    known = plain.model_copy(update={"segments": ("age",)})
    passed = replace(deps(), passers=fakes.FakePassers([PassedDay(FIRST, frozenset({person("a")}), {})]))
    said = [
        because_of(adjust(known, "staff", FIRST, FIRST, deps())),
        because_of(adjust(plain, "customer", FIRST, FIRST, deps())),
        because_of(adjust(known, "customer", FIRST, FIRST, deps())),
        because_of(adjust(known, "customer", FIRST, FIRST, passed)),
    ]
    assert said == ["staff", "no_segments", "no_interactions", "too_few_answers"]


def test_of_a_long_report_the_newest_ninety_two_days_are_adjusted() -> None:
    """However many years are asked for, few are read."""
    known = fakes.touchpoint().model_copy(update={"segments": ("age",)})
    made = adjust(known, "customer", date(2000, 1, 1), date(9999, 12, 31), deps())
    assert (made.first, made.last) == (NOW.date() - timedelta(days=91), NOW.date())


def test_people_are_read_as_invitations_count_them() -> None:
    """Marks, labels and shares that the service of invitations wrote, read back by days."""
    with aws.data_stack():
        table = aws.table("contacts")
        marks = frozenset({mark("decided", "email", None, "i1"), mark("sent", "email", None, "i1")})
        TableTallies(table).add(
            [
                Notice("checkout", FIRST, marks, frozenset({Label("segment", "age", "young")})),
                Notice("checkout", FIRST, frozenset({mark("decided", None, "not_sampled", "i2")})),
                Notice("checkout", FIRST + timedelta(days=1), frozenset({mark("decided", None, None, "i3")})),
            ]
        )
        TablePlans(table).settle("checkout", FIRST, "share=0.25", Plan(0.25, 0.0, 10, 0.1, 3))
        days = list(TablePassers(table).days("checkout", FIRST, FIRST + timedelta(days=1)))
        counted = Counting(table).count("checkout", FIRST, FIRST), Counting(table).count("other", FIRST, FIRST)
    assert counted == (2, None)
    assert days == [
        PassedDay(FIRST, frozenset({person("i1"), person("i2")}), {("age", "young"): frozenset({person("i1")})}, 0.25),
        PassedDay(FIRST + timedelta(days=1), frozenset({person("i3")}), {}),
    ]
