"""The figures of owners' pages: differences of shares, both voices, spans, pictures, files; against known values."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.domain import shares, voices, windows
from services.insights.domain.reports import Day
from services.insights.domain.shares import BadShare
from services.insights.domain.windows import Window
from shared.catalogue import Survey
from shared.cells import plain
from shared.events import AlertEvent, Causes, CausesRead, ExcessWord
from shared.metrics import wilson
from shared.pages import charts, formats
from shared.pages.spreadsheet import csv_file
from shared.scales import scale
from tests import fakes
from tests.events import alert_event
from tests.owners import (
    NOW,
    FakeCases,
    FakeComments,
    FakeFigures,
    case_at,
    comment_at,
    counting,
    event_at,
    touchpoint,
    visit,
    world,
)

CSAT = scale("csat")
MONDAY = date(2024, 1, 1)


def share(bad: int, n: int) -> BadShare:
    return BadShare(bad, n, *wilson(bad, n))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_a_difference_has_newcombes_interval(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """The examples of Newcombe 1998, table II, method 10."""
    found = shares.difference(share(*one), share(*other))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_a_difference_turned_round_changes_its_sign_only(a: int, m: int, b: int, n: int) -> None:
    """And its interval holds it."""
    one, other = share(min(a, m), m), share(min(b, n), n)
    there, back = shares.difference(one, other), shares.difference(other, one)
    assert there is not None
    assert back is not None
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert there.low <= there.value <= there.high


def test_a_difference_needs_answers_on_both_sides() -> None:
    """None rather than 0."""
    assert shares.difference(share(0, 0), share(1, 2)) is None


@pytest.mark.parametrize(
    ("bad", "n", "said"), [(0, 0, "unclear"), (0, 200, "kept"), (9, 100, "unclear"), (40, 100, "broken")]
)
def test_a_promise_is_judged_by_the_interval(bad: int, n: int, said: str) -> None:
    """Kept or broken only where the whole interval says so."""
    assert shares.keeping(share(bad, n), 0.1) == said


def staff(*weekly: int) -> list[Day]:
    """So many answers in each week from MONDAY, all on its Wednesday."""
    return [Day(MONDAY + timedelta(days=7 * week + 2), {"web": [n, 0, 0, 0, 0]}) for week, n in enumerate(weekly) if n]


def test_staff_answers_count_by_whole_weeks_of_five_or_more() -> None:
    """Not four, not a week that is not over, not one that the span cuts."""
    days, last = staff(5, 4, 9, 6), MONDAY + timedelta(days=27)
    sizes = [voices.size([day]) for day in voices.shown_weeks(days, MONDAY, last, last + timedelta(days=1))]
    assert sizes == [5, 9, 6]
    assert len(voices.shown_weeks(days, MONDAY, last, last)) == 2
    assert len(voices.shown_weeks(days, MONDAY + timedelta(days=1), last, date(2025, 1, 1))) == 2


@pytest.mark.parametrize(
    ("first", "last", "today", "expected"),
    [
        (0, 6, 7, (0, 6)),
        (0, 6, 6, None),
        (0, 5, 99, None),
        (1, 13, 99, (7, 13)),
        (1, 12, 99, None),
        (-6, 20, 20, (0, 13)),
        (-6, 20, 21, (0, 20)),
    ],
)
def test_whole_weeks_lie_in_the_span_and_are_over(
    first: int, last: int, today: int, expected: tuple[int, int] | None
) -> None:
    """Days from a Monday; where there is no such week the last day lies before the first."""
    begins, ends = voices.whole_weeks(*(MONDAY + timedelta(days=n) for n in (first, last, today)))
    if expected is None:
        assert ends < begins
    else:
        assert ((begins - MONDAY).days, (ends - MONDAY).days) == expected


@given(
    st.lists(st.integers(0, 9), min_size=8, max_size=8),
    st.integers(0, 55),
    st.integers(0, 55),
    st.integers(0, 55),
    st.integers(0, 55),
)
def test_no_two_spans_differ_by_a_small_group_of_staff(weekly: list[int], a: int, b: int, c: int, d: int) -> None:
    """What is in one span and not in the other is whole weeks of five or more, whatever spans somebody chooses."""
    one, other = (shown_between(weekly, *sorted(days)) for days in ((a, b), (c, d)))
    apart = (one - other) + (other - one)
    assert all(n >= 5 for n in apart.values())


def shown_between(weekly: list[int], first: int, last: int) -> Counter[date]:
    """The staff answers by day that are shown of a span, long after it."""
    span = (MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))
    shown = voices.shown_weeks(staff(*weekly), *span, MONDAY + timedelta(days=56))
    return Counter({day.day: voices.size([day]) for day in shown})


def test_both_voices_are_shown_with_their_gap() -> None:
    """Staff worse than customers, for certain; and nothing of staff where they are too few."""
    shown = staff(40)
    found = voices.voices(share(5, 100), CSAT, shown, shown)
    assert found.staff is not None
    assert found.gap is not None
    assert found.gap.verdict == "worse"
    assert voices.voices(share(5, 100), CSAT, staff(4), []).hidden
    assert not voices.voices(share(5, 100), CSAT, [], []).hidden


def test_which_side_saw_it_first_is_told() -> None:
    """By when the change began, of two alerts on the same story."""
    customers = event_at("checkout", "web")
    earlier = alert_event(
        audience="staff", kind="staff", touchpoint="checkout", raised_at=NOW - timedelta(days=1),
        change_started_at=customers.change_started_at - timedelta(days=3),
    )  # fmt: skip
    page = visit(world([customers, earlier]), "web-owner", "/touchpoints/checkout").body
    assert "Staff saw it first" in page or "les ont vu" in page or "les premières" in page


@pytest.mark.parametrize(
    ("person", "said", "odds"),
    [
        ("web-owner", "10 of 14 comments of bad answers, 0 of 21 before", "50 to 1 against chance"),
        ("pilot", "10 commentaires de mauvaises réponses sur 14, 0 sur 21 avant", "50 contre 1"),
    ],
)
def test_an_alert_tells_of_how_many_comments_a_word_is_and_the_odds_of_its_sentence(
    person: str, said: str, odds: str
) -> None:
    """Rounded down to one figure in both places: 59.7 to 1 is told as 50."""
    word = ExcessWord(text="colis", before=0, after=10, q_value=0.001)
    read = CausesRead(before=900, after=45, comments_before=21, comments_after=14, is_whole=True)
    event = event_at("checkout", "web").model_copy(update={"causes": Causes(words=[word], read=read)})
    evidence = event.evidence.model_copy(update={"e_value": 59.7})
    page = visit(world([event.model_copy(update={"evidence": evidence})]), person, f"/friction/{event.alert_id}").body
    assert said in page
    assert odds in page


def test_a_span_has_an_equal_one_before_it() -> None:
    """28 days and the 28 before."""
    window = windows.ending(date(2024, 3, 28), 28)
    assert (window.first, window.before) == (date(2024, 3, 1), Window(date(2024, 2, 2), date(2024, 2, 29)))


def test_a_time_is_cut_to_its_five_minutes() -> None:
    """And midnight belongs to the day before."""
    assert windows.at(datetime(2024, 3, 6, 10, 7, tzinfo=UTC), 2).until == datetime(2024, 3, 6, 10, 5, tzinfo=UTC)
    assert windows.at(datetime(2024, 3, 6, tzinfo=UTC), 2).last == date(2024, 3, 5)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\n=1", "|x", "%x", "＝1", "＋1", "－1", "＠x"]
)
def test_a_text_in_a_file_is_never_a_formula(cell: str) -> None:
    """It gets an apostrophe; plain words and numbers do not."""
    body = csv_file("x", ("a", "b", "c"), [(cell, "word", -1.5)]).body
    [_, row] = csv.reader(io.StringIO(body.removeprefix("\ufeff"), newline=""))
    assert (row[0][0], plain(row[0]), row[1:]) == ("'", cell, ["word", "-1.5"])


@pytest.mark.parametrize(
    ("said", "fr", "en"),
    [
        (lambda lang: formats.number(12345.6, lang, 1), "12\u202f345,6", "12,345.6"),
        (lambda lang: formats.number(-0.04, lang, 1), "0,0", "0.0"),
        (lambda lang: formats.percent(0.07, lang), "7\u00a0%", "7%"),
        (lambda lang: formats.points(-0.06, lang), "−6\u00a0pts", "−6\u00a0pts"),
        (lambda lang: formats.points(0.001, lang), "0\u00a0pts", "0\u00a0pts"),
        (lambda lang: formats.day(date(2024, 3, 1), lang), "1er\u00a0mars", "1\u00a0Mar"),
        (
            lambda lang: formats.counted(0, lang, "réponse" if lang == "fr" else "answer", "many"),
            "0\u00a0réponse",
            "0\u00a0many",
        ),
        (lambda lang: formats.span(0.09, 0.16, lang), "9–16\u00a0%", "9–16%"),
        (lambda lang: formats.score(0, "thumbs", lang), "pouce vers le bas", "thumbs down"),
        (lambda lang: formats.score(1, "thumbs", lang), "pouce vers le haut", "thumbs up"),
        (lambda lang: formats.score(0, "nps", lang), "0 sur 10", "0 of 10"),
        (lambda lang: formats.score_alone(1, "csat", lang), "1", "1"),
        (lambda lang: formats.at_most(0, "thumbs", lang), "pouce vers le bas", "thumbs down"),
        (lambda lang: formats.at_most(3, "ces", lang), "3 ou moins", "3 or less"),
        (lambda lang: formats.at_most(1, "csat", lang), "1", "1"),
    ],
)
def test_numbers_are_written_as_people_write_them(said: object, fr: str, en: str) -> None:
    """In French and in English."""
    assert callable(said)
    assert (said("fr"), said("en")) == (fr, en)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Note : 2 ; bien ?", "Note\u00a0: 2\u00a0; bien\u00a0?"),
        ("« ici » : 7 %", "«\u00a0ici\u00a0»\u00a0: 7\u00a0%"),
        (" : retirer", " : retirer"),
        ("https://a.example: x", "https://a.example: x"),
    ],
)
def test_no_line_of_a_french_page_begins_with_a_mark(text: str, held: str) -> None:
    """The space before it does not break; what begins with one, and what has none, stays as it is."""
    assert formats.held(text) == held


def test_a_picture_stays_within_its_frame() -> None:
    """Every point of a trend, also of one day, of all bad answers, and of none at all."""
    for values in ([], [(1.0, 0.2, 1.0)], [(0.0, 0.0, 0.02), (0.5, 0.4, 0.6)]):
        samples = [charts.Sample(MONDAY + timedelta(days=7 * n), *one, 5) for n, one in enumerate(values)]
        drawn = charts.trend(samples, (MONDAY, MONDAY + timedelta(days=27)), goal=0.1)
        assert all(0 <= dot.x <= charts.WIDTH and 0 <= dot.y <= charts.HEIGHT for dot in drawn.dots)
        assert 0 <= (drawn.goal or 0) <= charts.HEIGHT


@pytest.mark.parametrize(("value", "most"), [(0.02, 0.02), (0.021, 0.04), (0.1, 0.1), (0.3, 0.4), (0.95, 1.0)])
def test_an_axis_ends_at_a_round_number(value: float, most: float) -> None:
    """Not below what it must show."""
    assert charts.nice(value) == most


def test_no_panel_waits_for_more_than_two_reads() -> None:
    """A touchpoint's page: each panel by one question or two; one for each touchpoint that customers may go on to."""
    deps, counts = counting(world())
    assert visit(deps, "web-owner", "/touchpoints/checkout").status == 200
    assert counts == {
        "catalogue.touchpoint": 2,
        "figures.days": 3,
        "comments.latest": 1,
        "cases.open": 1,
        "cases.closed": 1,
        "remedies.of_touchpoint": 1,
        "places.touchpoints": 1,
        "alerts.of_touchpoint": 1,
        "places.journey": 2,
    }


def test_a_first_page_reads_as_much_for_a_thousand_touchpoints_as_for_twelve() -> None:
    """One list, one look at the alerts, and one series for each tile that is shown."""
    deps = world()
    [place, _] = deps.places.touchpoints()
    many = [replace(place, id=f"t{n:04}") for n in range(1000)]
    known = {one.id: deps.catalogue.touchpoint("checkout") for one in many}
    deps.catalogue.known.update(known)  # type: ignore[attr-defined]
    deps.places.touchpoints_ = many  # type: ignore[attr-defined]
    counted, counts = counting(deps)
    assert visit(counted, "pilot", "/").status == 200
    assert counts["figures.days"] == counts["catalogue.touchpoint"] == 12
    assert counts["places.touchpoints"] == 1
    assert counts["alerts.of_year"] <= 3


def alerts_of(events: list[AlertEvent], **query: str) -> str:
    return str(visit(world(events), "pilot", "/friction", **query).body)


def test_friction_is_paged_and_filtered() -> None:
    """Twenty to a page, no gap and no repeat; open ones only where that is asked."""
    raised = [replace_time(event_at("checkout", "web"), NOW - timedelta(hours=n)) for n in range(1, 46)]
    first = alerts_of(raised)
    assert first.count("<h2>") == 20
    following = first.partition('rel="next" href="/friction?')[2].partition('"')[0].replace("&amp;", "&")
    cursor = dict(part.split("=") for part in following.split("&"))["before"].replace("%3A", ":").replace("%7E", "~")
    assert alerts_of(raised, before=cursor).count("<h2>") == 20
    over = [one.model_copy(update={"state": "resolved", "resolved_at": NOW}) for one in raised[:5]]
    assert alerts_of([*over, *raised[5:8]], state="open").count("<h2>") == 3


def replace_time(event: AlertEvent, at: datetime) -> AlertEvent:
    return event.model_copy(update={"raised_at": at, "alert_id": f"drop.checkout.customer.{at:%Y%m%dT%H%M%SZ}"})


def test_wrong_filters_are_refused_on_a_page() -> None:
    """422, in words; nothing is guessed."""
    for query in ({"days": "27"}, {"to": "yesterday"}, {"channel": "fax"}):
        assert visit(world(), "pilot", "/touchpoints/checkout", **query).status == 422
    assert visit(world(), "pilot", "/", page="0").status == 422
    assert visit(world(), "pilot", "/touchpoints/nowhere").status == 404
    assert visit(world(), "pilot", "/touchpoints/checkout", days="", to="", channel="").status == 200


@pytest.mark.parametrize(
    ("person", "up", "down"),
    [("pilot", "pouce vers le haut", "pouce vers le bas"), ("web-owner", "thumbs up", "thumbs down")],
)
def test_a_touchpoint_asked_by_thumbs_tells_no_score_as_0_of_1(person: str, up: str, down: str) -> None:
    """Neither in the picture, its table and its words, nor of a comment or a case; the file keeps the numbers."""
    deps = world()
    asked = touchpoint("checkout", "web", survey=Survey(id="ok", version=1, scale="thumbs", question={"en": "Well?"}))
    days = {NOW.date() - timedelta(days=n): [1, 9] for n in range(60)}
    known = replace(
        deps,
        catalogue=fakes.FakeCatalogue({"checkout": asked, "till": touchpoint("till", "store")}),
        figures=FakeFigures({("checkout", "customer"): days}),
        comments=FakeComments({"checkout": [replace(comment_at("checkout"), score=0, scale="thumbs")]}),
        cases=FakeCases({team: [replace(case_at("checkout"), score=0, scale="thumbs")] for team in (None, "web")}),
    )
    page = str(visit(known, person, "/touchpoints/checkout").body)
    assert re.findall(r'text-anchor="end">([^<]*)</text><rect', page)[:2] == [up, down]
    assert f'<th scope="row">{down}</th>' in page
    assert len(re.findall(rf"(?:Note\u00a0: |Score: ){down} ·", page)) == 2
    assert f"({down})" in page and re.search(rf"(?:réponse\u00a0|answer): {down} \(", page)
    file = visit(known, person, "/touchpoints/checkout", **{"as": "csv", "part": "scores"}).body
    assert [line.split(",")[0] for line in str(file).split()[1:]] == ['"1"', '"0"']


def test_an_empty_touchpoint_says_so_in_words() -> None:
    """No figure of no answers: neither 0 % nor an error."""
    page = visit(replace(world([]), figures=FakeFigures()), "pilot", "/touchpoints/checkout").body
    assert "Personne n&#39;a encore répondu" in page
    assert "0 %" not in page


def test_the_first_page_tells_what_changed_since_the_last_visit() -> None:
    """An alert that began before is not news; one after is."""
    assert "rien de changé" in visit(world(), "pilot", "/", seen=NOW - timedelta(days=1)).body.casefold()
    assert "a commencé" in visit(world(), "pilot", "/", seen=NOW - timedelta(days=3)).body
