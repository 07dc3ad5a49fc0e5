"""Early signs count once: whatever the batches, the repeats and the order in which states are told, the same bytes."""

from __future__ import annotations

import random
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
from services.aggregator.adapters.signs import signs_in
from services.aggregator.adapters.watches import TableWatches
from services.aggregator.domain.answers import Series
from services.aggregator.usecases import Deps
from services.invitations.adapters.interactions import item_of_decided
from services.invitations.adapters.invitations import item_of_invitation
from services.invitations.domain.interactions import Decided, Interaction, Planned, Suppressed
from services.invitations.domain.invitations import Invitation
from shared.dynamo import Item, marshal_item, unmarshal_item
from shared.events import canonical
from shared.streams import Change
from tests import aws
from tests.deliveries import deliveries
from tests.unit.test_aggregator import deps_at
from tests.worlds import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS, WORSE_FROM, PER_DAY = 12, 7, 14
AFTERWARDS = START + (DAYS + 2) * DAY
SIGNS = tuple(Series("checkout", name, name) for name in ("silence", "abandonment", "pressure"))


def invited(number: int, chance: random.Random) -> list[Item]:
    """An invitation's states, oldest first: sent, perhaps opened, perhaps answered or bounced."""
    sent_at = START + chance.uniform(0, DAYS) * DAY
    is_worse = sent_at >= START + WORSE_FROM * DAY
    state = Invitation(f"inv{number}", "checkout", "i", "p", "email", START, START, 1.0, state="sent", sent_at=sent_at)
    states = [state]
    if chance.random() < 0.05:
        return [stored(one) for one in (state, replace(state, state="bounced"))]
    if chance.random() < 0.9:
        states.append(replace(states[-1], state="opened", opened_at=sent_at + chance.uniform(0, 5) * HOUR))
        if chance.random() < (0.1 if is_worse else 0.85):
            answered_at = sent_at + chance.uniform(5, 30 if chance.random() < 0.1 else 5.5) * HOUR
            states.append(replace(states[-1], state="answered", answered_at=answered_at))
    return [stored(one) for one in states]


def stored(state: Invitation) -> Item:
    return unmarshal_item(marshal_item(item_of_invitation(state) | {"version": 1}))


def passed(number: int, chance: random.Random) -> list[Item]:
    """An interaction, decided on; at times a place in the ledger was taken from it afterwards."""
    at = START + chance.uniform(0, DAYS) * DAY
    share = 0.6 if at >= START + WORSE_FROM * DAY else 0.05
    happened = Interaction(f"i{number}", "checkout", at, at)
    planned = Decided(happened, "p", f"visit{number}", Planned("email", at, 1.0), "hash")
    if chance.random() >= share:
        return [decided(planned)]
    if chance.random() < 0.3:
        return [decided(planned), decided(replace(planned, decision=Suppressed("displaced", 1.0, channel="email")))]
    return [decided(replace(planned, decision=Suppressed("quarantine", 1.0)))]


def decided(one: Decided) -> Item:
    return unmarshal_item(marshal_item(item_of_decided(one)))


def made() -> list[Item]:
    chance = random.Random(11)
    return [
        state
        for number in range(DAYS * PER_DAY)
        for story in (invited(number, chance), passed(number, chance))
        for state in story
    ]


WORLD = made()


def delivered(batch: Sequence[int], deps: Deps) -> None:
    """One batch of the stream, as the function reads it."""
    signs, unread = signs_in([Change(str(place), None, WORLD[place]) for place in batch])
    assert not unread
    usecases.notice(signs, deps)


def looked_at_last(deps: Deps) -> tuple[Any, ...]:
    last = replace(deps, now=lambda: AFTERWARDS + HOUR)
    for series in SIGNS:
        usecases.look(series, last)
    usecases.decide(last)
    watches = [last.watches.read(series) for series in SIGNS]
    kept = [(one.account, one.stepped_to) for one in watches]
    histograms = [last.marks.histograms(one, START.date(), AFTERWARDS.date()) for one in SIGNS]
    standing = [canonical(f.event) for f in last.alerts.all() if f.event.state != "withdrawn"]
    return kept, histograms, [repr(one) for one in last.evidence.all()], standing


@cache
def in_one_go() -> tuple[Any, ...]:
    deps = deps_at(AFTERWARDS)
    delivered(range(len(WORLD)), deps)
    return looked_at_last(deps)


def test_the_world_of_these_laws_has_an_alert_of_each_sign() -> None:
    """Else equal outcomes would say little."""
    alerts = "".join(in_one_go()[-1])
    assert all(f'"kind":"{series.source}"' in alerts for series in SIGNS)


def test_each_invitation_and_interaction_is_counted_once_by_its_last_state() -> None:
    """Those that bounced in none, whatever had been said of them before."""
    silence, _, pressure = ([sum(level) for level in zip(*days.values(), strict=True)] for days in in_one_go()[1])
    bounced = sum(item.get("state") == "bounced" for item in WORLD)
    assert sum(silence) == DAYS * PER_DAY - bounced
    assert sum(pressure) == DAYS * PER_DAY
    assert pressure[0] == sum(item.get("reason") in ("quarantine", "displaced") for item in WORLD)


@settings(max_examples=150, deadline=None)
@given(deliveries(len(WORLD)))
def test_any_delivery_of_the_same_states_gives_the_same_bytes(batches: list[list[int]]) -> None:
    """Answered before it was sent, bounced before it was opened: what is known last holds all the same."""
    deps = deps_at(AFTERWARDS)
    for batch in batches:
        delivered(batch, deps)
    assert looked_at_last(deps) == in_one_go()


@settings(max_examples=30, deadline=None)
@given(deliveries(len(WORLD), most_batches=8), st.sets(st.integers(0, 8)))
def test_looks_in_between_change_nothing_but_the_history_of_an_alert(
    batches: list[list[int]], looked_after: set[int]
) -> None:
    """What comes late is folded in by recomputing the series from its marks, to the byte."""
    deps = deps_at(AFTERWARDS)
    for number, batch in enumerate(batches):
        delivered(batch, deps)
        if number in looked_after:
            later = replace(deps, now=lambda: AFTERWARDS + timedelta(minutes=30))
            for series in SIGNS:
                usecases.look(series, later)
            usecases.decide(later)
    *kept, standing = looked_at_last(deps)
    assert (kept, ids(standing)) == (list(in_one_go()[:-1]), ids(in_one_go()[-1]))


def ids(alerts: Sequence[str]) -> list[str]:
    return sorted(alert.split('"alert_id":"')[1].split('"')[0] for alert in alerts)


@pytest.mark.parametrize("size", [400, 9])
def test_the_table_gives_the_same_bytes_too(size: int) -> None:
    """With DynamoDB behind marks and watches; the states backwards, in batches large and small."""
    with aws.data_stack():
        table = aws.table("friction")
        deps = replace(deps_at(AFTERWARDS), marks=TableMarks(table), watches=TableWatches(table))
        backwards = list(reversed(range(len(WORLD))))
        for start in range(0, len(backwards), size):
            delivered(backwards[start : start + size], deps)
        assert looked_at_last(deps) == in_one_go()
