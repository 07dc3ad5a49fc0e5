"""The planted worlds of `etincelle simulate --world`, in one process: what is found of them once all has come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cli.world import DELIVERY, END, Finding, Row, World, explained, owner_of, told, world
from services.aggregator import usecases
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Answer, Series
from services.aggregator.usecases import Deps
from services.aggregator.usecases.deciding import of_those
from shared.causes.answers import Given, Reading, Whose, spans
from shared.causes.finding import explained as sought
from shared.scales import SCALES
from tests import fakes
from tests.unit.test_aggregator import deps_at

AFTERWARDS = END + timedelta(days=2)


def found(seed: int) -> list[Finding]:
    """What is found of the world of that seed, without what it costs."""
    made = world(seed)
    deps = lived(made)
    facts = sorted(deps.alerts.all(), key=lambda fact: fact.event.raised_at, reverse=True)
    way = next((fact for fact in facts if fact.event.kind == "handoff"), None)
    alerts = [fact.event.model_dump(mode="json") for fact in facts]
    return [*told(made, alerts), *explained(causes(way, deps) if way else {})]


def lived(made: World) -> Deps:
    """Everything once the world's answers have been folded, looked at and decided on."""
    ids = made.touchpoints
    catalogue = fakes.FakeCatalogue(
        {ids[place]: fakes.touchpoint(ids[place], owner=owner_of(made.seed, place)) for place in ids}
    )
    deps = replace(
        deps_at(AFTERWARDS), catalogue=catalogue, responses=fakes.FakeResponses(list(map(given, at_delivery(made))))
    )
    usecases.fold([answer(row) for row in made.responses], deps)
    later = replace(deps, now=lambda: AFTERWARDS + timedelta(hours=1))
    usecases.look(series(ids[DELIVERY]), later)
    usecases.decide(later)
    return later


def causes(way: AlertFact, deps: Deps) -> dict[str, object]:
    """Of the hand-off's alert, from all that came until its end, or the world's."""
    event, whose = way.event, Whose(way.event.touchpoint, "customer", SCALES["csat"])
    when = spans(event.change_started_between[0], event.change_started_at, event.resolved_at or END)

    def read(since: datetime, until: datetime) -> Reading:
        return of_those(way, series(event.touchpoint), deps.responses.between(whose, since, until), deps)

    before, after = read(when.before_from, when.before_to), read(when.after_from, when.after_to)
    return sought(before, after, "customer").causes.model_dump(mode="json")


def series(touchpoint: str) -> Series:
    return Series(touchpoint, "customer", "csat")


def at_delivery(made: World) -> list[Row]:
    return [row for row in made.responses if row["touchpoint"] == made.touchpoints[DELIVERY]]


def answer(row: Row) -> Answer:
    at = datetime.fromisoformat(str(row["collected_at"]))
    customer = str(row["customer_id"])
    return Answer(str(row["response_id"]), series(str(row["touchpoint"])), at, row["score"], "web", 1, True, customer)


def given(row: Row) -> Given:
    at = datetime.fromisoformat(str(row["collected_at"]))
    told_of = {**row["attributes"], "lang": row["lang"]}
    return Given(str(row["response_id"]), at, row["score"] <= 2, told_of, row.get("comment"), row["score"])
