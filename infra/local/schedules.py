"""A schedule of the form `rate(5 minutes)` handed to a function as EventBridge does."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import UTC, datetime

from infra.local.bindings import Binding
from infra.local.environment import ACCOUNT, REGION
from infra.local.invocation import invoke

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class Schedule:
    """Calls one function again and again, until `stop` is set."""

    def __init__(self, binding: Binding, _endpoint: str, stop: threading.Event) -> None:
        self._binding, self._stop = binding, stop
        self._seconds = seconds_of(binding.source)
        self.busy = False

    def run(self) -> None:
        while not self._stop.wait(self._seconds):
            self.busy = True
            invoke(self._binding, scheduled_event(self._binding.function, datetime.now(UTC)))
            self.busy = False


def seconds_of(expression: str) -> int:
    """Raises ValueError for what is no rate: a laptop that sleeps keeps no calendar."""
    rate = RATE.fullmatch(expression)
    if rate is None:
        raise ValueError(f"on a laptop only rate(…) schedules run, not {expression}")
    return int(rate[1]) * SECONDS[rate[2]]


def scheduled_event(rule: str, time: datetime) -> dict[str, object]:
    """The event that EventBridge sends when a rule is due."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }
