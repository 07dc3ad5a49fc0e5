"""The page of contact pressure: figures of the funnel, for whom they are; nothing of fewer than five people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from services.invitations.app import app
from services.invitations.domain.funnel import Tally, mark
from shared.catalogue import Cap, Pressure
from shared.sessions import Sessions
from tests import fakes
from tests.http import Reply, ask
from tests.owners import NOW, PUBLIC_URL, FakePeople, touchpoint


@dataclass
class FakeTallies:
    """So many came to each touchpoint yesterday; a fifth was refused, the others were asked."""

    came: int

    def days(self, name: str, *_: object) -> list[Tally]:
        refused = {mark("decided", None, "company_cap", f"{name}-{n}") for n in range(0, self.came, 5)}
        others = {mark("answered", "email", None, f"{name}-{n}") for n in range(self.came) if n % 5}
        return [Tally((NOW - timedelta(days=1)).date(), frozenset(refused | others))]


@dataclass
class Deps:
    """As much as the page needs."""

    tallies: FakeTallies
    catalogue: Any
    sessions: Sessions
    now: Callable[[], Any]


def deps(came: int = 100) -> Deps:
    known = {name: touchpoint(name, owner) for name, owner in (("checkout", "web"), ("till", "store"))}
    rules = Pressure(company=Cap(at_most=3, days=30))
    sessions = Sessions(FakePeople(), lambda: b"secret", lambda: NOW, PUBLIC_URL)
    return Deps(FakeTallies(came), fakes.FakeCatalogue(known, rules), sessions, lambda: NOW)


def visit(person: str, query: str = "", came: int = 100) -> Reply:
    made = deps(came)
    known = made.sessions.people.person(person)
    assert known is not None
    headers = {"Cookie": made.sessions.begun(known, "en", None).partition(";")[0]}
    before, app._deps = app._deps, lambda: made
    try:
        return ask(app, "GET", f"/pressure{query}", headers=headers)
    finally:
        app._deps = before


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ("pilot", {"checkout", "till"}),
        ("web-owner", {"checkout"}),
        ("store-owner", {"till"}),
        ("web-clerk", {"checkout"}),
        ("store-clerk", {"till"}),
    ],
)
def test_everybody_sees_how_their_own_touchpoints_ask(person: str, seen: set[str]) -> None:
    """On the page and in its file."""
    page, file = visit(person).body, visit(person, "?as=csv").body
    for name in ("checkout", "till"):
        assert (f"/touchpoints/{name}" in page) == (name in seen)
        assert (name in file) == (name in seen)


def test_the_funnel_the_reasons_and_the_rules_are_told() -> None:
    """Eighty of a hundred were asked and answered, twenty left in peace by the company's cap."""
    page = visit("web-owner").body
    assert "at most 3 in 30 days" in page
    assert "asked often enough by all: 20" in page
    assert "100% of those asked answered (95–100%)" in page
    row = '"checkout","web","100","80","80","80","80","company_cap=20"'
    assert row in visit("web-owner", "?as=csv").body


def test_nothing_is_shown_of_fewer_than_five_people() -> None:
    """Neither on the page nor in the file; five are."""
    assert "Fewer than five people" in visit("web-owner", came=4).body
    assert "checkout" not in visit("web-owner", "?as=csv", came=4).body
    assert "checkout" in visit("web-owner", "?as=csv", came=5).body


def test_a_page_that_is_none_is_refused() -> None:
    """422; one beyond the last is empty."""
    assert visit("pilot", "?page=0").status == 422
    assert "No touchpoint here" in visit("pilot", "?page=9").body
