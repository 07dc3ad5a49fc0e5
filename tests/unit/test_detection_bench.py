"""The bench of detection measures what it says: its streams, its limit, and the rules it sets beside ours."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice

import numpy as np
import pytest
from scipy import stats

from shared.scales import SCALES
from tests.bench.detection import Fleet
from tests.bench.detection_event import Event, Rule
from tests.bench.detection_limit import bound, mean_passage, steps
from tests.bench.detection_measures import (
    FleetWorld,
    Make,
    Shared,
    cost,
    delays,
    endings,
    false_alarms,
    fleet,
    heard,
    listed,
    spotted,
    truths,
)
from tests.bench.detection_rules import Adwin, DayAgainstWeek, Ewma, Nelson, Oracle, PageHinkley, RollingMean
from tests.bench.detection_run import OURS, ours, tasks
from tests.bench.detection_run import SHORT as PLAN
from tests.bench.detection_starts import ANGRY, launched, made, starts, touchpoint
from tests.bench.detection_streams import MONDAY, World, after_history, lasting
from tests.bench.detection_table import HEAD, table
from tests.bench.detection_told import TOLD, Informed

RULES = (
    lambda: RollingMean(30),
    lambda: RollingMean(100),
    Ewma,
    Nelson,
    PageHinkley,
    Adwin,
    DayAgainstWeek,
    lambda: Oracle(1, (0.05, 0.05, 0.1, 0.3, 0.5), (0.4, 0.2, 0.1, 0.1, 0.2), 365.0 * 24),
)


def laws(world: World) -> tuple[tuple[float, ...], tuple[float, ...]]:
    before, after = world.laws()
    return tuple(before.tolist()), tuple(after.tolist())


@pytest.mark.parametrize("scale", ["thumbs", "csat", "ces", "nps"])
def test_a_stream_follows_its_laws_before_and_after(scale: str) -> None:
    """Counts before and after the change fit the world's histograms (chi-square, SciPy)."""
    world = World(scale, 500, worse=0.35)
    stream = after_history(world, 20_000, 20_000, 1)
    assert stream.change is not None
    for law, part in zip(world.laws(), (stream.levels[:20_000], stream.levels[20_000:]), strict=True):
        counts = np.bincount(part, minlength=SCALES[scale].levels)
        kept = law > 0
        assert stats.chisquare(counts[kept], law[kept] / law[kept].sum() * len(part)).pvalue > 1e-4
        assert counts[~kept].sum() == 0


def test_rhythm_makes_weekends_worse_and_quieter() -> None:
    """With rhythm, the share of the worst answers is higher at weekends, and fewer answer."""
    stream = lasting(World(per_day=2000, rhythm=1.0), 70, None, 1)
    weekend = (stream.times - MONDAY) % (7 * 86400) >= 5 * 86400
    worst = stream.levels == 0
    assert worst[weekend].mean() > 1.15 * worst[~weekend].mean()
    assert weekend.mean() < 0.8 * 2 / 7


def test_seeds_fix_a_stream() -> None:
    """The same seed gives the same stream, another one another."""
    first, again, other = (lasting(World(), 30, 15.0, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.times, again.times) and np.array_equal(first.levels, again.levels)
    assert not np.array_equal(first.times[:10], other.times[:10])


def test_a_friction_that_lasts_a_week_is_gone_after_it() -> None:
    """The worst answers are frequent in that week, and as rare after it as before."""
    stream = lasting(World(per_day=500, worse=0.35, lasts_days=7), 60, 20.0, 1)
    day, worst = (stream.times - MONDAY) / 86400, stream.levels == 0
    before, during, after = (worst[(day >= a) & (day < b)].mean() for a, b in ((0, 20), (20, 27), (27, 60)))
    assert during > 3 * before
    assert after == pytest.approx(before, rel=0.2)


def test_noisy_days_differ_by_more_than_counting_explains_and_leave_the_level() -> None:
    """The worst answers of a day have a variance well above their mean's, and on the whole the steady world's mean."""
    steady, noisy = (lasting(World(per_day=2000, day_noise=noise), 100, None, 1) for noise in (0.0, 0.3))
    counts = [np.bincount(((s.times - MONDAY) // 86400).astype(int)[s.levels == 0]) for s in (steady, noisy)]
    assert counts[0].var() < 2 * counts[0].mean()
    assert counts[1].var() > 4 * counts[1].mean()
    assert counts[1].mean() == pytest.approx(counts[0].mean(), rel=0.1)


class Told:
    """A rule that says what it is told to, at the first answer at or after each time."""

    def __init__(self, *events: Event) -> None:
        self.events = list(events)

    def update(self, timestamp: float, score: int) -> Event | None:
        """The next event, when it is due."""
        return self.events.pop(0) if self.events and timestamp >= self.events[0].at else None

    def state(self) -> None:
        """Nothing."""


def at_day(kind: str, day: float) -> Event:
    return Event(kind, MONDAY + day * 86400)


@pytest.mark.parametrize(
    ("raised", "closed", "early", "hours"),
    [(11, 13, 1, None), (11, 16, 0, 24), (15.5, 16, 0, 12)],
)
def test_an_ending_is_early_before_the_friction_ends_and_else_late_by_hours(
    raised: float, closed: float, early: int, hours: float | None
) -> None:
    """A friction of five days from day 10 on; an alert that comes after its end is late from then on."""
    world = World(worse=0.35, lasts_days=5)
    row = endings(
        lambda world, shared: Told(at_day("raised", raised), at_day("resolved", closed)), world, (10, 5), 1, 1
    )
    assert (row["raised"], row["early"]) == (1, early)
    assert row["median_hours"] == row["mean_hours"] == (hours and pytest.approx(hours))


@pytest.mark.parametrize(("day", "within", "missed"), [(10.5, 1, 0), (12, 0, 0), (99, 0, 1)])
def test_a_friction_is_spotted_within_a_day_later_or_never(day: float, within: int, missed: int) -> None:
    """It begins on day 10, and the stream ends on day 15."""
    row = spotted(lambda world, shared: Told(at_day("raised", day)), World(worse=0.35), (10, 5), 1, 1)
    assert (row["n"], row["within_a_day"], row["missed"]) == (1, within, missed)


@pytest.mark.parametrize(
    ("share", "start", "held"),
    [((0.2, 0.4), (-1, 3), (1, 1, 1, 0)), ((0.4, 0.5), (1, 3), (1, 0, 0, 0)), ((0.2, 0.4), (-99, 0), (1, 1, 1, 1))],
)
def test_what_an_alert_says_is_held_against_the_world(
    share: tuple[float, float], start: tuple[float, float], held: tuple[int, int, int, int]
) -> None:
    """Three in ten are bad answers since the change; starts are told in days after it, -99 is before all answers."""
    world, day = World(worse=0.25), 86400.0
    change = after_history(world, 500, 600, 1, 0).change or 0.0
    started = (change + start[0] * day, change + start[1] * day)
    alert = Event("raised", change + 2 * day, after_low=share[0], after_high=share[1], change_between=started)
    assert tuple(truths(lambda world, shared: Told(alert), world, 500, 600, 1, 1).values()) == held


def test_an_alert_that_says_no_intervals_is_not_counted() -> None:
    """Other rules tell that something is wrong, and no more."""
    row = truths(lambda world, shared: Told(at_day("raised", 20)), World(worse=0.25), 500, 600, 1, 1)
    assert set(row.values()) == {0}


def test_the_bound_is_the_mean_delay_of_the_oracle_by_simulation() -> None:
    """Over 1,500 streams that are worse from the start, the CUSUM that knows both laws takes the bound on average."""
    before, after = laws(World(worse=0.35))
    chance, late = np.random.default_rng(1), []
    for _ in range(1500):
        rule = Oracle(1, before, after, 5000.0)
        drawn = (score for score in chance.choice(np.arange(1, 6), 400, p=np.array(after) / sum(after)).tolist())
        late.append(next(i for i, score in enumerate(drawn, 1) if rule.update(float(i), score)))
    assert np.mean(late) == pytest.approx(bound(before, after, 5000.0), rel=0.05)


def test_a_passage_of_a_fair_walk_takes_as_long_as_its_exact_solution() -> None:
    """A walk that is reflected at 0 and goes up or down by one takes h (h + 1) steps to h on average."""
    assert mean_passage((0.5, 0.5), np.array([1.0, -1.0]), 8.0) == pytest.approx(8 * 9, rel=0.01)
    assert steps((0.5, 0.5), (0.5, 0.5)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("make", RULES)
def test_each_rule_raises_on_a_plain_worsening_alone_and_closes_after_it(make: type[Rule]) -> None:
    """An answer an hour for four months, plainly worse in fifteen days of them: an alert in these, then its end."""
    usual, worse = (5, 4, 5, 5, 3, 5, 4, 5), (1, 1, 2, 4, 1, 3, 1, 2)
    rule, said = make(), list[Event]()
    for day in range(120):
        scores = worse if 60 <= day < 75 else usual
        for hour, score in enumerate(islice(cycle(scores), 24)):
            event = rule.update(MONDAY + day * 86400 + hour * 3600, score)
            said += [event] if event else []
    assert [event.kind for event in said][:2] == ["raised", "resolved"]
    assert MONDAY + 60 * 86400 <= said[0].at < MONDAY + 75 * 86400


def test_the_table_has_a_line_for_each_detector_and_a_cell_for_each_question() -> None:
    """Ours beside another rule, measured on little: every cell is filled, and the matched column only for the other."""
    other, rows = "rolling mean", []
    for name, make in ((OURS, ours(1.0)), (other, lambda world, shared: RollingMean(30))):
        own = {"detector": name}
        rows.append({**own, "part": "fleet", **fleet(make, FleetWorld(4, 1, 10, 10), 1)})
        for per_day in (50, 5000):
            rows.append({**own, "part": "cost", "per_day": per_day, **cost(make, World("nps", per_day), 400, 1)})
        for rhythm in (0, 1):
            quiet = false_alarms(make, World(rhythm=rhythm), 20, 1, 1)
            rows.append({**own, "part": "null", "per_day": 50, "rhythm": rhythm, **quiet})
        for size, worse in (("large", 0.35), ("medium", 0.12)):
            late = delays(make, World(worse=worse), 200, 100, 4, 1)
            rows.append({**own, "part": "delay", "scale": "csat", "per_day": 50, "size": size, "history": 2000, **late})
    rows += [{**row, "as": other, "detector": "ours as it"} for row in rows if row["part"] == "delay"]
    lines = table(rows, OURS).splitlines()
    assert [line.split(" | ")[0].strip("| *") for line in lines] == ["detector", "---", OURS, other]
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}


def test_the_plan_asks_every_detector_every_question() -> None:
    """Nine detectors, each with the same number of pieces of work."""
    asked = [name for _, name, _ in tasks(PLAN)]
    assert len(set(asked)) == 9
    assert {asked.count(name) for name in asked} == {asked.count(OURS)}


def test_a_company_unlike_most_is_better_known_by_its_own_touchpoints() -> None:
    """Where hardly anybody is angry a change is found sooner; where many are, fewer are alerted on for being so."""
    (_, usual, own), worlds = company(ANGRY[0], 6)
    assert mean_late(own, worlds) < mean_late(usual, worlds) / 2
    (_, usual, own), worlds = company(ANGRY[-1], 24)
    assert launched(own, worlds) < launched(usual, worlds) / 2


def company(angry: float, touchpoints: int) -> tuple[list[Make], list[World]]:
    """A watcher for each way to start, and some of its touchpoints."""
    chance = np.random.default_rng(5)
    worlds = [World(usual=touchpoint(angry, chance)) for _ in range(touchpoints)]
    return [made(settings) for _, settings in starts("csat", angry)], worlds


def mean_late(make: Make, worlds: list[World]) -> float:
    """Answers until large changes are found, thirty answers after a touchpoint began."""
    rows = [delays(make, replace(world, worse=0.35), 30, 400, 1, place) for place, world in enumerate(worlds)]
    return float(np.mean([row["mean_answers"] for row in rows]))


def test_an_account_that_is_told_all_weighs_answers_by_both_laws() -> None:
    """Its evidence is the log likelihood ratio of the answers since the change; whoever has to learn more has less."""
    world = World("nps", 40, worse=0.12)
    stream = lasting(world, 70, 50, 3)
    assert stream.change is not None
    before, after = world.laws()
    since = stream.levels[stream.times >= stream.change]
    weighed = []
    for knowledge in TOLD:
        account = Informed(world, stream, knowledge, Fleet(Shared(10**100)))
        assert list(heard(account, *listed(world, stream))) == [], "no board asks for so much evidence"
        weighed.append(account.evidence)
    assert weighed[-1] == pytest.approx(float(np.log(after / before)[since].sum()))
    assert weighed == sorted(weighed)
