"""Figures by segment: counted once in any order, rolled up and read, shown in no small group; the filters of pages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.adapters.marks import TableMarks
from services.aggregator.domain.answers import Parcel, Series, answer_of
from services.aggregator.domain.traces import Trace
from services.aggregator.domain.watching import MOST_VALUES, Hour, Rolled, Watch, whole_days
from services.aggregator.usecases.folding import fold, follow
from services.insights.adapters.figures import TableFigures
from services.insights.app import app
from services.insights.domain import segments
from services.insights.domain.reports import Day
from services.insights.domain.segments import Part
from services.insights.domain.windows import Window, ending
from services.insights.wiring import Deps
from shared.auth import Authenticator
from shared.marks import Mark, Trait, cell_of, digest, first_cell, hour_of, tally_segments
from shared.scales import scale
from tests import aws, fakes
from tests.cases import KEY, FakeKeys
from tests.http import Reply, ask
from tests.owners import NOW, counting, visit, world
from tests.unit.test_aggregator import deps_at

AT = datetime(2024, 3, 1, 10, 7, tzinfo=UTC)
SERIES = Series("checkout", "customer", "csat")
MONDAY = date(2024, 1, 1)
STORES = fakes.touchpoint("checkout").model_copy(update={"segments": ("store",)})


def item(name: str = "r1", **more: Any) -> dict[str, Any]:
    """An answer as the table of responses has it."""
    return {
        "response_id": name,
        "touchpoint": "checkout",
        "audience": "customer",
        "scale": "csat",
        "collected_at": "2024-03-01T10:07:00.000000Z",
        "score": 1,
        "channel": "web",
        "revision": 1,
        "counted": True,
        **more,
    }


@given(
    st.integers(0, 11),
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.binary(min_size=8, max_size=8),
    st.text(max_size=60),
)
def test_a_trait_is_read_as_it_was_written(cell: int, is_visit: bool, revision: int, name: bytes, value: str) -> None:
    """Whatever the value is; and it is taken neither for an answer's mark nor for an arrival."""
    value = value.encode(errors="ignore").decode()
    trait = Trait(cell, is_visit, revision, name, "store", value)
    assert Trait.from_bytes(trait.to_bytes()) == trait
    assert tally_segments(frozenset({trait.to_bytes()}), 5) == {}


def test_an_answers_segment_is_the_interactions_then_that_of_its_newest_revision() -> None:
    """In whatever order they came; an answer that does not count is in none."""
    name = digest("r1")
    mark = Mark(1, 0, "web", 2, True, name).to_bytes()
    told = [Trait(1, False, 1, name, "store", "lyon"), Trait(1, False, 2, name, "store", "nice")]
    assert tally_segments(frozenset({mark, *(one.to_bytes() for one in told)}), 5) == {
        "store": {"nice": [1, 0, 0, 0, 0]}
    }
    visit_ = Trait(1, True, 0, name, "store", "paris")
    everything = frozenset({mark, visit_.to_bytes(), *(one.to_bytes() for one in told)})
    assert tally_segments(everything, 5) == {"store": {"paris": [1, 0, 0, 0, 0]}}
    withdrawn = Mark(1, 0, "web", 3, False, name).to_bytes()
    assert tally_segments(everything | {withdrawn}, 5) == {}


def test_an_answer_counts_in_the_segments_that_its_touchpoint_names() -> None:
    """Not in others, and not those of staff; numbers and truths as people read them."""
    answer = answer_of(item(attributes={"store": "paris", "plan": "pro"}))
    assert [Trait.from_bytes(one).value for one in answer.traits(("store", "colour"))] == ["paris"]
    assert answer_of(item(audience="staff", attributes={"store": "paris"})).traits(("store",)) == []
    assert [Trait.from_bytes(one).value for one in answer_of(item(attributes={"store": 7})).traits(("store",))] == ["7"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_invited_answer_has_the_segments_of_its_interaction_whichever_is_heard_first(order: tuple[int, ...]) -> None:
    """And heard again they change nothing."""
    deps = replace(deps_at(AT + timedelta(hours=1)), catalogue=fakes.FakeCatalogue({"checkout": STORES}))
    answer = answer_of(item("invitation:i1", customer="c1"))
    stop = Trace("c1", "", "checkout", AT - timedelta(hours=2), digest("x1").hex(), digest("i1").hex())
    told = replace(stop, segments=(("plan", "pro"), ("store", "paris")))
    steps = [lambda: fold([answer], deps), lambda: follow([told], deps), lambda: fold([answer], deps)]
    for place in order:
        steps[place]()
    [hour] = deps.marks.hours(SERIES, hour_of(AT), hour_of(AT))
    assert tally_segments(hour.marks, 5) == {"store": {"paris": [1, 0, 0, 0, 0]}}


def marks(day: int, values: dict[str, int]) -> Hour:
    """So many bad answers of each value, at ten on that day of March."""
    at = AT.replace(day=day)
    made: set[bytes] = set()
    for value, n in values.items():
        for number in range(n):
            name, cell = digest(f"{day}-{value}-{number}"), cell_of(at) - first_cell(hour_of(at))
            made |= {Mark(cell, 0, "web", 1, True, name).to_bytes()}
            made |= {Trait(cell, False, 1, name, "store", value).to_bytes()}
    return Hour(hour_of(at), frozenset(made))


def test_a_day_is_rolled_up_by_segment_with_the_largest_where_there_are_very_many() -> None:
    """So that its item stays small whatever somebody takes for a segment."""
    watch = Watch(SERIES, claimed_to=cell_of(AT + timedelta(days=1)))
    [(_, rolled)] = whole_days(watch, [marks(1, {"paris": 3, "lyon": 2})], 5)
    assert rolled.segments == {"store": {"lyon": [2, 0, 0, 0, 0], "paris": [3, 0, 0, 0, 0]}}
    many = {f"v{n:03}": 1 for n in range(MOST_VALUES + 5)} | {"paris": 2}
    [(_, rolled)] = whole_days(watch, [marks(1, many)], 5)
    assert len(rolled.segments["store"]) == MOST_VALUES
    assert "paris" in rolled.segments["store"]


def test_what_the_aggregator_keeps_by_segment_is_what_the_pages_read() -> None:
    """Days that were rolled up and hours since, each once, in two reads; another attribute's are not read."""
    with aws.data_stack():
        table = aws.table("friction")
        kept, figures = TableMarks(table), TableFigures(table)
        store = {"store": {"paris": [1, 0, 0, 0, 2]}, "plan": {"pro": [1, 0, 0, 0, 2]}}
        kept.put_day(SERIES, date(2024, 2, 29), Rolled({"web": [1, 0, 0, 0, 2]}, {}, store))
        hour = marks(1, {"lyon": 2})
        kept.add([Parcel(SERIES, hour.start, hour.marks)])
        found = list(
            figures.parts("checkout", "customer", "csat", "store", Window(date(2024, 2, 28), date(2024, 3, 1)))
        )
    assert found == [
        Part(date(2024, 2, 29), {"paris": [1, 0, 0, 0, 2]}),
        Part(date(2024, 3, 1), {"lyon": [2, 0, 0, 0, 0]}),
    ]


def parts(weekly: list[tuple[int, int, int, int]]) -> list[Part]:
    """So many answers of three segments in each week from MONDAY, all on its Wednesday, and some of none."""
    return [
        Part(
            MONDAY + timedelta(days=7 * week + 2),
            {name: [n, 0, 0, 0, 0] for name, n in zip("abc", sizes[:3], strict=True)},
        )
        for week, sizes in enumerate(weekly)
    ]


def everybody(weekly: list[tuple[int, int, int, int]]) -> list[Day]:
    """All answers of these weeks, on the same Wednesdays, by two channels."""
    return [
        Day(MONDAY + timedelta(days=7 * week + 2), {"web": [a + b, 0, 0, 0, 0], "sms": [c, 0, 0, 0, none]})
        for week, (a, b, c, none) in enumerate(weekly)
    ]


WEEKS = st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=8, max_size=8)
DAYS = st.integers(0, 55)


@given(WEEKS, DAYS, DAYS, DAYS, DAYS)
def test_no_two_figures_differ_by_a_small_group(
    weekly: list[tuple[int, int, int, int]], a: int, b: int, c: int, d: int
) -> None:
    """Neither a segment's in two spans, nor what is left out of a week beside all its answers, told or not."""
    one, other = (shown_between(weekly, *sorted(days)) for days in ((a, b), (c, d)))
    assert all(n >= 5 for n in ((one - other) + (other - one)).values())
    whole = shown_between(weekly, 0, 55)
    for week, sizes in enumerate(weekly):
        left_out = sum(sizes) - sum(n for (_, at), n in whole.items() if at == week)
        assert left_out == 0 or left_out >= 5 or left_out == sum(sizes)


def shown_between(weekly: list[tuple[int, int, int, int]], first: int, last: int) -> Counter[tuple[str, int]]:
    """Answers by segment and week that are shown of a span, long after it."""
    span = Window(MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))
    found = segments.shown_in(parts(weekly), everybody(weekly), span, MONDAY + timedelta(days=60))
    return Counter(
        {(name, (day.day - MONDAY).days // 7): sum(day.channels["segment"]) for name in found for day in found[name]}
    )


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((10, 7, 0, 3), {"a"}),
        ((10, 7, 0, 5), {"a", "b"}),
        ((10, 7, 0, 0), {"a", "b"}),
        ((10, 7, 2, 2), {"a"}),
        ((10, 7, 2, 3), {"a", "b"}),
        ((10, 0, 0, 1), set()),
    ],
)
def test_answers_without_a_value_are_no_small_group_beside_those_that_have_one(
    sizes: tuple[int, int, int, int], shown: set[str]
) -> None:
    """A week's total less what is shown of it is five or more; so, of 20 answers, not both 10 and 7."""
    assert {name for name, _ in shown_between([sizes], 0, 6)} == shown


def all_days(parts: list[Part]) -> list[Day]:
    """Everybody's answers, where each has a value."""
    return [Day(one.day, {"web": [sum(n) for n in zip(*one.values.values(), strict=True)]}) for one in parts]


def test_segments_stand_against_all_others_that_are_shown() -> None:
    """The one that stands out as worst first, with Newcombe's interval; none alone."""
    window = ending(date(2024, 1, 28), 28)
    days = [Part(date(2024, 1, 3), {"a": [30, 0, 0, 0, 10], "b": [5, 0, 0, 0, 35]})]
    found = segments.cuts(scale("csat"), segments.shown(days, all_days(days), window, date(2024, 2, 1)), window)
    assert [(one.value, one.gap.verdict if one.gap else "") for one in found] == [("a", "worse"), ("b", "better")]
    alone = [Part(date(2024, 1, 3), {"a": [30, 0, 0, 0, 10]})]
    [only] = segments.cuts(scale("csat"), segments.shown(alone, all_days(alone), window, date(2024, 2, 1)), window)
    assert only.gap is None


PAGES = ("/", "/journeys/shop", "/touchpoints/checkout")


def see(path: str, **query: str) -> Reply:
    return visit(world(), "web-owner", path, **query)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_figures_is_filtered_by_time_channel_and_segment(path: str) -> None:
    """In the address, shown, and taken off by a link; the file has what the page has."""
    for query in ({"days": "90"}, {"to": "2024-02-20"}, {"channel": "web"}, {"by": "store", "value": "paris"}):
        page = see(path, **query)
        assert page.status == 200
        assert see(path, **query, **{"as": "csv"}).status == 200
        is_marked = query.keys() != {"days"}
        assert ('class="chosen"' in page.body) == is_marked
    everybody, paris, nobody = see(path), see(path, by="store", value="paris"), see(path, by="store", value="metz")
    assert everybody.body != paris.body
    assert "store: paris" in paris.body
    assert "Nobody has answered yet" in nobody.body


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"by": "colour"}, "by"),
        ({"by": "no such name"}, "by"),
        ({"value": "paris"}, "by"),
        ({"by": "store", "value": "x" * 61}, "value"),
        ({"channel": "smoke"}, "channel"),
        ({"days": "29"}, "days"),
        ({"to": "yesterday"}, "to"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_its_name(path: str, query: dict[str, str], named: str) -> None:
    """An attribute that is not named, a value of none, a channel or a time that there is not."""
    refused = see(path, **query)
    assert refused.status == 422
    assert f"It is about: {named}<" in refused.body


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("person", "told", "other"),
    [
        ("web-owner", "shown is store: paris, by every channel", "Show “web page” instead"),
        ("pilot", "vous voyez store\u00a0: paris, tous canaux réunis", "Voir «\u00a0page web\u00a0» à la place"),
    ],
)
def test_of_a_channel_and_a_segment_the_segment_is_shown_and_that_is_said(
    path: str, person: str, told: str, other: str
) -> None:
    """They are not kept together. The figures and the file are the segment's; a link shows the channel's instead."""
    both = {"by": "store", "value": "paris", "channel": "web"}
    page, paris = (visit(world(), person, path, **query).body for query in (both, both | {"channel": ""}))
    assert told in page and told not in paris
    assert f'<a href="{path}?channel=web&amp;by=store">{other}</a>' in page
    assert FIGURES.findall(page) == FIGURES.findall(paris) != []
    files = [see(path, **query, **{"as": "csv"}).body for query in (both, both | {"channel": ""})]
    assert files[0] == files[1]


FIGURES = re.compile('class="big">([^<]*)')


def test_a_small_segment_is_on_no_page() -> None:
    """Nice has one answer a day, thirty-five of five weeks; a week of seven is shown, one of four would not be."""
    page = see("/touchpoints/checkout", by="store").body
    assert "paris" in page and "lyon" in page and "nice" in page
    few = world()
    few.figures.by_attribute = {  # type: ignore[attr-defined]
        ("checkout", "store"): [
            Part(NOW.date() - timedelta(days=7 * n), {"paris": [1, 0, 0, 0, 8], "nice": [1, 0, 0, 0, 0]})
            for n in range(9)
        ]
    }
    assert "nice" not in visit(few, "web-owner", "/touchpoints/checkout", by="store").body


def test_a_touchpoint_that_does_not_tell_segments_apart_says_so_among_others() -> None:
    """Rather than showing everybody under a segment's name."""
    deps = world()
    known = deps.catalogue.known  # type: ignore[attr-defined]
    known["till"] = known["till"].model_copy(update={"segments": ()})
    assert "ne sont pas distinguées ainsi" in visit(deps, "pilot", "/", by="store", value="paris").body
    assert visit(deps, "pilot", "/touchpoints/till", by="store").status == 422


def test_the_api_tells_segments_apart_and_refuses_what_is_not_named() -> None:
    """Most answers first, each with figures and intervals; none where it is not asked; 422 for another attribute."""
    report = "/v1/touchpoints/checkout/report"
    paris, lyon, *_ = asked(f"{report}?by=store").body["segments"]
    assert (paris["value"], lyon["value"]) == ("paris", "lyon")
    assert paris["n"] > lyon["n"] > 0 and paris["figures"][0]["low"] < paris["figures"][0]["value"]
    assert "segments" not in asked(report).body
    refused = asked(f"{report}?by=colour")
    assert refused.status == 422
    assert refused.body["errors"][0]["pointer"] == "query:by"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/touchpoints/checkout/report", {"by": "store"}),
        ("/v1/touchpoints/checkout/report", {"by": "store", "audience": "staff"}),
        ("/touchpoints/checkout", {"by": "store"}),
        ("/touchpoints/checkout", {"by": "store", "value": "paris"}),
        ("/journeys/shop", {"by": "store", "value": "paris"}),
        ("/", {"by": "store", "value": "paris"}),
    ],
)
@pytest.mark.parametrize(("without", "is_shown"), [(3, False), (5, True)])
def test_wherever_segments_are_told_apart_those_without_a_value_are_counted_in(
    path: str, query: dict[str, str], without: int, is_shown: bool
) -> None:
    """Eleven in Lyon, ten in Paris each week; beside them three, or five, who named no store: three hide Paris."""
    deps, mondays = world(), [NOW.date() - timedelta(days=NOW.date().weekday() + 7 * n) for n in range(1, 9)]
    values = {"paris": [10, 0, 0, 0, 0], "lyon": [0, 0, 0, 0, 11]}
    figures = deps.figures
    for name in ("checkout", "till"):
        figures.by_attribute[name, "store"] = [Part(day, values) for day in mondays]  # type: ignore[attr-defined]
        figures.by_series[name, "customer"] = {day: [10, 0, without, 0, 11] for day in mondays}  # type: ignore[attr-defined]
    if path.startswith("/v1"):
        body = asked(f"{path}?{urlencode(query)}", deps).body
        assert [one["value"] for one in body["segments"]] == ["lyon", "paris"][: 1 + is_shown]
    elif "value" in query:
        assert ("Nobody has answered yet" in visit(deps, "web-owner", path, **query).body) != is_shown
    else:
        body = visit(deps, "web-owner", path, **query).body
        assert "lyon" in body and ("paris" in body) == is_shown


@pytest.mark.parametrize(
    ("path", "days"),
    [
        ("/v1/touchpoints/checkout/report?by=store", 1),
        ("/v1/touchpoints/checkout/report?by=store&audience=staff", 2),
        ("/touchpoints/checkout?by=store", 3),
        ("/?by=store&value=paris", 1),
        ("/?by=store", 1),
    ],
)
def test_everybodys_days_are_read_once_however_segments_are_shown_beside_them(path: str, days: int) -> None:
    """At the touchpoint's page staff's and a hand-off's too; of staff's report customers' are read for it alone."""
    deps, counts = counting(world())
    found = asked(path, deps) if path.startswith("/v1") else visit(deps, "web-owner", path)
    assert found.status == 200
    assert (counts["figures.days"], counts["figures.parts"]) == (days, 1)


def asked(path: str, deps: Deps | None = None) -> Reply:
    """With a key for figures."""
    deps = replace(deps or world(), authenticator=Authenticator(FakeKeys("figures:read")))
    before, app._deps = app._deps, lambda: deps
    try:
        return ask(app, "GET", path, headers={"Authorization": f"Bearer {KEY}"})
    finally:
        app._deps = before
