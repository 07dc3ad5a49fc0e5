"""How much owners' pages and queries read and weigh, at a touchpoint's size and at a company's: counts, not times.

python -m tests.bench pages

A thousand touchpoints with five million answers over two years, made as the histograms that the aggregator keeps, in
tables in memory; each page and query is asked for once, and what it read is counted at the client. What friction costs
and what to mend first is studied once before, as it is every six hours; the last line says what that took.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.aggregator import usecases
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.outcomes import TableEnds
from services.aggregator.adapters.passers import TablePassers
from services.aggregator.adapters.studies import TableStudies
from services.aggregator.usecases.studying import RANKED_DAYS
from services.insights.adapters.cases import TableCases
from services.insights.adapters.comments import TableComments
from services.insights.adapters.figures import TableAlerts, TableFigures
from services.insights.adapters.places import TablePlaces
from services.insights.app import app
from services.insights.wiring import Deps
from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.domain.outcomes import Outcome
from shared.auth import Authenticator, Principal
from shared.catalogue_table import TableCatalogue
from shared.causes.answers_table import TableGiven
from shared.dynamo import Table
from shared.remedies import ReadRemedies
from shared.studies_table import ReadStudies
from shared.tables import friction, registry
from tests.bench.figure import Figure
from tests.http import Reply, ask
from tests.owners import NOW, touchpoint, visit, world
from tests.soak.dynamodb import MemoryDynamoDB
from tests.unit.test_aggregator import deps_at

Tables = dict[str, Table]
TOUCHPOINTS, DAYS = 1000, 730
FULL = 25
"""Touchpoints whose every day is written: a page shows no more, and what it does not show is never read. Of the others
the days are there by which they are ranked."""
PAGES = (
    "/", "/?page=2", "/touchpoints/t0000?days=28", "/touchpoints/t0000?days=365",
    "/touchpoints/t0000?by=store&value=paris", "/journeys/shop", "/friction",
    "/priorities",
)  # fmt: skip
QUERIES = (
    "/v1/touchpoints/t0000/report", "/v1/touchpoints/t0000/value", "/v1/priorities", "/v1/priorities?owner=web",
    "/v1/priorities?cursor=9", "/v1/owners/web/report", "/v1/journeys/shop/report", "/v1/alerts",
)  # fmt: skip
HISTOGRAM = [1, 0, 1, 2, 3]
"""Of each day of each touchpoint: five million answers in all."""


@dataclass
class Counting:
    """A client of DynamoDB that counts what is read through it."""

    client: Any
    reads: Counter[str]

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self.client, name)

        def counted(**arguments: Any) -> Any:
            reply = operation(**arguments)
            self.reads["reads"] += 1
            self.reads["items"] += len(reply.get("Items", ())) + ("Item" in reply)
            return reply

        return counted


def filled() -> Tables:
    """The company's tables; with an outcome, so that a study reads answers."""
    memory = MemoryDynamoDB("bench")
    names = ("friction", "registry", "responses", "contacts", "cases")
    tables = {name: Table(memory, f"etincelle-bench-{name}") for name in names}
    figures, places = tables["friction"], tables["registry"]
    journey = {"id": "shop", "name": {"en": "Shop"}, "stages": [{"id": "buy", "name": {"en": "Buy"}}]}
    places.put({"pk": registry.INDEX, "sk": registry.index_key("JOURNEY", "shop")[1], "value": journey})
    for number in range(TOUCHPOINTS):
        known = touchpoint(f"t{number:04}", "web")
        value = known.model_dump(mode="json", exclude_none=True)
        line = {name: value[name] for name in ("id", "name", "journey", "stage", "paused")} | {"owner": "web"}
        places.put({"pk": registry.INDEX, "sk": registry.index_key("TOUCHPOINT", known.id)[1], "value": line})
        pk, sk = registry.touchpoint_key(known.id)
        places.put({"pk": pk, "sk": sk, "value": value})
    for number in range(TOUCHPOINTS):
        series = friction.series_partition(f"t{number:04}", "customer", "csat")
        days = DAYS if number < FULL else RANKED_DAYS
        for pk, sk in (friction.day_key(series, NOW.date() - timedelta(days=back)) for back in range(1, days + 1)):
            figures.put({"pk": pk, "sk": sk, "channels": {"web": HISTOGRAM}, "origins": {}})
    first = friction.series_partition("t0000", "customer", "csat")
    for day in (NOW.date() - timedelta(days=back) for back in range(1, DAYS + 1)):
        pk, sk = friction.part_key(first, "store", day)
        figures.put({"pk": pk, "sk": sk, "values": {"paris": HISTOGRAM}})
    TableOutcomes(tables["contacts"]).add(
        Outcome("o", "p", "churned", NOW - timedelta(days=9), NOW, customer="somebody")
    )
    return tables


def counting(known: Tables, reads: Counter[str]) -> Tables:
    """The tables, through clients that count."""
    return {name: Table(Counting(one.client, reads), one.name) for name, one in known.items()}


def studied(known: Tables) -> dict[str, Any]:
    """Studies today, and says what that read and wrote."""
    reads: Counter[str] = Counter()
    tables = counting(known, reads)
    friction_table = tables["friction"]
    deps = replace(
        deps_at(NOW),
        marks=TableMarks(friction_table),
        responses=TableGiven(tables["responses"]),
        passers=TablePassers(tables["contacts"]),
        ends=TableEnds(tables["contacts"]),
        studies=TableStudies(friction_table, lambda: NOW),
        catalogue=TableCatalogue(tables["registry"], lambda: NOW),
    )
    usecases.study(NOW.date(), deps)
    return {"page": "(a study of all touchpoints)", **reads, "bytes": 0}


def measured(known: Tables) -> Iterator[dict[str, Any]]:
    """For each page and query: reads of DynamoDB, items in them, bytes of the reply."""
    study, reads = studied(known), Counter[str]()
    tables = counting(known, reads)
    deps: Deps = replace(
        world(),
        figures=TableFigures(tables["friction"]),
        alerts=TableAlerts(tables["friction"]),
        responses=TableGiven(tables["responses"]),
        studies=ReadStudies(tables["friction"]),
        comments=TableComments(tables["responses"]),
        cases=TableCases(tables["cases"]),
        remedies=ReadRemedies(tables["cases"]),
        places=TablePlaces(tables["registry"]),
    )
    for page in (*PAGES, *QUERIES):
        reads.clear()
        fresh = replace(deps, catalogue=TableCatalogue(tables["registry"], lambda: NOW))
        reply = queried(fresh, page) if page in QUERIES else visit(fresh, "pilot", page)
        assert reply.status == 200, page
        yield {"page": page, **reads, "bytes": weight(reply.body)}
    yield study


def weight(body: Any) -> int:
    return len((body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))).encode())


class Keys:
    """One that may read figures and alerts."""

    def principal(self, _digest: str) -> Principal:
        return Principal("bench", frozenset({"figures:read", "alerts:read"}))


def queried(deps: Deps, path: str) -> Reply:
    """What the API answers."""
    before, app._deps = app._deps, lambda: replace(deps, authenticator=Authenticator(Keys()))
    try:
        return ask(app, "GET", path, headers={"Authorization": "Bearer etk_bench"})
    finally:
        app._deps = before


def figures(short: bool) -> Iterator[Figure]:
    logging.disable(logging.CRITICAL)
    for row in measured(filled()):
        page = row.pop("page")
        yield from (Figure(name, value, page) for name, value in row.items())
