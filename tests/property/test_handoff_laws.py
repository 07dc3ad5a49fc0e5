"""Hand-offs count once: whatever the batches, the repeats, the order and the delays, the same bytes come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregator import usecases
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.traces import TableTraces
from services.aggregator.adapters.watches import TableWatches
from services.aggregator.domain.answers import Answer
from services.aggregator.domain.traces import Trace
from services.aggregator.usecases import Deps
from shared.events import canonical
from tests import aws
from tests.deliveries import deliveries
from tests.unit.test_aggregator import CHECKOUT, deps_at
from tests.unit.test_handoffs import JOURNEY
from tests.worlds import START, Passing, passing

WORLD: list[Trace | Answer] = [
    each for several in passing(Passing(days=10, per_day=16, worse_from=6, share=0.5, seed=12)) for each in several
]
AFTERWARDS = START + timedelta(days=12)


def delivered(batch: Sequence[int], deps: Deps) -> None:
    """One batch of each stream; which of the two comes first is as the batch begins."""
    facts = [WORLD[place] for place in batch]
    answers = [one for one in facts if isinstance(one, Answer)]
    traces = [one for one in facts if isinstance(one, Trace)]
    if facts and isinstance(facts[0], Trace):
        usecases.follow(traces, deps)
        usecases.fold(answers, deps)
    else:
        usecases.fold(answers, deps)
        usecases.follow(traces, deps)


def looked_at_last(deps: Deps) -> tuple[Any, ...]:
    last = replace(deps, now=lambda: AFTERWARDS + timedelta(hours=1))
    usecases.look(CHECKOUT, last)
    usecases.decide(last)
    watch = last.watches.read(CHECKOUT)
    said = [repr(one) for one in last.evidence.all()]
    standing = [canonical(f.event) for f in last.alerts.all() if f.event.state != "withdrawn"]
    return watch.account, watch.paths, watch.stepped_to, said, standing


def fresh() -> Deps:
    return replace(deps_at(AFTERWARDS), catalogue=JOURNEY)


@cache
def in_one_go() -> tuple[Any, ...]:
    deps = fresh()
    delivered(range(len(WORLD)), deps)
    return looked_at_last(deps)


def test_the_world_of_these_laws_has_a_hand_off_in_friction() -> None:
    """Else equal outcomes would say little."""
    assert '"kind":"handoff"' in in_one_go()[-1][0]


@settings(max_examples=150, deadline=None)
@given(deliveries(len(WORLD)))
def test_any_delivery_of_the_same_facts_gives_the_same_bytes(batches: list[list[int]]) -> None:
    """Answers before the interactions they belong to, and long after; where they came from is found all the same."""
    deps = fresh()
    for batch in batches:
        delivered(batch, deps)
    assert looked_at_last(deps) == in_one_go()


@settings(max_examples=30, deadline=None)
@given(deliveries(len(WORLD), most_batches=8), st.sets(st.integers(0, 8)))
def test_looks_in_between_change_nothing_but_the_history_of_an_alert(
    batches: list[list[int]], looked_after: set[int]
) -> None:
    """An interaction that comes late changes where an answer belongs that was looked at; the series is recomputed."""
    deps = fresh()
    for number, batch in enumerate(batches):
        delivered(batch, deps)
        if number in looked_after:
            later = replace(deps, now=lambda: AFTERWARDS + timedelta(minutes=30))
            usecases.look(CHECKOUT, later)
            usecases.decide(later)
    *kept, standing = looked_at_last(deps)
    assert (kept, ids(standing)) == (list(in_one_go()[:-1]), ids(in_one_go()[-1]))


def ids(alerts: Sequence[str]) -> list[str]:
    return [alert.split('"alert_id":"')[1].split('"')[0] for alert in alerts]


@pytest.mark.parametrize("size", [400, 7])
def test_the_table_gives_the_same_bytes_too(size: int) -> None:
    """With DynamoDB behind traces, marks and watches; the facts backwards, in batches large and small."""
    with aws.data_stack():
        table = aws.table("friction")
        deps = replace(fresh(), marks=TableMarks(table), traces=TableTraces(table), watches=TableWatches(table))
        backwards = list(reversed(range(len(WORLD))))
        for start in range(0, len(backwards), size):
            delivered(backwards[start : start + size], deps)
        assert looked_at_last(deps) == in_one_go()
