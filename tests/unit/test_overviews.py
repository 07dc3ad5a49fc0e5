"""Reports of owners and journeys, and reports as of a time: the same bytes whenever they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import reports as command
from cli.main import app as etincelle
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.domain.answers import Answer, parcels
from services.insights.adapters.figures import TableFigures
from services.insights.app import app
from services.insights.usecases import overviews
from services.insights.wiring import Deps
from shared.auth import SCOPES, Authenticator, Principal
from shared.dynamo import Table
from tests import aws
from tests.http import Reply, ask
from tests.owners import NOW, FakeFigures, event_at, touchpoint, world
from tests.registry import empty
from tests.worlds import World, answers

AT = datetime(2024, 1, 20, 10, 32, tzinfo=UTC)


class AnyKey:
    def principal(self, digest: str) -> Principal:
        return Principal("test", frozenset(SCOPES))


@pytest.fixture(scope="module")
def built() -> Iterator[Table]:
    with aws.data_stack():
        yield aws.table("friction")


@pytest.fixture
def deps(built: Table) -> Deps:
    """The world over the table that the aggregator writes."""
    empty(built)
    return replace(world(), figures=TableFigures(built), authenticator=Authenticator(AnyKey()))


def get(deps: Deps, path: str) -> Reply:
    before, app._deps = app._deps, lambda: deps
    try:
        return ask(app, "GET", path, headers={"Authorization": "Bearer etk_x"})
    finally:
        app._deps = before


def arrive(table: Table, given: list[Answer]) -> None:
    TableMarks(table).add(parcels(given))


def said(reply: Reply) -> str:
    assert reply.status == 200, reply.body
    return json.dumps(reply.body, sort_keys=True)


@pytest.mark.parametrize(
    "path", ["/v1/touchpoints/checkout/report?", "/v1/owners/web/report?", "/v1/journeys/shop/report?"]
)
def test_a_report_as_of_a_time_is_the_same_however_much_comes_after(deps: Deps, built: Table, path: str) -> None:
    """Answers given later change nothing; one given before and come in late does."""
    given = answers(World(days=30))
    earlier = [one for one in given if one.collected_at < AT]
    arrive(built, earlier)
    asked = f"{path}at={AT:%Y-%m-%dT%H:%M:%SZ}"
    first = said(get(deps, asked))
    arrive(built, [one for one in given if one.collected_at >= AT])
    assert said(get(deps, asked)) == first
    assert said(get(deps, path)) != first
    arrive(built, [replace(earlier[-1], response_id="late")])
    assert said(get(deps, asked)) != first


def test_a_time_counts_whole_five_minutes_before_it(deps: Deps, built: Table) -> None:
    """One answer on each side of the edge, 10:30."""
    [answer, *_] = answers(World(days=1))
    edge = AT.replace(minute=30)
    arrive(built, [replace(answer, response_id=f"r{n}", collected_at=edge + timedelta(seconds=n)) for n in (-1, 0)])
    report = get(deps, f"/v1/touchpoints/checkout/report?at={AT:%Y-%m-%dT%H:%M:%SZ}")
    assert report.body["summary"]["n"] == 1


def test_an_overview_says_what_was_open_then() -> None:
    """An alert that ended later was open; one that was raised later was not there."""
    ended = event_at("checkout", "web").model_copy(update={"state": "resolved", "resolved_at": NOW})
    deps = world([ended])
    open_then = overviews.of_owner("web", NOW - timedelta(hours=1), "", deps)
    assert [one.alert_id for one in open_then.alerts] == [ended.alert_id]
    assert overviews.of_owner("web", ended.raised_at - timedelta(hours=1), "", deps).alerts == []
    assert overviews.of_owner("web", None, "", deps).alerts == []


def test_an_overview_is_paged_by_touchpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each touchpoint once."""
    monkeypatch.setattr(overviews, "MOST", 1)
    deps = world()
    first = overviews.of_journey("shop", None, "", deps)
    second = overviews.of_journey("shop", None, first.next or "", deps)
    assert [line.touchpoint.id for page in (first, second) for line in page.lines] == ["checkout", "till"]
    assert second.next is None


def test_what_is_not_there_is_not_found(deps: Deps) -> None:
    """An owner, a journey; and times that are none are refused."""
    assert get(deps, "/v1/owners/nobody/report").status == 404
    assert get(deps, "/v1/journeys/nowhere/report").status == 404
    assert get(deps, "/v1/owners/web/report?at=yesterday").status == 422
    assert get(deps, "/v1/owners/web/report?at=0001-01-01T00:00:00Z").status == 422
    assert get(deps, "/v1/touchpoints/checkout/report?at=x").status == 422


def test_staff_are_reported_by_whole_weeks_of_five_only() -> None:
    """Two reports five minutes apart never tell one answer from the others."""
    days = {(NOW - timedelta(days=n)).date(): [1, 0, 0, 0, 0] for n in range(14)}
    deps = replace(world(), figures=FakeFigures({("checkout", "staff"): days}), authenticator=Authenticator(AnyKey()))
    report = get(deps, "/v1/touchpoints/checkout/report?audience=staff")
    assert report.body["summary"]["n"] == 7
    assert get(deps, "/v1/touchpoints/checkout/report?audience=staff&from=2024-02-27").status == 404


class FakeClient:
    """Asks the app as the command line's client asks a server."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def get(self, path: str, **params: Any) -> Any:
        query = "&".join(f"{name}={value}" for name, value in params.items() if value is not None)
        reply = get(self._deps, f"{path}?{query}")
        if reply.status != 200:
            raise command.Answered(reply.body.get("detail", ""), (), reply.status, [])
        return reply.body


def test_the_command_finds_touchpoint_owner_and_journey(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same argument, as text and as JSON; what is neither is said to be so."""
    deps = replace(world(), authenticator=Authenticator(AnyKey()))
    deps.catalogue.known["alone"] = touchpoint("alone", "web")  # type: ignore[attr-defined]
    monkeypatch.setattr(command, "connect", lambda: FakeClient(deps))
    run = CliRunner().invoke
    assert "owner web" in run(etincelle, ["report", "checkout"]).output
    assert "checkout" in run(etincelle, ["report", "web", "--at", "2024-03-06T10:00:00Z"]).output
    whole = json.loads(run(etincelle, ["report", "shop", "--json"]).output)
    assert [line["touchpoint"] for line in whole["touchpoints"]] == ["checkout", "till"]
    assert run(etincelle, ["report", "nothing"]).exit_code == 1
