"""The whole product under faults for a week, in an hour or two; nothing may be lost, doubled or invented.

python -m tests.soak.run [--interactions 124000] [--days 4] [--faults 0.01] [--seed 1] [--json FILE]

For two interactions comes one answer of a program; of the mails that ask, half are answered. Ends with status 1, and
says what is wrong, where any account of `tests.soak.accounts` does not add up.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.soak import accounts
from tests.soak.cloud import Cloud
from tests.soak.living import living
from tests.soak.traffic import START, Traffic

TAIL = timedelta(days=3)
"""After the last interaction, for reminders, expiries and digests."""
PART = timedelta(hours=6)
"""After so much of the time that is lived, it says where it is."""
REDRIVES = 20


@dataclass(frozen=True)
class Soaked:
    """What a run came to. wrong: sentences, none where all adds up; figures: what happened, by name."""

    wrong: list[str]
    figures: dict[str, Any]


def soak(
    interactions: int, days: float, rate: float, seed: int = 1, tell: Callable[[str], object] = lambda _: None
) -> Soaked:
    """One run. rate: the share of all calls that go wrong. tell: hears at each sixth hour how far it is."""
    began, cloud = time.perf_counter(), Cloud(seed, 0.0, START)
    logging.disable(logging.CRITICAL)
    try:
        with living(cloud):
            traffic = Traffic(cloud, interactions, days)
            traffic.begin()
            cloud.chance.rate = rate
            live(cloud, traffic, tell)
            cloud.chance.rate = 0.0
            figures = counted(traffic) | {"redriven": settle(cloud)}
            return Soaked(accounts.all_of(traffic), figures | {"seconds": round(time.perf_counter() - began)})
    finally:
        logging.disable(logging.NOTSET)


def live(cloud: Cloud, traffic: Traffic, tell: Callable[[str], object]) -> None:
    """The days themselves, all of them under faults."""
    until = traffic.end + TAIL
    cloud.schedule("pick", timedelta(minutes=1), until)
    cloud.schedule("review", timedelta(minutes=15), until)
    while cloud.now < until:
        cloud.run(min(cloud.now + PART, until))
        tell(f"{cloud.now:%d %B %H:%M} of {until:%d %B %H:%M}: {len(traffic.taken | traffic.queued):,} interactions")


def settle(cloud: Cloud) -> int:
    """What operators do when the weather is fine again: dead letters are redriven. How many those were."""
    redriven = 0
    for _ in range(REDRIVES):
        cloud.schedule("pick", timedelta(minutes=1), cloud.now + timedelta(hours=2))
        cloud.schedule("review", timedelta(minutes=15), cloud.now + timedelta(hours=2))
        redriven += (letters := cloud.redrive())
        cloud.run(cloud.now + timedelta(hours=2))
        if not letters:
            return redriven
    raise AssertionError("dead letters come back for ever")


def counted(traffic: Traffic) -> dict[str, Any]:
    """What happened, in numbers."""
    cloud = traffic.cloud
    return {
        "interactions": len(traffic.taken | traffic.queued),
        "answers of people": len(traffic.answered),
        "answers of programs": len(traffic.posted),
        "e-mails that asked": sum(bool(mail.tags) for mail in cloud.mails),
        "texts that asked": sum(bool(text.context) for text in cloud.texts),
        "STOP said": len(traffic.stopped),
        "messages nobody knows of": accounts.unknown_messages(traffic),
        "alerts": len(accounts.alerts_of(cloud)),
        "webhooks received": len(cloud.hooks),
        "of them repeated": len(cloud.hooks) - len({(one.url, one.identifier) for one in cloud.hooks}),
        "calls of AWS and of receivers": cloud.chance.calls.total(),
        "calls that went wrong": cloud.chance.struck.total(),
        "functions woken": cloud.invoked.total(),
        "functions that failed": cloud.failed.total(),
        "requests sent again": traffic.tries.total() - traffic.requests,
        "pages that took no answer any more": traffic.refused.total(),
        "stream records set aside": len(cloud.parked),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=124_000)
    parser.add_argument("--days", type=float, default=4)
    parser.add_argument("--faults", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = soak(asked.interactions, asked.days, asked.faults, asked.seed, partial(print, file=sys.stderr, flush=True))
    print("| figure | value |\n|---|---|")
    for name, value in found.figures.items():
        print(f"| {name} | {value:,} |")
    for sentence in found.wrong:
        print(sentence)
    if asked.json:
        asked.json.write_text(json.dumps(found.figures | {"wrong": found.wrong}, indent=2) + "\n")
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
