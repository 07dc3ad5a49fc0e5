"""The aggregator's verbs on fakes: what is counted, when it is looked at, what is raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.aggregator import usecases
from services.aggregator.domain import alerts, watching
from services.aggregator.domain.answers import Answer, Series, answer_of
from services.aggregator.domain.detection.detector import open_account
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Transition
from services.aggregator.domain.publishing import Said
from services.aggregator.usecases import Deps, Wish
from services.aggregator.views import Question
from shared.bodies import parse_query
from shared.catalogue import Touchpoint, Typical
from shared.errors import Conflict, InvalidInput, NotFound, Unavailable
from shared.marks import tally_channels
from shared.streams import Change, readable
from tests import fakes
from tests.worlds import START, WORSE, World, answers

CHECKOUT = Series("checkout", "customer", "csat")


class Overtaken:
    """A store of which everything is read, and right afterwards something else happens."""

    def __init__(self, store: Any, meanwhile: Callable[[], None]) -> None:
        self._store, self._meanwhile = store, meanwhile

    def all(self) -> Any:
        read = self._store.all()
        self._meanwhile()
        return read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def deps_at(now: datetime) -> Deps:
    return Deps(
        marks=fakes.FakeMarks(),
        traces=fakes.FakeTraces(),
        watches=fakes.FakeWatches(),
        evidence=fakes.FakeEvidence(),
        alerts=fakes.FakeAlerts(),
        looks=fakes.FakeLooks(),
        due=fakes.FakeDue(),
        responses=fakes.FakeResponses(),
        passers=fakes.FakePassers(),
        ends=fakes.FakeEnds(),
        studies=fakes.FakeStudies(),
        topic=fakes.FakeTopic(),
        catalogue=fakes.FakeCatalogue({"checkout": fakes.touchpoint()}),
        now=lambda: now,
        public_url="https://example.com",
        lateness_s=300,
        answers_kept=timedelta(days=1095),
        settle_s=60,
    )


def later(deps: Deps, **passed: float) -> Deps:
    now = deps.now() + timedelta(**passed)
    return replace(deps, now=lambda: now)


def one(score: int = 5, at: datetime = START, **changes: object) -> Answer:
    answer = Answer("r1", CHECKOUT, at, score, "web", 1, True)
    return replace(answer, **changes)  # type: ignore[arg-type]


def looked(deps: Deps) -> None:
    """A look at the checkout, and the decision it asks for."""
    usecases.look(CHECKOUT, deps)
    usecases.decide(deps)


def stored(deps: Deps) -> fakes.FakeAlerts:
    assert isinstance(deps.alerts, fakes.FakeAlerts)
    return deps.alerts


def counted(deps: Deps) -> dict[str, list[int]]:
    marks: set[bytes] = set()
    for hour in deps.marks.hours(CHECKOUT, START, START + timedelta(days=400)):
        marks |= hour.marks
    return tally_channels(marks, 5)


def test_a_redelivered_answer_counts_once() -> None:
    """The same record twice leaves the same figures."""
    deps = deps_at(START + timedelta(minutes=1))
    usecases.fold([one(), one()], deps)
    usecases.fold([one()], deps)
    assert counted(deps) == {"web": [0, 0, 0, 0, 1]}


def test_a_corrected_answer_replaces_the_first() -> None:
    """A higher revision is counted instead, even when it arrives before the first."""
    deps = deps_at(START + timedelta(minutes=1))
    usecases.fold([one(score=1, revision=2)], deps)
    usecases.fold([one(score=5, revision=1)], deps)
    assert counted(deps) == {"web": [1, 0, 0, 0, 0]}


def test_an_answer_that_does_not_count_is_in_no_figure() -> None:
    """What looks automatic is kept out."""
    deps = deps_at(START + timedelta(minutes=1))
    usecases.fold([one(is_counted=False)], deps)
    assert counted(deps) == {}


def test_a_look_is_asked_for_when_the_cell_is_over_and_late_answers_were_waited_for() -> None:
    """An answer of 00:00 is looked at one second after 00:05 and five minutes of lateness."""
    deps = deps_at(START + timedelta(minutes=1))
    usecases.fold([one()], deps)
    assert deps.looks == fakes.FakeLooks([(CHECKOUT, 9 * 60 + 1)])


def test_history_is_looked_at_once_it_has_stopped_coming() -> None:
    """Batches of old answers ask for one look, after the settling time."""
    deps = deps_at(START + timedelta(days=30))
    for hour in range(5):
        usecases.fold([one(at=START + timedelta(hours=hour), response_id=f"r{hour}")], deps)
    assert deps.looks == fakes.FakeLooks([(CHECKOUT, 60)])


def test_a_look_that_comes_too_soon_after_late_answers_is_put_off() -> None:
    """It waits for the rest of the settling time and has looked at nothing."""
    deps = deps_at(START + timedelta(days=30))
    usecases.fold([one()], deps)
    usecases.look(CHECKOUT, later(deps, seconds=20))
    assert deps.looks == fakes.FakeLooks([(CHECKOUT, 60), (CHECKOUT, 40)])
    assert deps.watches.read(CHECKOUT).account is None


def test_a_clock_that_went_back_does_not_put_a_look_off_for_years() -> None:
    """Noted as late in the future, by a clock that was wrong: looked at after one settling time at most."""
    deps = deps_at(START + timedelta(days=900))
    usecases.fold([one()], deps)
    usecases.look(CHECKOUT, later(deps, days=-800))
    assert deps.looks == fakes.FakeLooks([(CHECKOUT, 60), (CHECKOUT, 60)])


def test_late_answers_that_never_stop_are_looked_at_all_the_same() -> None:
    """After twenty minutes a series is looked at though answers still come late."""
    deps = deps_at(START + timedelta(days=30))
    for minute in range(0, 25):
        usecases.fold([one(response_id=f"r{minute}")], later(deps, seconds=50 * minute))
    usecases.look(CHECKOUT, later(deps, seconds=60 * 20 + 10))
    assert deps.watches.read(CHECKOUT).account is not None


def test_a_worsening_raises_one_alert_after_it_began() -> None:
    """Forty days of answers, worse from the thirtieth on: one alert, dated after the change."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    looked(later(deps, minutes=2))
    [fact] = stored(deps).facts.values()
    assert START + timedelta(days=30) <= fact.event.raised_at <= START + timedelta(days=34)
    assert fact.event.owner == "web"
    assert fact.event.after.bad / fact.event.after.n > fact.event.before.bad / fact.event.before.n


def test_every_transition_of_an_alert_is_written_in_order() -> None:
    """An imported friction that ended is first raised, then resolved: two revisions, each published."""
    deps = deps_at(START + timedelta(days=90))
    again = [
        replace(a, collected_at=a.collected_at + timedelta(days=40), response_id=f"{a.response_id}-again")
        for a in answers(World(worse_from=None))
    ]
    usecases.fold([*answers(World()), *again], deps)
    looked(later(deps, minutes=2))
    looked(later(deps, days=1))
    assert [(f.event.state, f.event.revision) for f in stored(deps).written] == [("raised", 1), ("resolved", 2)]


def test_a_quiet_touchpoint_raises_nothing() -> None:
    """The same answers without the change."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World(worse_from=None)), deps)
    looked(later(deps, minutes=2))
    assert stored(deps).facts == {}


def test_looking_live_and_looking_afterwards_find_the_same() -> None:
    """A look every few hours while answers come in ends with the alerts and days of one look at the end."""
    live = deps_at(START)
    for answer in answers(World()):
        live = replace(live, now=lambda at=answer.collected_at: at + timedelta(seconds=1))
        usecases.fold([answer], live)
        if int(answer.collected_at.timestamp()) % 7 == 0:
            looked(live)
    live = later(live, days=2)
    looked(live)
    at_once = replace(deps_at(START), now=live.now)
    usecases.fold(answers(World()), at_once)
    looked(later(at_once, minutes=2))
    assert stored(live).facts == stored(at_once).facts
    assert live.marks == at_once.marks
    same = ("account", "stepped_to", "rolled_to")
    a, b = live.watches.read(CHECKOUT), at_once.watches.read(CHECKOUT)
    assert [getattr(a, name) for name in same[:1]] == [getattr(b, name) for name in same[:1]]


def test_an_alert_that_late_answers_take_away_is_marked_withdrawn() -> None:
    """Good answers that come a day late change the finding; the alert stays, marked."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    looked(later(deps, minutes=2))
    [raised] = stored(deps).facts
    flood = [
        replace(answer, response_id=f"{answer.response_id}-{copy}", score=5)
        for answer in answers(World(worse_from=None))
        for copy in range(40)
        if answer.collected_at >= START + timedelta(days=29)
    ]
    usecases.fold(flood, later(deps, days=1))
    looked(later(deps, days=1, minutes=2))
    event = stored(deps).facts[raised].event
    assert (event.state, event.resolved_because, event.revision) == ("withdrawn", "withdrawn", 2)


def test_two_looks_at_once_cannot_both_save() -> None:
    """The one that read first but saves second is refused, and so is retried."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold([one()], deps)
    stale = deps.watches.read(CHECKOUT)
    looked(later(deps, minutes=2))
    with pytest.raises(Conflict):
        deps.watches.claim(stale, 5)


def test_changed_settings_recompute_the_series() -> None:
    """With a far stricter rate of false alarms the same answers may raise later or not, stamped so."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    looked(later(deps, minutes=2))
    [first] = stored(deps).facts.values()
    strict = fakes.touchpoint().model_copy(update={"detection": {"false_alarms_per_year": 0.001}})
    deps = replace(deps, catalogue=fakes.FakeCatalogue({"checkout": strict}))
    looked(later(deps, minutes=3))
    versions = {f.event.evidence.settings_version for f in stored(deps).facts.values() if f.event.state == "raised"}
    assert versions and versions != {first.event.evidence.settings_version}


def test_a_decision_before_a_late_fact_is_not_undone_by_an_older_one() -> None:
    """Two decisions at once: the one that saw less cannot put an alert back to an earlier state."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    looked(later(deps, minutes=2))
    [fact] = stored(deps).facts.values()
    resolved = replace(fact, event=fact.event.model_copy(update={"state": "resolved", "revision": 2}))
    deps.alerts.write(resolved)
    deps.alerts.write(fact)
    assert list(stored(deps).facts.values()) == [resolved]


def test_a_simulation_says_what_other_settings_would_have_raised_and_writes_nothing() -> None:
    """As set, the planted worsening; a hundred thousand times stricter, nothing; no fact is touched."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    before = (dict(stored(deps).facts), deps.evidence.all(), deps.watches.read(CHECKOUT))
    as_set = usecases.simulate("checkout", "customer", 30, Wish(), deps)
    strict = usecases.simulate("checkout", "customer", 30, Wish({"false_alarms_per_year": 1e-60}), deps)
    assert [fact.event.state for fact in as_set.alerts] == ["raised"]
    assert strict.alerts == []
    assert strict.settings.version != as_set.settings.version
    assert before == (stored(deps).facts, deps.evidence.all(), deps.watches.read(CHECKOUT))


def test_a_simulation_of_the_last_days_leaves_out_what_ended_before_them() -> None:
    """The alert is of ten days ago and over; the last two days have none."""
    deps = deps_at(START + timedelta(days=81))
    again = [
        replace(a, collected_at=a.collected_at + timedelta(days=40), response_id=f"{a.response_id}-again")
        for a in answers(World(worse_from=None))
    ]
    usecases.fold([*answers(World()), *again], deps)
    assert len(usecases.simulate("checkout", "customer", 60, Wish(), deps).alerts) == 1
    assert usecases.simulate("checkout", "customer", 2, Wish(), deps).alerts == []


def test_a_simulation_begins_with_what_is_said_to_be_typical() -> None:
    """A touchpoint that was never better is alerted on beside our default, and not beside others like it."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World(worse_from=0)), deps)
    wishes = (Wish(), Wish(shares=WORSE), Wish(worth=7))
    ours, theirs, lighter = (usecases.simulate("checkout", "customer", 60, wish, deps) for wish in wishes)
    assert ours.alerts and not theirs.alerts
    assert theirs.typical == Typical(shares=WORSE, worth=ours.typical.worth)
    assert lighter.typical == Typical(shares=ours.typical.shares, worth=7)


@pytest.mark.parametrize("said", [Wish(worth=20), Wish(shares=(1, 2, 3, 4, 5))])
def test_of_what_is_typical_the_rest_is_the_registrys(said: Wish) -> None:
    """The shares, or the worth, that the touchpoint has in its document."""
    deps, stands = deps_at(START), Typical(shares=WORSE, worth=33)
    known = fakes.touchpoint().model_copy(update={"typical": {"csat": stands}})
    trial = usecases.simulate(
        "checkout", "customer", 60, said, replace(deps, catalogue=fakes.FakeCatalogue({"checkout": known}))
    )
    assert trial.typical == Typical(shares=said.shares or WORSE, worth=said.worth or 33)


@pytest.mark.parametrize(
    ("audience", "wish", "pointer"),
    [
        ("customer", Wish(shares=(1, 2, 3)), "query:typical"),
        ("staff", Wish(worth=20), "query:audience"),
        ("staff", Wish({"least_answers": 6}), "query:audience"),
        ("staff", Wish({"patience_days": 30}), "query:audience"),
    ],
)
def test_what_is_typical_is_said_of_every_score_and_settings_are_tried_on_customers_only(
    audience: Any, wish: Wish, pointer: str
) -> None:
    """Else it is refused, and says where."""
    with pytest.raises(InvalidInput) as refused:
        usecases.simulate("checkout", audience, 30, wish, deps_at(START))
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_of_staff_a_simulation_shows_what_is_raised_as_it_is_set() -> None:
    """Settings tried one after the other would tell single answers apart."""
    trial = usecases.simulate("checkout", "staff", 30, Wish(), deps_at(START))
    assert (trial.alerts, trial.settings.least_answers) == ([], 5)


def test_shares_stand_between_commas() -> None:
    """From the worst score to the best; each more than nothing."""
    asked = parse_query(Question, {"typical": "6,4,10, 25,55.5", "typical_worth": "20", "patience_days": "30"})
    assert asked.wish == Wish({"patience_days": 30.0}, (6, 4, 10, 25, 55.5), 20)
    for wrong in ("6,0,1,1,1", "6,4,,25,55", "many", ""):
        with pytest.raises(InvalidInput) as refused:
            parse_query(Question, {"typical": wrong})
        assert all(error.pointer.startswith("query:typical") for error in refused.value.errors)


def test_there_is_no_simulation_of_an_unknown_touchpoint() -> None:
    """Not found, rather than an empty one."""
    with pytest.raises(NotFound):
        usecases.simulate("nowhere", "customer", 30, Wish(), deps_at(START))


def test_every_wrong_parameter_of_a_simulation_is_named() -> None:
    """Four wrong ones, one of them unknown: four pointers."""
    asked = {"days": "0", "audience": "robots", "false_alarms_per_year": "-1", "patience": "9"}
    with pytest.raises(InvalidInput) as refused:
        parse_query(Question, asked)
    pointers = {error.pointer for error in refused.value.errors}
    assert pointers == {f"query:{name}" for name in asked}


def found(*kinds: str) -> list[Transition]:
    """Transitions of one alert, a day apart; the first of them raised it."""
    share, at = Share(8, 100, 0.04, 0.15), int(START.timestamp())
    change = {"change_started_at": at - 3600, "change_interval": (at - 7200, at)}
    about = {"before": share, "after": share, "e_value": 50.0, "tilt": 0.7, "false_alarms_per_year": 1.0}
    return [
        Transition(kind=kind, at=at + day * 86400, version="v", **change, **about)  # type: ignore[arg-type]
        for day, kind in enumerate(kinds)
    ]


def context(touchpoint: Touchpoint | None = None) -> alerts.Context:
    return alerts.Context(CHECKOUT, touchpoint or fakes.touchpoint(), "https://example.com")


def test_an_alert_that_late_answers_changed_still_ends() -> None:
    """Its end is numbered after what stands, whatever number that has; a lower one would never be written."""
    [raised] = alerts.revisions(context(), found("raised"))
    stands = alerts.changed(raised, revision=3)
    [ended] = alerts.news([stands], alerts.revisions(context(), found("raised", "resolved")))
    assert (ended.event.state, ended.event.revision) == ("resolved", 4)


def test_a_renamed_or_handed_over_touchpoint_repeats_no_old_alert() -> None:
    """What was found is the same; only the next transition speaks of the new name and to the new owner."""
    [raised, ended] = alerts.revisions(context(), found("raised", "resolved"))
    other = fakes.touchpoint(owner="store").model_copy(update={"name": {"en": "Till"}, "time_zone": "Asia/Tokyo"})
    assert alerts.news([ended], alerts.revisions(context(other), found("raised", "resolved"))) == []
    [news] = alerts.news([raised], alerts.revisions(context(other), found("raised", "resolved")))
    assert (news.event.state, news.event.owner) == ("resolved", "store")


def test_an_alert_raised_while_a_decision_is_made_is_not_withdrawn_by_it() -> None:
    """Another decision writes an alert between the two reads of this one, which takes it for found, not for gone."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    usecases.look(CHECKOUT, later(deps, minutes=2))
    evidence = deps.evidence
    assert isinstance(evidence, fakes.FakeEvidence)
    said, evidence.said = evidence.said, {p: one for p, one in evidence.said.items() if one.transition is None}

    def meanwhile() -> None:
        evidence.said = said
        usecases.decide(deps)

    usecases.decide(replace(deps, evidence=Overtaken(evidence, meanwhile), alerts=Overtaken(deps.alerts, meanwhile)))
    assert [fact.event.state for fact in stored(deps).facts.values()] == ["raised"]


def test_an_alert_is_not_withdrawn_for_what_the_index_does_not_have_yet() -> None:
    """Of two reads of an index the later may know less: what the account itself said decides, and else nothing does."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    looked(later(deps, minutes=2))

    class Behind(fakes.FakeEvidence):
        def all(self) -> list[Said]:
            return [one for one in super().all() if one.transition is None]

    assert isinstance(deps.evidence, fakes.FakeEvidence)
    with pytest.raises(Unavailable):
        usecases.decide(replace(deps, evidence=Behind(deps.evidence.said)))
    assert [fact.event.state for fact in stored(deps).facts.values()] == ["raised"]
    usecases.decide(deps)
    assert [fact.event.revision for fact in stored(deps).facts.values()] == [1]


def asked_with(bad_at_most: int | None, deps: Deps) -> Deps:
    """The same world, where the survey draws the line between bad and not by itself."""
    usual = fakes.touchpoint()
    survey = usual.survey.model_copy(update={"bad_at_most": bad_at_most})
    return replace(deps, catalogue=fakes.FakeCatalogue({"checkout": usual.model_copy(update={"survey": survey})}))


def test_a_surveys_own_cut_holds_at_every_look() -> None:
    """With scores up to 3 bad, looks day by day count the same bad answers as one look over everything."""
    live = asked_with(3, deps_at(START))
    usecases.fold(answers(World()), live)
    for day in range(2, 42):
        usecases.look(CHECKOUT, later(live, days=day))
    usecases.decide(live)
    at_once = asked_with(3, deps_at(START + timedelta(days=41)))
    usecases.fold(answers(World()), at_once)
    looked(later(at_once, minutes=2))
    assert stored(live).facts == stored(at_once).facts != {}


def test_a_changed_cut_recomputes_the_series() -> None:
    """What is bad is part of what an alert was raised under, and of its version."""
    deps = deps_at(START + timedelta(days=41))
    usecases.fold(answers(World()), deps)
    looked(later(deps, minutes=2))
    [before] = stored(deps).facts.values()
    looked(asked_with(3, later(deps, minutes=3)))
    raised = [fact.event for fact in stored(deps).facts.values() if fact.event.state == "raised"]
    assert raised
    assert before.event.evidence.settings_version not in {event.evidence.settings_version for event in raised}


ITEM = {
    "kind": "response",
    "touchpoint": "checkout",
    "audience": "customer",
    "scale": "csat",
    "response_id": "r1",
    "collected_at": "2024-01-01T00:00:00Z",
    "score": 5,
    "channel": "web",
    "revision": 1,
    "counted": True,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": 9},
        {"score": 4.5},
        {"score": None},
        {"scale": "stairs"},
        {"scale": ["csat"]},
        {"channel": "pigeon"},
        {"revision": -1},
        {"touchpoint": "a#b"},
        {"touchpoint": 7},
        {"response_id": None},
        {"collected_at": None},
        {"collected_at": "0001-01-01T00:00:00+14:00"},
        {"audience": {}},
    ],
)
def test_an_answer_that_cannot_be_counted_is_left_to_the_retries_alone(wrong: dict[str, Any]) -> None:
    """Whatever is wrong with it shows when it is read, so that the rest of its batch is counted."""
    batch = [Change("1", None, ITEM), Change("2", None, ITEM | wrong), Change("3", None, ITEM | {"response_id": "r2"})]
    read, unreadable = readable(batch, "response", answer_of)
    assert unreadable == ["2"]
    deps = deps_at(START + timedelta(minutes=1))
    usecases.fold(read, deps)
    assert counted(deps) == {"web": [0, 0, 0, 0, 2]}


def test_a_late_answer_in_a_batch_does_not_cost_the_others_their_look() -> None:
    """An answer of yesterday and one of now: a look after the settling time, and one when the cell of now is over."""
    deps = deps_at(START + timedelta(days=1, minutes=1))
    usecases.fold([one(), one(at=START + timedelta(days=1), response_id="r2")], deps)
    assert isinstance(deps.looks, fakes.FakeLooks)
    assert sorted(deps.looks.asked, key=lambda asked: asked[1]) == [(CHECKOUT, 60), (CHECKOUT, 9 * 60 + 1)]


def test_an_alert_of_staff_rests_on_five_answers_at_least() -> None:
    """Fewer are never shown, and an alert shows its answers; customers' alerts may rest on three."""
    usual = fakes.touchpoint()
    customers, staff = (
        watching.settings_of(usual, CHECKOUT._replace(source=audience)) for audience in ("customer", "staff")
    )
    assert (customers.least_answers, staff.least_answers) == (3, 5)
    wary = usual.model_copy(update={"detection": {"least_answers": 8}})
    assert watching.settings_of(wary, CHECKOUT._replace(source="staff")).least_answers == 8


def test_a_touchpoint_starts_from_what_is_typical_of_the_others() -> None:
    """Of its own scale, worth as many answers as is said; its hand-offs and its staff start as they did."""
    usual = fakes.touchpoint()
    shares, worth = (10.0, 5.0, 5.0, 20.0, 60.0), 90.0
    told = usual.model_copy(update={"typical": {"csat": Typical(shares=shares, worth=worth)}})
    settings = watching.settings_of(told, CHECKOUT)
    assert open_account(CHECKOUT.scale, settings).usual == tuple(worth * share / 100 for share in shares)
    assert settings.version != watching.settings_of(usual, CHECKOUT).version
    for other in (CHECKOUT.coming_from("basket"), CHECKOUT._replace(source="staff")):
        assert watching.settings_of(told, other) == watching.settings_of(usual, other)


def test_a_look_that_was_overtaken_while_it_read_writes_nothing() -> None:
    """The faster one has seen more; what the slower one found would replace it and never be found again."""
    deps = deps_at(START + timedelta(days=41))
    known = answers(World())
    usecases.fold(known[:600], deps)
    slow, read = later(deps, minutes=2), deps.marks.hours

    def overtaken(*span: Any) -> Any:
        hours = list(read(*span))
        deps.marks.hours = read  # type: ignore[method-assign]
        usecases.fold(known[600:], later(deps, minutes=3))
        usecases.look(CHECKOUT, later(deps, minutes=5))
        return hours

    deps.marks.hours = overtaken  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        usecases.look(CHECKOUT, slow)
    at_once = deps_at(START + timedelta(days=41))
    usecases.fold(known, at_once)
    usecases.look(CHECKOUT, later(at_once, minutes=2))
    assert deps.evidence == at_once.evidence
    assert {day for _, day in deps.marks.days} == {day for _, day in at_once.marks.days}  # type: ignore[attr-defined]
