"""What is to be done, on the first page and a touchpoint's: cases, friction, what to mend next, what was done."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.insights.adapters.cases import TableCases
from services.insights.domain.reports import Day
from services.insights.domain.windows import Window
from services.insights.usecases.ports import CaseLine
from shared.tables import cases as keys
from shared.times import key_time
from tests import aws, fakes
from tests.owners import NOW, PEOPLE, FakeCases, FakeFigures, case_at, event_at, visit, world

HOUR = timedelta(hours=1)


def test_the_first_page_says_what_to_do_first_in_this_order() -> None:
    """Overdue cases, then friction with whom to turn to, then the other cases; one line for a touchpoint."""
    deps = world([event_at("checkout", "web"), event_at("checkout", "web").model_copy(update={"kind": "promise"})])
    late, later = case_at("checkout", hours=-2), case_at("checkout", hours=4)
    page = visit(replace(deps, cases=FakeCases({"web": [late, later]})), "web-owner", "/").body
    first, cases = page.index("Overdue cases: 1"), page.index("Cases to put right: 1")
    friction = page.index("/outreach/drop.checkout")
    assert first < friction < cases
    assert page.count('.20240304T120000Z"><strong>') == 1


def test_friction_that_stands_for_long_is_told_with_its_date() -> None:
    """A sentence was made when the alert was raised: three weeks later its Tuesday alone would mislead."""
    began = NOW - timedelta(days=21)
    deps = world([event_at("checkout", "web").model_copy(update={"change_started_at": began})])
    for path, times in (("/", 1), ("/touchpoints/checkout", 2), ("/friction", 1)):
        assert visit(deps, "web-owner", path).body.count("since 14\u00a0Feb 2024") == times
    over = event_at("checkout", "web").model_copy(update={"state": "resolved", "resolved_at": NOW})
    for path in ("/touchpoints/checkout", "/friction"):
        assert "since " not in visit(world([over]), "web-owner", path).body


def test_where_nothing_is_urgent_the_next_place_to_mend_is_named() -> None:
    """The first of the list of priorities, for its team."""
    calm = replace(world([]), cases=FakeCases())
    assert "Mend next: " in visit(calm, "web-owner", "/").body
    assert "Mend next: " not in visit(world(), "web-owner", "/").body


def test_where_nobody_has_answered_the_first_page_says_how_customers_are_asked() -> None:
    """Rather than to read comments that there are not; with answers, and nothing else to do, it is those."""
    idle = replace(world([]), cases=FakeCases(), studies=fakes.FakeStudies())
    silent = replace(idle, figures=FakeFigures())
    asked, read = "Customers get a question by a link", "Look at the comments of a touchpoint"
    for deps, said in ((silent, asked), (idle, read)):
        page = visit(deps, "web-owner", "/").body
        assert [text for text in (asked, read) if text in page] == [said]


def test_what_changed_tells_of_new_cases_too() -> None:
    """Of those opened since the visitor was here before, and of no others."""
    assert "New cases: 1" in visit(world(), "web-owner", "/", seen=NOW - timedelta(days=4)).body
    assert "New cases" not in visit(world(), "web-owner", "/", seen=NOW - timedelta(days=1)).body


def test_the_front_line_hears_of_no_case() -> None:
    """Neither that there are any, nor how many."""
    for path in ("/", "/touchpoints/checkout"):
        page = visit(world(), "web-clerk", path).body
        assert "/cases" not in page and "/outreach" not in page


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "As soon as something is changed thanks to you"), ("fr", "Dès que quelque chose changera grâce à vous")],
)
def test_the_front_line_reads_what_will_stand_there_in_a_persons_words(lang: str, said: str) -> None:
    """No key of a file that they never see."""
    deps = world()
    deps.sessions.people.known["web-clerk"] = PEOPLE["web-clerk"].model_copy(update={"lang": lang})  # type: ignore[attr-defined]
    page = visit(deps, "web-clerk", "/").body
    assert said in page
    assert not re.search("journey file|fichier de parcours|under changes|sous changes", page)


def test_a_touchpoint_shows_its_cases_to_its_team_only() -> None:
    """Open and overdue ones, each by its score and when it is due; another owner sees the figures without them."""
    deps = replace(world(), cases=FakeCases({"web": [case_at("checkout", -2), case_at("till")]}))
    page = visit(deps, "web-owner", "/touchpoints/checkout").body
    assert "Open: 1, overdue: 1." in page
    assert "/cases/00000000checkout" in page and "/cases/000000000000till" not in page
    assert "Cases here" not in visit(deps, "store-owner", "/touchpoints/checkout").body


def test_a_touchpoint_shows_what_was_done_and_leads_to_whether_it_worked() -> None:
    """For everybody who sees its figures."""
    page = visit(world(), "store-owner", "/touchpoints/checkout").body
    assert "One more till" in page
    assert "check?remedy=r1" in page


def test_a_touchpoint_shows_where_its_customers_went_next() -> None:
    """How the next touchpoint goes for those who came from here; the front line sees its own touchpoints only."""

    class Ways(FakeFigures):
        def days(self, touchpoint: str, audience: str, scale: str, window: Window) -> list[Day]:
            came = {"checkout": [6, 0, 0, 0, 4]} if touchpoint == "till" else {}
            return [Day(NOW.date(), {"web": [8, 0, 0, 20, 22]}, came)] if audience == "customer" else []

    deps = replace(world(), figures=Ways())
    page = visit(deps, "web-owner", "/touchpoints/checkout").body
    assert "Where customers went next" in page and "60%<" in page
    assert "went next" not in visit(deps, "web-clerk", "/touchpoints/checkout").body


def test_cases_are_read_as_the_alerts_service_keeps_them() -> None:
    """Of a team or of all, open ones by when they are due, closed ones the last first; in one read each."""
    with aws.data_stack():
        table = aws.table("cases")
        for number, owner in enumerate(("web", "web", "store")):
            for whose in (owner, keys.EVERYBODY):
                due, closed = NOW + number * HOUR, number == 1
                pk, sk = keys.case_key(f"{number:016}") if whose == owner else keys.among_all_key(f"{number:016}")
                item = {"pk": pk, "sk": sk, "case_id": f"{number:016}", "touchpoint": "checkout", "kind": "case"}
                item |= {"score": 1, "scale": "ces", "opened_at": key_time(NOW), "due_at": key_time(due)}
                item |= {"closed_at": key_time(due)} if closed else {}
                place = keys.cases_partition(whose, is_closed=closed), keys.case_place(due, f"{number:016}")
                table.put(item | dict(zip(("state_pk", "state_sk"), place, strict=True)))
        cases = TableCases(table)
        assert cases.open("web", 10) == [CaseLine(f"{0:016}", "checkout", 1, "ces", NOW, NOW)]
        assert [one.case_id for one in cases.open(None, 10)] == [f"{0:016}", f"{2:016}"]
        assert [one.closed_at for one in cases.closed("web", 10)] == [NOW + HOUR]
        assert cases.closed("store", 10) == []
