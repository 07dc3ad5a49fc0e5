"""How fast interactions are taken on this machine, and what each costs: a file imported twice.

python -m tests.bench interactions

Starts a local stack of its own in a temporary folder. The second import must find every interaction known, and each
person who is to be asked must be planned once: the run fails where that is not so.
"""

from __future__ import annotations

import csv
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from typer.testing import CliRunner

from cli.main import app
from infra.local.environment import environment
from services.invitations import wiring
from services.invitations.usecases import intake
from shared import aws
from tests.bench.figure import Figure
from tests.conftest import Running, start
from tests.journeys import journey

ROWS = 500
OWNERS = 3
PEOPLE = 50
CASES = {
    "of a new person who is asked": ("a", 5),
    "of a known person who is not": ("b", 4),
    "that is sent again": ("a", 5),
}
"""What becomes of an interaction: how the ids of those begin of which it does, and how many calls it may take."""
Figures = dict[str, Any]


def written(file: Path, names: list[str], number: int) -> None:
    """A file of interactions of the last day, each of another person."""
    chance, now = random.Random(1), datetime.now(UTC)
    with file.open("w", newline="", encoding="utf-8") as text:
        rows = csv.writer(text)
        rows.writerow(("interaction_id", "touchpoint", "occurred_at", "email", "shop"))
        for n in range(number):
            at = now - timedelta(seconds=chance.randrange(60, 86_400))
            rows.writerow((f"v{n}", names[n % len(names)], at.isoformat(), f"person{n}@gmail.com", f"shop {n % 7}"))


def client(running: Running) -> httpx.Client:
    return httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.key}"}, timeout=60)


def applied(running: Running, names: list[str]) -> None:
    """Touchpoints that ask by e-mail, and a company's cap that nobody reaches but by asking one person twice."""
    document = journey("bench", {name: f"team{n % OWNERS}" for n, name in enumerate(names)})
    for about in document["touchpoints"].values():
        about |= {"channels": ["email"], "segments": ["shop"], "ask": {"delay_minutes": 1440}}
    document["pressure"] = {"company": {"at_most": 1, "days": 30}}
    body = {"document": document, "base_version": 0}
    client(running).put("/v1/documents/bench", json=body).raise_for_status()


def imported(running: Running, home: Path, file: Path) -> Figures:
    """What `etincelle import interactions` says of the file."""
    settings = {"ETINCELLE_URL": running.url, "ETINCELLE_KEY": running.key, "ETINCELLE_HOME": str(home)}
    result = CliRunner().invoke(app, ["import", "interactions", str(file), "--json"], env=settings)
    if result.exit_code:
        raise SystemExit(result.stderr)
    told: Figures = json.loads(result.stdout)
    return told


def planned(running: Running, names: list[str]) -> int:
    funnels = (client(running).get(f"/v1/touchpoints/{name}/funnel").json() for name in names)
    return sum(one["funnel"]["planned"] for one in funnels)


def calls(running: Running, touchpoint: str) -> Figures:
    """How often DynamoDB is called for one interaction, by what becomes of it; counted in this process."""
    os.environ.update(environment(running.endpoint, running.url, "bench"))
    counted: Counter[str] = Counter()
    found: Figures = {}
    client = aws.client
    with patch.object(aws, "client", lambda *made: Counted(client(*made), counted)):
        deps = wiring.deps()
    intake.take(interaction(touchpoint, "warm", 0), deps)
    for case, (prefix, _) in CASES.items():
        counted.clear()
        for person in range(1, PEOPLE + 1):
            intake.take(interaction(touchpoint, f"{prefix}{person}", person), deps)
        found[case] = round(sum(counted.values()) / PEOPLE, 2)
    return found


@dataclass(frozen=True)
class Counted:
    """A client that counts what it is asked."""

    client: Any
    counted: Counter[str]

    def __getattr__(self, operation: str) -> Any:
        self.counted[operation] += 1
        return getattr(self.client, operation)


def interaction(touchpoint: str, name: str, person: int) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    customer = {"email": f"counted{person}@gmail.com"}
    return {"interaction_id": name, "touchpoint": touchpoint, "occurred_at": at, "customer": customer}


def measure(running: Running, home: Path, number: int, touchpoints: int) -> tuple[Figures, Figures]:
    """Rates and calls of one run. Raises AssertionError where anything was lost or doubled."""
    names = [f"t{n}" for n in range(touchpoints)]
    applied(running, names)
    file = home / "interactions.csv"
    written(file, names, number)
    first, again = imported(running, home, file), imported(running, home, file)
    began = time.perf_counter()
    running.wait_idle(600)
    behind = time.perf_counter() - began
    told = [(one["stored"], one["already_stored"]) for one in (first, again)]
    if told != [(number, 0), (0, number)] or planned(running, names) != number:
        raise AssertionError(f"lost or doubled: {told}, {planned(running, names)} planned of {number}")
    return {
        "interactions taken a second, each deciding on a new person": first["rows_per_second"],
        "interactions found known a second": again["rows_per_second"],
        "seconds until the funnel had all, after both imports": round(behind, 1),
    }, calls(running, names[0])


def figures(short: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        running = start(Path(folder))
        try:
            found, counted = measure(running, Path(folder), 200 if short else ROWS, 10)
        finally:
            running.stack.stop()
    for name, value in found.items():
        yield Figure(name, value, is_timed=True)
    for case, value in counted.items():
        yield Figure(f"calls of DynamoDB for one {case}", value, wanted=f"≤ {CASES[case][1]}")
