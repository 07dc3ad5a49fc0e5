"""Causes on their way: into the alert when it is raised, over HTTP while it stands, and in each channel's message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.aggregator import usecases as aggregating
from services.aggregator.domain import alerts
from services.aggregator.usecases import deciding
from services.alerts.messages.story import piece
from services.alerts.messages.words import SAID
from services.insights.adapters.figures import TableFigures
from services.insights.domain.adjusting import PassedDay
from services.insights.usecases import causes as fresh
from services.insights.views.causes import causes_view
from shared.causes.answers import Given, Whose
from shared.errors import NotFound
from shared.events import AlertEvent, Causes, CausesRead, ExcessSegment, ExcessWord, Money, Share, canonical
from shared.marks import Arrival, digest
from shared.scales import scale
from shared.studies import ValueFigure
from shared.tables.friction import hour_key, series_partition
from tests import aws, fakes
from tests.events import alert_event
from tests.unit.test_aggregator import deps_at, later, looked, stored
from tests.unit.test_insights import NOW, deps
from tests.worlds import START, World, answers

NAMED = Causes(
    segments=[
        ExcessSegment(
            attribute="browser",
            value="safari",
            before=Share(bad=24, n=437, low=0.0372, high=0.0804),
            after=Share(bad=55, n=120, low=0.3719, high=0.5474),
        ),
        ExcessSegment(
            attribute="version",
            value="5.0",
            before=Share(bad=0, n=0, low=0, high=1),
            after=Share(bad=20, n=40, low=0.35, high=0.65),
        ),
    ],
    words=[ExcessWord(text="livraison en retard", before=1, after=11)],
    read=CausesRead(before=1500, after=400, comments_before=57, comments_after=35),
)


def given(world: World) -> list[Given]:
    """The world's answers, with the browser and the words of a planted cause."""
    made = []
    for number, one in enumerate(answers(world)):
        is_bad = one.score <= 2
        is_since = one.collected_at >= START + timedelta(days=30)
        browser = "safari" if (is_bad and is_since) or number % 3 == 0 else "chrome"
        comment = ("livraison en retard" if is_since else "trop cher") if is_bad else None
        made.append(Given(one.response_id, one.collected_at, is_bad, {"browser": browser}, comment))
    return made


def raised() -> tuple[AlertEvent, aggregating.Deps]:
    """The alert of a world that worsened on its thirtieth day, for a reason."""
    known = replace(deps_at(START + timedelta(days=41)), responses=fakes.FakeResponses(given(World())))
    aggregating.fold(answers(World()), known)
    looked(later(known, minutes=2))
    [fact] = stored(known).facts.values()
    return fact.event, known


def test_an_alert_is_raised_with_its_causes() -> None:
    """What is seen up to the alarm and not beyond: of seven answers the words, and no segment of fewer than five."""
    event, _ = raised()
    assert event.causes.segments == []
    assert [one.text for one in event.causes.words] == ["livraison en retard"]
    assert event.sample_comments == ["livraison en retard"]
    assert event.causes.read is not None and event.causes.read.after == 7


def test_an_alert_says_how_many_went_through_and_where_more_is_told() -> None:
    """From the day of the change to that of the alarm; causes and people, by their addresses."""
    day = PassedDay(START.date() + timedelta(days=30), frozenset({b"anna", b"bob"}), {})
    known = replace(
        deps_at(START + timedelta(days=41)), passers=fakes.FakePassers([replace(day, day=START.date()), day])
    )
    aggregating.fold(answers(World()), known)
    looked(later(known, minutes=2))
    [fact] = stored(known).facts.values()
    assert fact.event.affected == 2
    address = f"https://example.com/v1/alerts/{fact.event.alert_id}"
    assert (fact.event.links["causes"], fact.event.links["outreach"]) == (f"{address}/causes", f"{address}/outreach")


def cost_of(amount: float, day: date) -> ValueFigure:
    money = Money(amount=amount, low=amount / 2, high=amount * 2, currency="EUR")
    return ValueFigure(day=day, touchpoint="checkout", value_at_risk=money)


def test_an_alert_says_what_friction_costs_there_as_it_was_known_then() -> None:
    """By the newest day studied up to the alarm; nothing where no outcomes were known by then."""
    alarm, _ = raised()
    day = alarm.raised_at.date()
    for known, expected in (
        ([cost_of(100, day - timedelta(days=3)), cost_of(200, day), cost_of(900, day + timedelta(days=1))], 200),
        ([cost_of(900, day + timedelta(days=1))], None),
    ):
        studies = fakes.FakeStudies()
        for figure in known:
            studies.keep_value(figure)
        deciding = replace(deps_at(START + timedelta(days=41)), studies=studies)
        aggregating.fold(answers(World()), deciding)
        looked(later(deciding, minutes=2))
        [fact] = stored(deciding).facts.values()
        assert (fact.event.value_at_risk and fact.event.value_at_risk.amount) == expected


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("At risk in four weeks", "4,200 EUR (1,900 to 6,500), if these customers differ in nothing else")),
        (
            "fr",
            (
                "En jeu sur quatre semaines",
                "4\u202f200 EUR (1\u202f900 à 6\u202f500), si rien d'autre ne distingue ces clients",
            ),
        ),
    ],
)
def test_each_message_says_what_it_costs_and_what_that_takes_for_granted(lang: str, said: tuple[str, str]) -> None:
    """With its interval; an alert that knows no outcomes says nothing of it."""
    event = alert_event(value_at_risk=Money(amount=4200, low=1900, high=6500, currency="EUR"))
    assert said in piece(event, SAID[lang], lang, "").facts
    assert said[0] not in dict(piece(alert_event(), SAID[lang], lang, "").facts)


def test_deciding_again_is_no_news_though_the_causes_have_grown() -> None:
    """What is seen beside the finding is not the finding: the same revision stands."""
    event, known = raised()
    usecases_again = replace(known, responses=fakes.FakeResponses())
    aggregating.decide(usecases_again)
    [fact] = stored(known).facts.values()
    assert fact.event == event


def test_told_anew_an_alert_is_the_same_bytes_whenever_it_was_first_told() -> None:
    """Before all answers and interactions were stored, or after; its revision stays, so nobody is told again."""
    _, whole = raised()
    day = PassedDay(START.date() + timedelta(days=30), frozenset({b"anna", b"bob"}), {})
    whole = replace(whole, passers=fakes.FakePassers([day]))
    early = replace(whole, alerts=fakes.FakeAlerts(), responses=fakes.FakeResponses(), passers=fakes.FakePassers())
    aggregating.decide(early)
    [first] = early.alerts.all()
    assert (first.event.affected, first.event.causes.words) == (None, [])
    for deps_then in (replace(whole, alerts=early.alerts), whole):
        aggregating.retell(deps_then)
    [late], [once] = early.alerts.all(), whole.alerts.all()
    assert canonical(late.event) == canonical(once.event)
    assert (late.event.affected, late.event.revision) == (2, first.event.revision)
    old = replace(whole, alerts=fakes.FakeAlerts({"a": first}), now=lambda: first.event.raised_at + timedelta(days=31))
    aggregating.retell(old)
    assert old.alerts.all() == [first]


def test_quotes_do_not_outlive_the_answers_they_were_taken_from() -> None:
    """Told anew on the day when the first may go, the alert quotes nothing, and stands; the words of causes stay."""
    event, known = raised()
    [fact] = stored(known).facts.values()
    since_change = event.raised_at - event.change_started_between[0]
    ends = later(known, minutes=2).now() + known.answers_kept - since_change
    assert fact.quotes_until == ends and event.sample_comments
    for now, quotes in ((ends - timedelta(seconds=1), event.sample_comments), (ends, [])):
        aggregating.retell(replace(known, now=lambda now=now: now))
        [told] = stored(known).facts.values()
        assert (told.event.sample_comments, told.event.revision) == (quotes, event.revision)
    assert [one.text for one in told.event.causes.words] == ["livraison en retard"]


def test_a_later_revision_does_not_put_the_end_of_quotes_off() -> None:
    """The answers are no younger for it."""
    _, known = raised()
    [fact] = stored(known).facts.values()
    again = replace(fact, event=fact.event.model_copy(update={"revision": 2}), quotes_until=None)
    touchpoint = known.catalogue.touchpoint("checkout")
    assert touchpoint is not None
    context = alerts.Context(fact.series, touchpoint, known.public_url)
    deciding.write([again], [fact], context, replace(known, now=lambda: NOW + timedelta(days=9)))
    [told] = stored(known).facts.values()
    assert (told.event.revision, told.quotes_until) == (2, fact.quotes_until)


def test_fresh_causes_are_sought_up_to_now() -> None:
    """More has been answered since the alarm: more is known."""
    event, known = raised()
    asked = replace(deps(events=[event]), responses=known.responses)
    found = causes_view(fresh.causes(event.alert_id, asked))
    assert found.after_to == NOW
    assert found.causes.read is not None and event.causes.read is not None
    assert found.causes.read.after > event.causes.read.after
    assert found.causes.segments[0].value == "safari"


def test_of_an_alert_that_is_over_causes_are_sought_up_to_its_end() -> None:
    """What was answered after it has nothing to do with it."""
    event, known = raised()
    ended = event.model_copy(update={"state": "resolved", "resolved_at": event.raised_at + timedelta(days=1)})
    asked = replace(deps(events=[ended]), responses=known.responses)
    assert fresh.causes(event.alert_id, asked).spans.after_to == ended.resolved_at


@pytest.mark.parametrize("ended_after", [None, timedelta(days=1)])
def test_of_staff_causes_are_sought_up_to_the_alarm_so_that_every_look_finds_the_same(
    ended_after: timedelta | None,
) -> None:
    """Two looks with one colleague's answer between them would tell it; so would the end of the alert."""
    event = alert_event(audience="staff", kind="staff")
    if ended_after:
        event = event.model_copy(update={"state": "resolved", "resolved_at": event.raised_at + ended_after})
    times = [event.change_started_at + timedelta(hours=n) for n in range(9)]
    found = []
    for hours in (0, 1):
        now = event.raised_at + timedelta(days=9, hours=hours)
        later_on = [event.raised_at, now - timedelta(minutes=5)] if hours else []
        read = [Given(f"r{at}", at, True, {}, "trop de bruit") for at in (*times, *later_on)]
        asked = replace(deps(events=[event]), responses=fakes.FakeResponses(read), now=lambda now=now: now)
        found.append(causes_view(fresh.causes(event.alert_id, asked)))
    assert found[0] == found[1]
    assert found[0].after_to == event.raised_at
    assert found[0].causes.read is not None and found[0].causes.read.after == 9


class FromBasket:
    """Figures that know of two answers that their people came from the basket."""

    def came_from(self, origin: str, whose: Whose, since: datetime, until: datetime) -> set[bytes]:
        assert (origin, whose.measure.name) == ("basket", "csat")
        return {digest("late"), digest("early")}


@pytest.mark.parametrize("scale_name", ["csat", "handoff"])
def test_of_a_hand_off_causes_are_sought_among_those_who_came_from_there(scale_name: str) -> None:
    """Others at the same touchpoint have nothing to do with it; a hand-off's own scale is none to answer on."""
    event = alert_event(kind="handoff", origin="basket", scale=scale_name)
    times = {"early": event.change_started_at - timedelta(days=5), "late": event.change_started_at + timedelta(hours=1)}
    answered = [Given(name, at, True) for name, at in times.items()]
    others = [Given(f"{name}-{n}", at, True) for name, at in times.items() for n in range(9)]
    read = fakes.FakeResponses([*answered, *others])
    asked = replace(deps(events=[event]), responses=read, figures=FromBasket())
    causes = fresh.causes(event.alert_id, asked).found.causes
    assert causes.read is not None
    assert (causes.read.before, causes.read.after) == (1, 1)


def test_who_came_from_where_is_read_from_the_marks_of_hours() -> None:
    """Of the span's hours, and of that origin only."""
    whose = Whose("checkout", "customer", scale("csat"))
    with aws.data_stack():
        table = aws.table("friction")
        for hour, name, origin in ((1, "a", "basket"), (2, "b", "search"), (30, "c", "basket")):
            at = START + timedelta(hours=hour)
            pk, sk = hour_key(series_partition("checkout", "customer", "csat"), at, 0)
            table.put({"pk": pk, "sk": sk, "marks": {Arrival(0, True, 60, digest(name), origin).to_bytes()}})
        found = TableFigures(table).came_from("basket", whose, START, START + timedelta(hours=9))
    assert found == {digest("a")}


def test_an_unknown_alert_has_no_causes() -> None:
    """Not found, rather than none."""
    with pytest.raises(NotFound):
        fresh.causes("drop.checkout.customer.20240301T101500Z", deps())


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            (
                "browser: safari (46% bad of 120, 5% before)",
                "version: 5.0 (50% bad of 40; new since)",
                "“livraison en retard” (11 of 35 comments, 1 of 57 before)",
            ),
        ),
        (
            "fr",
            (
                "browser : safari (46 % de mauvaises sur 120, 5 % avant)",
                "version : 5.0 (50 % de mauvaises sur 40 ; nouveau)",
                "« livraison en retard » (11 commentaires sur 35, 1 sur 57 avant)",
            ),
        ),
    ],
)
def test_a_message_tells_causes_with_their_counts(lang: str, told: tuple[str, ...]) -> None:
    """How many since and before, so that nobody takes five for a trend."""
    shown = piece(alert_event(causes=NAMED), SAID[lang], lang, "")
    assert tuple(" ".join(one.split()) for one in shown.causes) == told


def test_words_of_an_alert_that_says_not_what_was_read_are_counted_alone() -> None:
    """As alerts of before say them."""
    shown = piece(alert_event(causes=NAMED.model_copy(update={"read": None})), SAID["en"], "en", "")
    assert shown.causes[-1] == "“livraison en retard” (11 times)"
