"""Wakes the services' functions: a thread for each stream, queue and schedule. A process.

`python -m infra.local.worker --lifeline FD`, with the services' environment.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
import time
from pathlib import Path

from infra.local import bindings, forgetting, idle, lifeline, wire
from infra.local.logs import configure
from infra.local.queues import QueuePoller
from infra.local.schedules import Schedule
from infra.local.streams import StreamPoller

MERGE = Path(__file__).parents[1] / "merge"
Poller = StreamPoller | QueuePoller | Schedule
POLLERS: dict[str, type[Poller]] = {"stream": StreamPoller, "queue": QueuePoller, "schedule": Schedule}
SECONDS_TO_STOP = 4.0
log = logging.getLogger("infra.local.worker")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--modules", nargs="*", default=bindings.default_modules())
    options = parser.parse_args()
    configure()
    lifeline.hold(options.lifeline)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    pollers = start(bindings.load(options.modules), os.environ["AWS_ENDPOINT_URL"], stop)
    stop.wait()
    until = time.monotonic() + SECONDS_TO_STOP
    while any(poller.busy for poller in pollers) and time.monotonic() < until:
        time.sleep(0.01)


def start(services: list[bindings.Service], endpoint: str, stop: threading.Event) -> list[Poller]:
    """A running poller for each binding of the services, each in a thread of its own."""
    found = [*bindings.bindings(services, MERGE), forgetting.binding(endpoint)]
    pollers: list[Poller] = [POLLERS[binding.kind](binding, endpoint, stop) for binding in found]
    for binding, poller in zip(found, pollers, strict=True):
        log.info("%s wakes on the %s %s", binding.label, binding.kind, binding.source)
        threading.Thread(target=poller.run, name=binding.label, daemon=True).start()
    tables = [(each.source, each.label) for each in found if each.kind == "stream"]
    queues = [each.source for each in found if each.kind == "queue"]
    idle.note_ready(wire.Wire(endpoint), os.getpid(), tables, queues)
    return pollers


if __name__ == "__main__":
    main()
