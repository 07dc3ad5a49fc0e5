"""Waits until the figures hold what was sent: the way from the answer to the report, seen from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from cli.client import Client
from cli.printing import Failed

Series = tuple[str, str]
"""A touchpoint and an audience."""
EVERY_S = 0.25
PATIENCE_S = 600.0


def counted(client: Client, series: Iterable[Series]) -> int:
    """How many answers the reports of these touchpoints count, all together."""
    reports = (client.get(f"/v1/touchpoints/{name}/report", audience=audience) for name, audience in series)
    return sum(report["summary"]["n"] for report in reports)


def wait_for(
    count: Callable[[], int],
    target: int,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> float:
    """Seconds until `count` is at least the target. Raises Failed after ten minutes without any progress."""
    began = moved = clock()
    seen = count()
    while seen < target:
        sleep(EVERY_S)
        now, before, seen = clock(), seen, count()
        moved = now if seen != before else moved
        if now - moved > PATIENCE_S:
            raise Failed(f"the figures stay at {seen} answers of {target}; look at the aggregator's parked records")
    return clock() - began
