"""The page of an alert: what it costs, where those it is about came from, and which other alert stands beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.events import Money, Share
from shared.studies import ValueFigure
from tests.owners import NOW, event_at, visit, world

OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("over", {"state": "resolved", "resolved_at": NOW}),
    ("staff", {"audience": "staff"}),
    ("elsewhere", {"touchpoint": "till"}),
    ("open", {"state": "acknowledged"}),
]


@pytest.mark.parametrize(("changes", "is_told"), [({}, True), ({"audience": "staff"}, False), ({"origin": "b"}, False)])
def test_an_alert_says_what_friction_costs_once_it_is_known(changes: dict[str, str], is_told: bool) -> None:
    """Though no outcomes were known when it was raised; with what that takes for granted. Staff's has none."""
    event = event_at("checkout", "web").model_copy(update=changes)
    deps = world([event])
    money = Money(amount=4200, low=1900, high=6500, currency="EUR")
    deps.studies.keep_value(ValueFigure(day=NOW.date(), touchpoint="checkout", value_at_risk=money))
    page = visit(deps, "pilot", f"/friction/{event.alert_id}").body
    assert ("4\u202f200 EUR" in page and "rien d&#39;autre ne distingue" in page) == is_told


@pytest.mark.parametrize(
    ("person", "drop", "promise"),
    [
        (
            "web-owner",
            "The promise of this touchpoint is broken as well, since",
            "more frequent than usual here as well",
        ),
        ("pilot", "La promesse de ce point de contact n&#39;est pas tenue", "y sont aussi plus fréquentes que"),
    ],
)
def test_a_drop_and_a_broken_promise_of_the_same_answers_name_each_other(person: str, drop: str, promise: str) -> None:
    """On the page of either, with a link; nothing of what is over, is another audience's, or of another touchpoint."""
    one = event_at("checkout", "web")
    kept = [
        one.model_copy(update={"alert_id": f"promise.{name}", "kind": "promise"} | changes) for name, changes in OTHERS
    ]
    deps = world([*kept, one])
    of_drop, of_promise = (
        str(visit(deps, person, f"/friction/{alert}").body) for alert in (one.alert_id, "promise.open")
    )
    assert drop in of_drop and re.findall(r'href="/friction/(promise[^"]*)"', of_drop) == ["promise.open"]
    assert promise in of_promise and f'href="/friction/{one.alert_id}"' in of_promise
    for name in ("promise.over", "promise.staff", "promise.elsewhere"):
        assert one.alert_id not in str(visit(deps, person, f"/friction/{name}").body)
    alone = str(visit(world([one, *kept[:3]]), person, f"/friction/{one.alert_id}").body)
    assert drop not in alone and "promise." not in alone


def test_an_alert_on_a_hand_off_says_where_they_came_from_and_how_others_fare() -> None:
    """Origin by its name, or its id where there is none any more; everybody else, and who saw it first."""
    event = event_at("checkout", "web").model_copy(
        update={
            "kind": "handoff",
            "origin": "till",
            "otherwise": Share(bad=1, n=50, low=0.0, high=0.1),
            "seen_first": "staff",
            "explained_by": "gone",
        }
    )
    page = visit(world([event]), "pilot", f"/friction/{event.alert_id}").body
    assert '<a href="/touchpoints/till">Till</a>' in page
    assert "chez ceux qui viennent de là" in page and "pour tout le monde" not in page
    assert "Tous les autres" in page
    assert "2,0\u00a0%" in page
    assert "Les équipes l&#39;ont vu les premières." in page
