"""How much owners' pages read and weigh, at a touchpoint's size and at a company's: counts, not times.

python -m tests.bench.pages [--json]

A thousand touchpoints with five million answers over two years, made as the histograms that the aggregator keeps, in
tables of moto; each page is asked for once, and what it read is counted at the client.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.insights.adapters.comments import TableComments
from services.insights.adapters.figures import TableAlerts, TableFigures
from services.insights.adapters.places import TablePlaces
from services.insights.app import app
from services.insights.wiring import Deps
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.tables import friction, registry
from tests import aws
from tests.owners import NOW, touchpoint, visit, world

TOUCHPOINTS, DAYS = 1000, 730
FULL = 25
"""Touchpoints whose every day is written: a page shows no more, and what it does not show is never read."""
PAGES = ("/", "/?page=2", "/touchpoints/t0000?days=28", "/touchpoints/t0000?days=365", "/journeys/shop", "/friction")
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


def filled() -> None:
    """Writes the company's tables."""
    figures, places = aws.table("friction"), aws.table("registry")
    journey = {"id": "shop", "name": {"en": "Shop"}, "stages": [{"id": "buy", "name": {"en": "Buy"}}]}
    places.put({"pk": registry.INDEX, "sk": registry.index_key("JOURNEY", "shop")[1], "value": journey})
    for number in range(TOUCHPOINTS):
        known = touchpoint(f"t{number:04}", "web")
        value = known.model_dump(mode="json", exclude_none=True)
        line = {name: value[name] for name in ("id", "name", "journey", "stage", "paused")} | {"owner": "web"}
        places.put({"pk": registry.INDEX, "sk": registry.index_key("TOUCHPOINT", known.id)[1], "value": line})
        pk, sk = registry.touchpoint_key(known.id)
        places.put({"pk": pk, "sk": sk, "value": value})
    for number in range(FULL):
        series = friction.series_partition(f"t{number:04}", "customer", "csat")
        for pk, sk in (friction.day_key(series, NOW.date() - timedelta(days=back)) for back in range(1, DAYS + 1)):
            figures.put({"pk": pk, "sk": sk, "channels": {"web": HISTOGRAM}, "origins": {}})


def measured() -> Iterator[dict[str, Any]]:
    """For each page: reads of DynamoDB, items in them, bytes of the page."""
    reads: Counter[str] = Counter()
    tables = {
        name: Table(Counting(aws.table(name).client, reads), aws.table(name).name)
        for name in ("friction", "registry", "responses")
    }
    deps: Deps = replace(
        world(),
        figures=TableFigures(tables["friction"]),
        alerts=TableAlerts(tables["friction"]),
        comments=TableComments(tables["responses"]),
        places=TablePlaces(tables["registry"]),
    )
    for page in PAGES:
        reads.clear()
        fresh = replace(deps, catalogue=TableCatalogue(tables["registry"], lambda: NOW))
        reply = visit(fresh, "pilot", page)
        assert reply.status == 200, page
        yield {"page": page, **reads, "bytes": len(reply.body.encode())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    app.logger.setLevel("ERROR")
    with aws.data_stack():
        filled()
        rows = list(measured())
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{TOUCHPOINTS:,} touchpoints, {TOUCHPOINTS * DAYS * sum(HISTOGRAM):,} answers in {DAYS} days")
    print(f"{'page':32}{'reads':>7}{'items':>8}{'bytes':>8}")
    for row in rows:
        print(f"{row['page']:32}{row['reads']:>7}{row['items']:>8}{row['bytes']:>8}")


if __name__ == "__main__":
    main()
