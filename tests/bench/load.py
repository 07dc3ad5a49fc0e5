"""How fast answers go the whole way on this machine: posted, stored, streamed, counted, looked at.

python -m tests.bench load

Starts a local stack of its own in a temporary folder, posts answers of the past sixty days in batches of 500, and
waits until every series was looked at. Prints rates, and the time from an answer to its place in the figures.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.bench.figure import Figure
from tests.conftest import Running, start
from tests.journeys import journey

DAYS = 60
BATCH = 500


def answers(touchpoints: list[str], number: int) -> list[dict[str, Any]]:
    """Answers of the past, in order of time."""
    chance, now = random.Random(1), datetime.now(UTC)
    made = [
        {
            "response_id": f"load-{n}",
            "touchpoint": touchpoints[n % len(touchpoints)],
            "score": chance.choice((1, 2, 3, 4, 5, 5, 5)),
            "collected_at": (now - timedelta(seconds=chance.randrange(3600, DAYS * 86400))).isoformat(),
        }
        for n in range(number)
    ]
    return sorted(made, key=lambda answer: str(answer["collected_at"]))


def counted(api: httpx.Client, touchpoint: str) -> int:
    n: int = api.get(f"/v1/touchpoints/{touchpoint}/report").json()["summary"]["n"]
    return n


def measure(running: Running, number: int, touchpoints: int) -> dict[str, float]:
    """Seconds and rates of one run."""
    names = [f"t{n}" for n in range(touchpoints)]
    api = httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.key}"}, timeout=60)
    body = {"document": journey("load", dict.fromkeys(names, "team")), "base_version": 0}
    api.put("/v1/documents/load", json=body).raise_for_status()
    made = answers(names, number)
    began = time.perf_counter()
    for first in range(0, number, BATCH):
        api.post("/v1/responses", json={"responses": made[first : first + BATCH]}).raise_for_status()
    stored = time.perf_counter() - began
    while sum(counted(api, name) for name in names) < number:
        time.sleep(0.05)
    figured = time.perf_counter() - began
    return {
        "answers stored a second, over HTTP, in lists of 500": round(number / stored),
        "answers a second through the whole path, into the figures": round(number / figured),
        "one answer to its place in the figures, median ms": round(1000 * one_by_one(api, names[0]), 1),
    }


def one_by_one(api: httpx.Client, touchpoint: str, times: int = 20) -> float:
    """Median seconds from the post of one answer to a report that has it."""
    taken = []
    for n in range(times):
        before, began = counted(api, touchpoint), time.perf_counter()
        answer = {"response_id": f"one-{n}", "touchpoint": touchpoint, "score": 5}
        api.post("/v1/responses", json=answer).raise_for_status()
        while counted(api, touchpoint) == before:
            time.sleep(0.002)
        taken.append(time.perf_counter() - began)
    return sorted(taken)[times // 2]


def figures(short: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        running = start(Path(folder))
        started = round(time.perf_counter() - began, 2)
        try:
            found = {"start of the stack, seconds": started} | measure(running, 500 if short else 4000, 10)
        finally:
            running.stack.stop()
    for name, value in found.items():
        yield Figure(name, value, is_timed=True)
