"""How long an alert takes on this machine: from the answer that completes the evidence to the mail in the outbox.

python -m tests.bench latency

Which answer that is, is found first: the last of the fewest answers of a worsening at which the same code, on fakes,
raises an alert. A fresh local stack gets all answers but that one; then that one, late, so that no five minutes have to
be over first; and the waits that a stage sets (`LATENESS_SECONDS`, `SETTLE_SECONDS`, `GATHERED_SECONDS`) are none. What
is left is the way through every stream, queue and function.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from services.aggregator import usecases
from services.aggregator.domain.answers import Answer
from tests.bench.figure import Figure
from tests.conftest import Running, start
from tests.journeys import journey
from tests.unit.test_aggregator import CHECKOUT, deps_at, later, looked, stored
from tests.worlds import START, World, answers

NO_WAITS = {"LATENESS_SECONDS": "0", "SETTLE_SECONDS": "0", "GATHERED_SECONDS": "0"}
PATIENCE_SECONDS = 60


def raises(made: list[Answer]) -> bool:
    """Whether these answers raise an alert."""
    deps = deps_at(START + timedelta(days=100))
    usecases.fold(made, deps)
    looked(later(deps, hours=1))
    return bool(stored(deps).written)


def evidence(seed: int) -> list[Answer]:
    """Answers of a worsening up to the one without which there would be no alert."""
    made = answers(World(seed=seed))
    none, enough = 0, len(made)
    while enough - none > 1:
        middle = (none + enough) // 2
        none, enough = (none, middle) if raises(made[:middle]) else (middle, enough)
    return made[:enough]


def body_of(answer: Answer) -> dict[str, Any]:
    return {
        "response_id": answer.response_id,
        "touchpoint": CHECKOUT.touchpoint,
        "collected_at": answer.collected_at.isoformat(),
        "score": answer.score,
    }


def seconds(seed: int) -> float:
    """From the post of the last answer until its alert is in the outbox. Raises AssertionError where none comes."""
    made = [body_of(answer) for answer in evidence(seed)]
    with tempfile.TemporaryDirectory() as folder:
        running = start(Path(folder), settings=NO_WAITS)
        try:
            post(running, made[:-1])
            assert not told(running), "an alert before its last answer"
            began = time.perf_counter()
            post(running, made[-1:], is_settled=False)
            while not told(running):
                assert time.perf_counter() < began + PATIENCE_SECONDS, "no alert"
                time.sleep(0.02)
            return time.perf_counter() - began
        finally:
            running.stack.stop()


def post(running: Running, made: list[dict[str, Any]], is_settled: bool = True) -> None:
    """Applies the journey where it is new, sends the answers, and waits for all that follows where asked to."""
    with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.key}"}, timeout=60) as api:
        if is_settled:
            document = journey("latency", {CHECKOUT.touchpoint: "team"})
            api.put("/v1/documents/latency", json={"document": document, "base_version": 0}).raise_for_status()
        for first in range(0, len(made), 500):
            api.post("/v1/responses", json={"responses": made[first : first + 500]}).raise_for_status()
    if is_settled:
        running.wait_idle(PATIENCE_SECONDS)


def told(running: Running) -> bool:
    return CHECKOUT.touchpoint in json.dumps(running.outbox()["emails"])


def figures(short: bool) -> Iterator[Figure]:
    taken = [seconds(seed) for seed in range(1 if short else 3)]
    yield Figure("answer to alert in the outbox, ms, median", round(1000 * median(taken)), is_timed=True)
    yield Figure("… the slowest", round(1000 * max(taken)), is_timed=True)
