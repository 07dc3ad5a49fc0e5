"""The detector by example, one on each side of every edge, and against independent oracles."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from services.aggregator.domain.detection import interval, onset, rhythm, usual, wobble
from services.aggregator.domain.detection.bets import IDLE, Bet, Cell, funded, grown
from services.aggregator.domain.detection.detector import Account, Settings, Transition, advance, open_account, step
from services.aggregator.domain.detection.usual import STEEPEST, included, outlook, pains, start, tilt_to, tilted
from shared.scales import SCALES, scale

SETTINGS = Settings()
MONDAY = 1_700_438_400 // 300
HOUR = 12
DAY = 288
USUAL_DAY = (1, 1, 2, 5, 11)
BAD_DAY = (8, 4, 2, 3, 3)


def run(
    account: Account, cells: list[tuple[int, tuple[int, ...]]], settings: Settings = SETTINGS
) -> tuple[Account, list[Transition]]:
    """Step the account over the cells; all it said."""
    said: list[Transition] = []
    for cell, counts in cells:
        account, news = step(account, cell, counts, settings)
        said += news
    return account, said


def spread(histogram: tuple[int, ...], first: int, cells: int) -> list[tuple[int, tuple[int, ...]]]:
    """The histogram's answers one by one, in a fixed mixed order, over `cells` cells from `first`."""
    answers = sorted(
        (level for level, n in enumerate(histogram) for _ in range(n)),
        key=lambda level: histogram[level] % 3,
    )
    answers = answers[::3] + answers[1::3] + answers[2::3]
    gap = cells // len(answers)
    return [(first + i * gap, tuple(int(level == k) for k in range(len(histogram)))) for i, level in enumerate(answers)]


def quiet(days: int) -> Account:
    """A CSAT touchpoint after so many usual days."""
    account = open_account(SCALES["csat"], SETTINGS)
    for day in range(days):
        account, said = run(account, spread(USUAL_DAY, MONDAY + day * DAY, DAY))
        assert not said
    return account


def test_a_quiet_touchpoint_says_nothing() -> None:
    """Forty days of the same histogram raise nothing."""
    assert quiet(40).alert is None


def test_a_clear_worsening_is_raised_and_dated() -> None:
    """Bad days after quiet ones raise one alert that starts near the first bad day."""
    _, said = run(quiet(40), spread(BAD_DAY, MONDAY + 40 * DAY, DAY))
    assert [t.kind for t in said][:1] == ["raised"]
    raised = said[0]
    began = (MONDAY + 40 * DAY) * 300
    assert abs(raised.change_started_at - began) < 86400
    assert raised.change_interval[0] <= raised.change_started_at <= raised.change_interval[1]
    assert raised.before.share is not None and raised.after.share is not None
    assert raised.before.share < 0.2 < raised.after.share
    assert raised.e_value >= SETTINGS.threshold
    assert raised.version == SETTINGS.version


def test_an_alert_is_raised_once() -> None:
    """While the alert is open, more bad answers strengthen it and raise no other."""
    bad = [c for day in range(3) for c in spread(BAD_DAY, MONDAY + (40 + day) * DAY, DAY)]
    _, said = run(quiet(40), bad)
    assert [t.kind for t in said].count("raised") == 1


def test_answers_back_to_usual_resolve_the_alert() -> None:
    """After the bad day, usual days close the alert, and the usual is what it was before."""
    account, _ = run(quiet(40), spread(BAD_DAY, MONDAY + 40 * DAY, DAY))
    assert account.alert is not None
    back = [c for day in range(20) for c in spread(USUAL_DAY, MONDAY + (41 + day) * DAY, DAY)]
    account, said = run(account, back)
    assert "resolved" in [t.kind for t in said]
    assert account.alert is None


def test_a_lasting_level_is_adopted_after_the_stated_time_and_not_before() -> None:
    """One cell short of adopt_days nothing is said; at it, the level becomes usual."""
    bad = [c for day in range(20) for c in spread(BAD_DAY, MONDAY + (40 + day) * DAY, DAY)]
    account, _ = run(quiet(40), bad)
    assert account.alert is not None and account.alert.n >= SETTINGS.adopt_answers
    due = account.alert.start + round(SETTINGS.adopt_days * DAY)
    same, nothing = advance(account, due - 1, SETTINGS)
    assert (same, nothing) == (account, ())
    adopted, said = advance(account, due, SETTINGS)
    assert [t.kind for t in said] == ["adopted"]
    assert said[0].at == due * 300
    assert adopted.alert is None
    assert sum(adopted.usual[:2]) / sum(adopted.usual) > 0.3


def test_a_level_of_few_answers_is_adopted_once_it_has_them_or_after_the_patience() -> None:
    """One bad day's answers are not adopted after adopt_days; more that come later are, at once."""
    account, _ = run(quiet(40), spread(BAD_DAY, MONDAY + 40 * DAY, DAY))
    assert account.alert is not None and account.alert.n < SETTINGS.adopt_answers
    late = account.alert.start + round(SETTINGS.patience_days * DAY)
    assert advance(account, late - 1, SETTINGS)[1] == ()
    assert [t.at for t in advance(account, late, SETTINGS)[1]] == [late * 300]
    flood = account.alert.start + 40 * DAY
    account, said = run(account, [(flood, tuple(30 * n for n in BAD_DAY))])
    assert "adopted" not in [t.kind for t in said]
    _, said = advance(account, flood + 1, SETTINGS)
    assert [(t.kind, t.at) for t in said] == [("adopted", (flood + 1) * 300)]


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("years", [0, 1, 30])
def test_a_lone_bad_answer_never_raises(name: str, years: int) -> None:
    """The worst answer, first ever or after years of silence, raises nothing even at a lax setting."""
    lax = replace(SETTINGS, false_alarms_per_year=50.0)
    one = scale(name)
    worst = (1, *[0] * (one.levels - 1))
    best = (*[0] * (one.levels - 1), 1)
    _, said = run(open_account(one, lax), [(MONDAY, best), (MONDAY + 1 + years * 365 * DAY, worst)], lax)
    assert said == []


@pytest.mark.parametrize(
    ("cell", "counts"),
    [(MONDAY, (1, 0, 0, 0, 0)), (MONDAY + 1, (1, 0)), (MONDAY + 1, (0, 0, 0, 0, 0))],
)
def test_a_cell_out_of_order_of_another_shape_or_empty_is_refused(cell: int, counts: tuple[int, ...]) -> None:
    """Each breaks the contract, and changes nothing."""
    account, _ = step(open_account(SCALES["csat"], SETTINGS), MONDAY, (0, 0, 0, 0, 1), SETTINGS)
    with pytest.raises(ValueError, match="cell"):
        step(account, cell, counts, SETTINGS)


def test_evidence_of_tiny_streams_has_mean_one_by_enumeration() -> None:
    """Over every CSAT stream of four answers, weighted by the usual, the bet's mean is exactly 1."""
    csat = SCALES["csat"]
    usual = start(csat, (4.0, 3.0, 10.0, 23.0, 60.0), 1.0)
    view, pain = outlook(csat, usual, 0.0), pains(csat)
    price = view_price(csat, usual, 1.0)
    mean = 0.0
    for stream in product(range(5), repeat=4):
        bet, chance = funded(IDLE, 0.0, 1.0), 1.0
        for i, level in enumerate(stream):
            cell = Cell(i, 1, int(level < 2), pain[level])
            bet = grown(bet, cell, pain[level] - price, view.variance, 0.0)
            chance *= usual[level]
        mean += chance * bet.money
    assert mean == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("wander", [0.01, 1.0, 10.0])
def test_damped_evidence_of_tiny_streams_has_mean_at_most_one(wander: float) -> None:
    """Whatever wandering is allowed for, the enumerated mean stays at or below 1, and is not thrown away."""
    csat = SCALES["csat"]
    usual = start(csat, (4.0, 3.0, 10.0, 23.0, 60.0), 1.0)
    view, pain = outlook(csat, usual, 0.0), pains(csat)
    price = view_price(csat, usual, 2.0)
    mean = 0.0
    for stream in product(range(5), repeat=4):
        bet, chance = funded(IDLE, 0.0, 1.0), 1.0
        for i, level in enumerate(stream):
            cell = Cell(i, 1, int(level < 2), pain[level])
            bet = grown(bet, cell, 2 * pain[level] - price, view.variance, wander)
            chance *= usual[level]
        mean += chance * bet.money
    assert 0.4 < mean <= 1.0 + 1e-12


def view_price(csat: object, usual: tuple[float, ...], tilt: float) -> float:
    """log mean of exp(tilt u), written out again, independently of the detector."""
    from math import log

    return log(sum(w * exp(tilt * ((4 - i) / 4) ** 1.5) for i, w in enumerate(usual)))


def test_the_whole_account_wins_nothing_on_average_by_enumeration() -> None:
    """Over all 512 thumbs streams of nine days, drawn by the urn that the account learns with, the mean
    of its evidence is the money that was paid in: betting on nothing wrong earns nothing."""
    flat = replace(
        SETTINGS, memory_days=(1e9, 1e9), rhythm_sd=(1e-6,) * 5, wobble_sd=1e-6, wobble_doubt=1e-9, tilts=(1.0,)
    )
    mean = 0.0
    for stream in product((0, 1), repeat=9):
        account, chance = open_account(SCALES["thumbs"], flat), 1.0
        urn = list(account.usual)
        for day, level in enumerate(stream):
            chance *= urn[level] / sum(urn)
            urn[level] += 1
            cell = MONDAY + day * DAY
            account, _ = step(account, cell, (int(level == 0), int(level == 1)), flat)
        mean += chance * sum(bet.money for bet in account.bets)
    paid = 0.0
    for day in range(9):
        kept = flat.kept(DAY if day else 1)
        paid = paid * kept + (1 - kept) + flat.launch_days / flat.launch_answers / flat.patience_days
    assert 0.85 * paid < mean <= paid * (1 + 1e-6)


def test_the_neutral_level_is_learned_right_at_any_hour() -> None:
    """Answers that come exactly as a tilted hour has them leave the neutral histogram's shape alone."""
    csat = SCALES["csat"]
    usual = start(csat, SETTINGS.typical["csat"], 100.0)
    view = outlook(csat, usual, 0.8)
    expected = [50 * weight / view.total for weight in view.weights]
    grown_usual = included(csat, usual, expected, view, 0.8)
    assert [w / sum(grown_usual) for w in grown_usual] == pytest.approx([w / sum(usual) for w in usual])


def test_a_worsening_on_the_first_weekend_is_told_from_a_weekend() -> None:
    """After four flat weekdays, bad answers on Saturday raise; a Saturday a little worse than weekdays does not."""
    busy = open_account(SCALES["csat"], SETTINGS)
    weekdays = [(MONDAY + hour * HOUR, USUAL_DAY) for hour in range(24, 5 * 24)]
    busy, said = run(busy, weekdays)
    _, raised = run(busy, [(MONDAY + hour * HOUR, (4, 2, 2, 4, 8)) for hour in range(5 * 24, 6 * 24)])
    weekend = [(MONDAY + hour * HOUR, (1, 1, 2 + hour % 2, 5, 10)) for hour in range(5 * 24, 6 * 24)]
    _, nothing = run(busy, weekend)
    assert [t.kind for t in raised][:1] == ["raised"]
    assert said == nothing == []


def test_a_faint_excursion_that_became_usual_does_not_blunt_the_bets_on_what_comes_now() -> None:
    """A bet whose faint excursion makes up half of what is usual begins again; one that is not faint goes on."""
    account = quiet(40)
    half = round(sum(account.usual) / 2)
    began = account.cell - 20 * DAY
    old = Bet(0.5, 0.0, 0.0, 0.0, began, began, half, half // 5, half / 5)
    cell, worst = account.cell + 10, (3, 0, 0, 0, 0)
    faint = step(replace(account, bets=(old._replace(walk=1.0),) * 3), cell, worst, SETTINGS)[0]
    clear = step(replace(account, bets=(old._replace(walk=3.0),) * 3), cell, worst, SETTINGS)[0]
    assert [(bet.start, bet.n) for bet in faint.bets] == [(cell, 3)] * 3
    assert [(bet.start, bet.n) for bet in clear.bets] == [(began, half + 3)] * 3
    assert all(new.money > blunt.money for new, blunt in zip(faint.bets, clear.bets, strict=True))


def test_weak_evidence_does_not_exclude_the_level_before() -> None:
    """An alert raised on evidence below 20 gives an interval that reaches down to the level before."""
    _, said = run(quiet(40), spread(BAD_DAY, MONDAY + 40 * DAY, DAY))
    raised, last = said[0], said[-1]
    assert raised.e_value < 20
    assert raised.after.low <= (raised.before.share or 0) < raised.after.high
    assert last.e_value > 400
    assert last.after.low > (last.before.share or 1)


def test_after_an_alert_evidence_starts_from_nothing() -> None:
    """Once it is over, decided or not, every bet is idle and changes are dated from then on."""
    account, _ = run(quiet(40), spread(BAD_DAY, MONDAY + 40 * DAY, DAY))
    for day in range(41, 61):
        for cell in spread(USUAL_DAY, MONDAY + day * DAY, DAY):
            account, said = run(account, [cell])
            if said and said[-1].kind == "resolved":
                assert account.bets == (IDLE,) * len(SETTINGS.tilts)
                assert account.road == ()
                return
    pytest.fail("never resolved")


def test_evidence_that_only_time_paid_in_tells_nothing_more() -> None:
    """At a lax setting money alone outgrows the evidence last told; without an excursion that is no news."""
    lax = replace(SETTINGS, false_alarms_per_year=300.0)
    account, said = run(quiet(40), spread(BAD_DAY, MONDAY + 40 * DAY, DAY), lax)
    assert account.alert is not None
    idle = replace(account, bets=(IDLE,) * 3, alert=account.alert._replace(reported=1e-4))
    after, said = step(idle, account.cell + DAY, (0, 0, 0, 0, 1), lax)
    assert sum(bet.money for bet in after.bets) > 1.5e-4
    assert "strengthened" not in [t.kind for t in said]


def test_the_start_interval_holds_the_start_and_narrows_as_evidence_grows() -> None:
    """At the alarm it covers the first bad day's beginning; days later it still does, and is narrower."""
    bad = [c for day in range(3) for c in spread(BAD_DAY, MONDAY + (40 + day) * DAY, DAY)]
    _, said = run(quiet(40), bad)
    began = (MONDAY + 40 * DAY) * 300
    (first, last), (later_first, later_last) = said[0].change_interval, said[-1].change_interval
    assert first <= began <= last
    assert later_first <= began <= later_last
    assert later_last - later_first < last - first


def test_the_likeliest_start_is_a_corner_of_the_road_by_brute_force() -> None:
    """Over all 243 streams of five pains, the stretch with the most surplus since some start begins at a corner."""
    for pain in product((0.0, 0.4, 1.0), repeat=5):
        road: onset.Road = ()
        for cell, u in enumerate(pain):
            road = onset.walked(road, cell, 1, u)
        for level in (0.1, 0.3, 0.6):
            surplus = [sum(u - level for u in pain[start:]) for start in range(5)]
            best = max(range(5), key=lambda start: (surplus[start], -start))
            if surplus[best] > 0:
                assert best in [stretch.start for stretch in road]


def test_a_road_of_many_stretches_forgets_corners_and_no_answer() -> None:
    """However many answers come, few stretches are left, their means increase, and all answers are in them."""
    road: onset.Road = ()
    for cell in range(400):
        road = onset.walked(road, cell, 1, (cell * 7 % 11) / 11 + cell / 400)
    assert len(road) == onset.STRETCHES
    assert sum(stretch.n for stretch in road) == 400
    assert road[0].start == 0
    means = [stretch.pain / stretch.n for stretch in road]
    assert means == sorted(means)


def test_the_best_start_leads_the_true_one_by_little_in_nine_of_ten_cases() -> None:
    """The larger of two exponential maxima is below the slack with SciPy's chance of 90 %."""
    assert stats.expon.cdf(onset.ADVANTAGE_90) ** 2 == pytest.approx(0.9)


def test_an_open_alert_is_no_wandering_day() -> None:
    """Days of an open alert are measured against its own level: the learned wandering hardly grows."""
    bad = [c for day in range(5) for c in spread(BAD_DAY, MONDAY + (40 + day) * DAY, DAY)]
    before = replace(quiet(40), wobble=wobble.calm(SETTINGS.wobble_sd, SETTINGS.wobble_doubt))
    after, said = run(before, bad)
    assert "raised" in [t.kind for t in said]
    assert 0 < wobble.variance(after.wobble) < 1.5 * wobble.variance(before.wobble)


def test_strong_rhythm_leaves_a_doubt_that_no_learning_removes() -> None:
    """A curve known exactly is still doubted by its misfit; a flat one is not."""
    sd = SETTINGS.rhythm_sd
    at = rhythm.features(MONDAY, "UTC")
    exact = rhythm.Rhythm((0.5, 0.0, 0.0, 0.0, 0.0), (1e12,) * 5)
    flat = rhythm.Rhythm((0.0,) * 5, (1e12,) * 5)
    assert rhythm.hour_at(exact, at, sd).misfit == pytest.approx((0.5 * rhythm.MISFIT) ** 2)
    assert rhythm.hour_at(exact, at, sd).unknown == pytest.approx(0.0, abs=1e-9)
    assert rhythm.hour_at(flat, at, sd).misfit == 0.0


def test_flat_days_make_an_unseen_weekend_less_doubtful_and_strong_waves_more() -> None:
    """A touchpoint without a daily wave has hardly a weekend either, one with a strong wave may well."""
    sd, saturday = SETTINGS.rhythm_sd, rhythm.features(MONDAY + 5 * DAY, "UTC")
    precise = tuple([1e4] * 4 + [1 / sd[4] ** 2])
    flat, strong = (rhythm.Rhythm((wave, 0.0, 0.0, 0.0, 0.0), precise) for wave in (0.0, 0.4))
    doubts = [rhythm.hour_at(known, saturday, sd).unknown for known in (flat, rhythm.still(sd), strong)]
    assert doubts[0] < doubts[1] < doubts[2]
    assert rhythm.hour_at(flat, saturday, sd).unknown < 0.3 * sd[4] ** 2


def test_money_forgets_and_is_paid_with_the_calendar() -> None:
    """After exactly the patience, 1/e of the money is left and 1 - 1/e came in."""
    kept = SETTINGS.kept(round(SETTINGS.patience_days * DAY))
    assert kept == pytest.approx(exp(-1))
    assert funded(IDLE._replace(money=2.0), kept, 1 - kept).money == pytest.approx(1 + exp(-1))


def test_one_false_alarm_a_year_needs_evidence_of_patience_over_year() -> None:
    """The threshold is 365/90 at one a year, a twelfth of it at twelve."""
    assert SETTINGS.threshold == pytest.approx(365 / 90)
    assert replace(SETTINGS, false_alarms_per_year=12.0).threshold == pytest.approx(365 / 90 / 12)


def test_without_answers_an_interval_is_everything_and_a_share_is_none() -> None:
    """Empty is None, never 0."""
    assert interval.counted(0, 0) == interval.Share(0, 0, 0.0, 1.0)
    assert interval.Share(0, 0, 0.0, 1.0).share is None


def test_passage_times_follow_the_inverse_gaussian_law() -> None:
    """The chance to have passed the barrier is SciPy's inverse Gaussian distribution."""
    barrier, drift = 3.0, 0.7
    law = stats.invgauss(mu=barrier / drift / barrier**2, scale=barrier**2)
    for information in (0.5, 2.0, 4.0, 9.0):
        assert interval.sooner(drift, barrier, information) == pytest.approx(law.cdf(information))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SCALES)), st.data())
def test_the_tilt_to_a_mean_gives_that_mean(scale: str, data: st.DataObject) -> None:
    """Of any histogram, however lopsided; a mean out of reach takes the steepest tilt."""
    one = SCALES[scale]
    weights = st.lists(st.floats(1e-6, 1e4), min_size=one.levels, max_size=one.levels).map(tuple)
    usual, wanted = data.draw(weights), data.draw(st.floats(0.0, 1.0))
    least, most = (outlook(one, usual, tilt).mean for tilt in (-STEEPEST, STEEPEST))
    found = outlook(one, usual, tilt_to(one, usual, wanted)).mean
    assert found == pytest.approx(min(max(wanted, least), most), abs=1e-6)


def test_a_tilt_within_reach_is_found_in_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Newton's steps end it where they are small; the halves of what is left are not gone through as well."""
    draw, looks = random.Random(1), Counter[int]()
    monkeypatch.setattr(usual, "outlook", lambda *given: looks.update([0]) or outlook(*given))
    for _ in range(2000):
        one = draw.choice(list(SCALES.values()))
        weights = tuple(draw.expovariate(1) * 10 ** draw.uniform(-3, 2) + 1e-4 for _ in range(one.levels))
        wanted = draw.random()
        looks.clear()
        tilt = tilt_to(one, weights, wanted)
        assert looks[0] <= (15 if abs(tilt) < STEEPEST - 1e-6 else usual.MOST_STEPS)


def test_weekends_are_known_by_local_time() -> None:
    """Sunday 23:30 in London is Monday in Paris."""
    sunday_night = (1_700_438_400 - 1800) // 300
    assert rhythm.features(sunday_night, "UTC")[4] > 0
    assert rhythm.features(sunday_night, "Europe/Paris")[4] == 0


def test_a_rhythm_is_learned_and_its_doubt_shrinks() -> None:
    """Answers worse at weekends than expected bend the weekend up, and leave less doubt."""
    at = rhythm.features(MONDAY + 5 * DAY, "UTC")
    sd = SETTINGS.rhythm_sd
    before = rhythm.still(sd)
    after = rhythm.learned(before, at, rhythm.hour_at(before, at, sd), 10.0, 20.0)
    assert rhythm.tilt_at(after, at) > rhythm.tilt_at(before, at) == 0
    assert rhythm.hour_at(after, at, sd).unknown < rhythm.hour_at(before, at, sd).unknown


def test_wild_days_teach_wobble_and_calm_days_unteach_it() -> None:
    """Half days that differ by more than counting noise raise the variance, equal ones lower it."""
    calm = wobble.calm(0.06, 0.015)
    wild = mild = calm
    for block in range(40):
        surplus = 60.0 if block // 2 % 2 else -60.0
        wild = wobble.rolled(wobble.added(wild, surplus, 300.0), block, 0.0)
        mild = wobble.rolled(wobble.added(mild, 0.0, 300.0), block, 0.0)
    assert wobble.variance(wild) > 4 * wobble.variance(calm)
    assert wobble.variance(mild) < wobble.variance(calm)


@pytest.mark.parametrize("name", ["thumbs", "csat", "ces", "nps"])
def test_an_account_survives_being_written_down(name: str) -> None:
    """With an open alert and as much to remember as there can be, it is the same after JSON, in 900 bytes."""
    account = busy(name)
    assert account.alert is not None
    assert account.alert.back.n > 0
    assert len(account.road) == onset.STRETCHES
    assert Account.from_json(account.to_json()) == account
    assert len(account.to_json().encode()) <= 900


def busy(name: str) -> Account:
    """A touchpoint with 2,400 answers a day for 30 days, then worse by a slope, then half as bad again."""
    known, drawn = SCALES[name], random.Random(20231120)
    account = open_account(known, SETTINGS)
    for hour in range(24 * 40):
        worse = min(max(hour - 24 * 30, 0) / 96, 1.0) * (0.8 if hour >= 24 * 39 else 1.0)
        weights = tilted(known, SETTINGS.typical[name], worse)
        scores = Counter(drawn.choices(range(known.levels), weights, k=100))
        account, _ = step(account, MONDAY + hour * HOUR, [scores[level] for level in range(known.levels)], SETTINGS)
        if account.alert is not None and account.alert.back.n and len(account.road) == onset.STRETCHES:
            return account
    return account


def test_something_else_is_not_an_account() -> None:
    """Another format is refused rather than guessed at."""
    with pytest.raises(ValueError, match="format"):
        Account.from_json('{"v":0}')


def test_good_answers_are_no_evidence_that_answers_got_worse() -> None:
    """An excursion that outlasts the memory of the usual leaves nothing to bet on; good answers raise nothing."""
    account = quiet(40)
    longer = round(2 * sum(account.usual))
    outlasting = Bet(0.5, 4.0, 0.0, 0.0, account.cell, account.cell - 30 * DAY, longer, longer // 5, longer / 5)
    account = replace(account, bets=(outlasting,) * len(SETTINGS.tilts))
    good = [(account.cell + 1 + hour * HOUR, (0, 0, 1, 4, 15)) for hour in range(24)]
    account, said = run(account, good)
    assert said == []
    assert sum(bet.money for bet in account.bets) < 2.0
