"""One question of the detection bench each: false alarms, delay after a change, a fleet, cost.

Every answer is a flat row (a dict) that `detection_table` reads.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf
from statistics import fmean
from typing import Any

import numpy as np

from shared.scales import SCALES
from tests.bench.detection_event import Event, Rule
from tests.bench.detection_streams import DAY, HOUR, MONDAY, SIZES, YEAR, Stream, World, after_history, lasting

Row = dict[str, Any]
FIRST = 30
"""Alerts within so many first answers are not counted: some rules begin with them."""


@dataclass
class Shared:
    """What the touchpoints of a fleet share: how many they are, and which share of alerts may be false."""

    touchpoints: int
    share_false: float = 0.05

    def raised(self, at: float) -> None:
        """An alert was published; our own board keeps count itself."""


Make = Callable[[World, Shared | None], Rule]
"""A detector for one touchpoint of this world.  Only the oracle may look at more than the scale."""


def heard(rule: Rule, times: list[float], scores: list[int]) -> Iterator[Event]:
    """What the rule says as answers come, and after silences for which it asks to be called."""
    wait, advance = getattr(rule, "ADVANCE_AFTER", None), getattr(rule, "advance", None)
    for i, at in enumerate(times):
        event = rule.update(at, scores[i])
        if event is not None:
            yield event
        if wait is not None and advance is not None and (i + 1 == len(times) or times[i + 1] - at > wait):
            event = advance(at + wait)
            if event is not None:
                yield event


def listed(world: World, stream: Stream) -> tuple[list[float], list[int]]:
    """The stream as plain numbers."""
    return stream.times.tolist(), (stream.levels + SCALES[world.scale].low).tolist()


def false_alarms(make: Make, world: World, days: float, streams: int, seed: int) -> Row:
    """Nothing changes, or drifts from the first day on as slowly as the world's ramp: alerts, over how many years."""
    drifts_from = 0.0 if world.worse else None
    alarms, answers, years = 0, 0, 0.0
    for i in range(streams):
        times, scores = listed(world, lasting(world, days, drifts_from, seed, i))
        events = heard(make(replace(world, worse=SIZES["medium"]), None), times, scores)
        alarms += sum(event.kind == "raised" and event.at > times[FIRST] for event in events)
        answers += len(times) - FIRST
        years += (times[-1] - times[FIRST]) / YEAR
    return {"alarms": alarms, "answers": answers, "years": years}


def delays(make: Make, world: World, history: int, after: int, streams: int, seed: int) -> Row:
    """A change after so many answers of history: how late is the first alert, and how far off its start?

    A stream with an alert open at the change is left out; a missed change counts as late as its stream is long.
    """
    late, hours, off, missed = [], [], [], 0
    for i in range(streams):
        stream = after_history(world, history, after, seed, i)
        found = _first_after(make(world, None), world, stream)
        if found is None:
            continue
        ended = found.at if found.kind == "raised" else float(stream.times[-1])
        missed += found.kind != "raised"
        late.append(_between(stream, stream.change, ended))
        hours.append((ended - (stream.change or 0.0)) / HOUR)
        if found.change_time is not None:
            off.append(_between(stream, *sorted((found.change_time, stream.change or 0.0))))
    return {
        "n": len(late),
        "missed": missed,
        "mean_answers": float(np.mean(late)) if late else None,
        "median_hours": float(np.median(hours)) if hours else None,
        "date_answers": float(np.median(off)) if off else None,
    }


def truths(make: Make, world: World, history: int, after: int, streams: int, seed: int) -> Row:
    """A change after so many answers of history: do the first alert's intervals hold the share since, and the start?

    A stream with an alert open at the change is left out.  reaches_back: intervals of the start that begin with the
    first answer.
    """
    share = float(world.laws()[1][: SCALES[world.scale].bad_levels].sum())
    row = {"alerts": 0, "share_held": 0, "start_held": 0, "reaches_back": 0}
    for i in range(streams):
        stream = after_history(world, history, after, seed, i)
        found = _first_after(make(world, None), world, stream)
        if found is None or found.after_low is None or found.after_high is None or found.change_between is None:
            continue
        first, last = found.change_between
        row["alerts"] += 1
        row["share_held"] += found.after_low <= share <= found.after_high
        row["start_held"] += first <= (stream.change or 0.0) <= last
        row["reaches_back"] += first <= stream.times[0]
    return row


def spotted(make: Make, world: World, days: tuple[int, int], streams: int, seed: int) -> Row:
    """A change after so many days, watched for so many more: how many hours until the first alert after it began?

    A stream with an alert open at the change is left out.
    """
    hours, missed = [], 0
    for i in range(streams):
        stream = lasting(world, sum(days), days[0], seed, i)
        found = _first_after(make(world, None), world, stream)
        if found is None:
            continue
        missed += found.kind != "raised"
        hours.append((found.at - (stream.change or 0.0)) / HOUR if found.kind == "raised" else inf)
    within = sum(late <= 24 for late in hours)
    return {"n": len(hours), "missed": missed, "median_hours": float(np.median(hours)), "within_a_day": within}


def endings(make: Make, world: World, days: tuple[int, int], streams: int, seed: int) -> Row:
    """A friction that ends: is the first alert on it closed before its end, or how many hours after?

    days: before it begins, and after its end.
    """
    hours, raised, early = [], 0, 0
    for i in range(streams):
        stream = lasting(world, days[0] + world.lasts_days + days[1], days[0], seed, i)
        began = stream.change or 0.0
        ends = began + world.lasts_days * DAY
        said = [event for event in heard(make(world, None), *listed(world, stream)) if event.at >= began]
        if not said or said[0].kind != "raised":
            continue
        raised += 1
        closed = next((event.at for event in said if event.kind == "resolved"), inf)
        early += closed < ends
        hours += [(closed - max(ends, said[0].at)) / HOUR] if closed >= ends else []
    middle, mean = (float(np.median(hours)), fmean(hours)) if hours else (None, None)
    return {"raised": raised, "early": early, "median_hours": middle, "mean_hours": mean}


def _first_after(rule: Rule, world: World, stream: Stream) -> Event | None:
    """The first alert after the change, "missed" without one; None if one was open at the change."""
    change, opened = stream.change or 0.0, False
    for event in heard(rule, *listed(world, stream)):
        if event.at < change:
            opened = event.kind == "raised"
        elif opened:
            return None
        elif event.kind == "raised":
            return event
    return None if opened else Event("missed", float(stream.times[-1]))


def _between(stream: Stream, first: float | None, last: float) -> int:
    """Answers from one moment to another."""
    return int(((stream.times >= (first or 0.0)) & (stream.times <= last)).sum())


@dataclass(frozen=True)
class FleetWorld:
    """A fleet: touchpoints, how many of them change, days before the watch and under it."""

    touchpoints: int
    changing: int
    history_days: int = 45
    watch_days: int = 45
    volumes: tuple[float, ...] = (5, 50, 500, 5000)
    shares: tuple[float, ...] = (0.55, 0.38, 0.065, 0.005)

    def drawn(self, seed: int) -> list[tuple[World, Stream]]:
        """Its touchpoints: of every scale and level, with rhythm; some change in the watch's first third."""
        chance = np.random.default_rng((seed, 77))
        changing = set(chance.permutation(self.touchpoints)[: self.changing].tolist())
        return [self._one(chance, i in changing, seed, i) for i in range(self.touchpoints)]

    def _one(self, chance: np.random.Generator, changes: bool, *seed: int) -> tuple[World, Stream]:
        angry = float(np.clip(chance.gamma(3, 0.02), 0.01, 0.3))
        world = World(
            scale=str(chance.choice(["thumbs", "csat", "ces", "nps"])),
            per_day=float(chance.choice(self.volumes, p=self.shares)),
            usual=(1 - 3 * angry, 2 * angry, angry),
            rhythm=1.0,
            worse=float(chance.choice([*SIZES.values()])),
            ramp_days=float(chance.choice([0, 0, 0, 3])),
        )
        starts = self.history_days + float(chance.uniform(0, self.watch_days / 3))
        return world, lasting(world, self.history_days + self.watch_days, starts if changes else None, *seed)


def fleet(make: Make, asked: FleetWorld, seed: int) -> Row:
    """A whole fleet: alerts under watch, false ones, changes found."""
    shared = Shared(asked.touchpoints)
    return watched([(make(world, shared), world, stream) for world, stream in asked.drawn(seed)], asked)


def watched(rules: Iterable[tuple[Rule, World, Stream]], asked: FleetWorld) -> Row:
    """Touchpoints fed day by day, so that a shared board hears in order."""
    members = [(rule, stream, *listed(world, stream)) for rule, world, stream in rules]
    found, alerts, false = set(), 0, 0
    watched = MONDAY + asked.history_days * DAY
    for day in range(asked.history_days + asked.watch_days):
        for i, (rule, stream, times, scores) in enumerate(members):
            first, last = np.searchsorted(stream.times, [MONDAY + day * DAY, MONDAY + (day + 1) * DAY])
            for event in heard(rule, times[first:last], scores[first:last]):
                if event.kind != "raised" or event.at < watched:
                    continue
                true = stream.change is not None and event.at >= stream.change
                alerts, false = alerts + 1, false + (not true)
                found |= {i} if true else set()
    return {"alerts": alerts, "false": false, "found": len(found), "changed": asked.changing, "which": sorted(found)}


def cost(make: Make, world: World, answers: int, seed: int) -> Row:
    """CPU per answer, the best quarter of a long quiet stream, and bytes to be stored."""
    times, scores = listed(world, lasting(world, answers / world.per_day, None, seed))
    rule, spent, quarter = make(replace(world, worse=SIZES["medium"]), None), [], len(times) // 4
    for first in range(0, 4 * quarter, quarter):
        began = time.process_time()
        for _ in heard(rule, times[first : first + quarter], scores[first : first + quarter]):
            pass
        spent.append((time.process_time() - began) / quarter)
    return {"us_per_update": 1e6 * min(spent), "state_bytes": _size(rule.state())}


def _size(state: Any) -> int:
    """Bytes of a state: as JSON, pickled if it is an object of a library; what is written in hexadecimal, half that."""
    if isinstance(state, str):
        return len(state) // 2
    try:
        return len(json.dumps(state))
    except TypeError:
        return len(pickle.dumps(state))
