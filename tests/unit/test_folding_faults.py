"""A batch is folded by a few calls of many parts: whatever becomes of them, each answer is counted once and seen.

The store is DynamoDB in memory behind the adapters; `tests.faults` strikes each call in turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.aggregator import usecases
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.messages import QueueLooks
from services.aggregator.adapters.watches import TableWatches
from services.aggregator.domain.answers import Answer, Series
from services.aggregator.usecases import Deps
from shared.aws import AwsRefused, AwsUnreachable
from shared.dynamo import Table
from shared.errors import Conflict, Unavailable
from shared.marks import cell_of
from tests import fakes
from tests.faults import Crash, Fault, Faults, Guarded
from tests.soak.dynamodb import MemoryDynamoDB
from tests.unit.test_aggregator import deps_at
from tests.worlds import START

NOW = START + timedelta(days=2, minutes=1)
PLACES = [f"t{number}" for number in range(9)]
CLAIMED = Series("t0", "customer", "csat")
"""A look has claimed its newest cell already, by a clock that is ahead."""


class Throttled(AwsRefused):
    """Refused for being too many."""

    def __init__(self, where: str) -> None:
        super().__init__(where, 400, "ThrottlingException", {})


@dataclass
class Queue:
    """What was put into it, as it was put."""

    messages: list[tuple[str, int]] = field(default_factory=list)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.messages += [(one["MessageBody"], one["DelaySeconds"]) for one in Entries]
        return {}


@dataclass
class World:
    """A store and a queue, and workers that fold into them."""

    memory: MemoryDynamoDB = field(default_factory=lambda: MemoryDynamoDB("test"))
    queue: Queue = field(default_factory=Queue)

    def __post_init__(self) -> None:
        self.worker(Fault()).watches.claim(self.worker(Fault()).watches.read(CLAIMED), cell_of(NOW) + 1)

    def worker(self, faults: Faults, now: datetime = NOW) -> Deps:
        """A process of its own, whose calls may go wrong."""
        table = Table(Guarded(self.memory, "dynamodb", faults), "etincelle-test-friction")
        return replace(
            deps_at(now),
            marks=TableMarks(table),
            watches=TableWatches(table),
            looks=QueueLooks(Guarded(self.queue, "sqs", faults), "looks"),
            catalogue=fakes.FakeCatalogue(
                {place: fakes.touchpoint().model_copy(update={"id": place}) for place in PLACES}
            ),
        )

    def looked_at(self) -> dict[str, Any]:
        """What each series' account knows, and its sets, once looks have come to their end."""
        found: dict[str, Any] = {}
        for series in (Series(place, "customer", "csat") for place in PLACES):
            deps = self.worker(Fault(), NOW + timedelta(hours=2))
            usecases.look(series, deps)
            sets = {hour.start: hour.marks for hour in deps.marks.hours(series, START, NOW)}
            found[series.touchpoint] = (sets, deps.watches.read(series).account)
        return found

    @property
    def asked_of(self) -> set[str]:
        return {json.loads(body)[0] for body, _ in self.queue.messages}


def batch() -> list[Answer]:
    """Of now at every touchpoint, of the day before at most: there are single writes, and a transaction."""
    now = [answer(place, NOW - timedelta(seconds=n)) for n, place in enumerate(PLACES)]
    return [*now, *(answer(place, NOW - timedelta(days=1)) for place in PLACES[2:])]


def answer(place: str, at: datetime) -> Answer:
    return Answer(f"{place}-{at:%d}", Series(place, "customer", "csat"), at, 1, "web", 1, True)


def folded(world: World, faults: Faults) -> None:
    """One delivery, and where it fails another: by the same worker, or where that was killed by another one."""
    worker = world.worker(faults)
    try:
        usecases.fold(batch(), worker)
    except Unavailable:
        usecases.fold(batch(), worker)
    except Crash:
        usecases.fold(batch(), world.worker(Fault()))


def undisturbed() -> tuple[dict[str, Any], int]:
    """What comes out, and how many calls it takes."""
    world, counting = World(), Fault()
    folded(world, counting)
    assert world.asked_of == set(PLACES)
    return world.looked_at(), len(counting.calls)


def test_every_answer_is_in_its_account() -> None:
    """Else equal outcomes would say little."""
    found, calls = undisturbed()
    for place, (sets, account) in found.items():
        assert sum(map(len, sets.values())) == (1 if place in PLACES[:2] else 2)
        assert account is not None
    assert calls < 3 * len(PLACES)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", [Crash, AwsUnreachable, Throttled])
def test_whatever_call_goes_wrong_the_next_delivery_makes_it_good(when: str, how: type[BaseException]) -> None:
    """Killed, unanswered or throttled at any call: the same sets and accounts, and a look at each series."""
    expected, calls = undisturbed()
    for at in range(calls):
        world = World()
        folded(world, Fault(at, when, how))
        assert world.asked_of == set(PLACES), at
        assert world.looked_at() == expected, at


@dataclass
class Meanwhile:
    """Does something else right before the call at a place."""

    at: int
    act: Callable[[], None]
    calls: int = 0

    def around(self, _: str, call: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls == self.at + 1:
            self.act()
        return call()


def test_two_workers_who_fold_the_same_batch_at_once_count_it_once() -> None:
    """One is as far as any of its calls when the other does all of it."""
    expected, calls = undisturbed()
    for at in range(calls):
        world = World()
        folded(world, Meanwhile(at, lambda: usecases.fold(batch(), world.worker(Fault()))))  # noqa: B023 (called at once)
        assert world.looked_at() == expected, at


def test_a_look_in_the_middle_of_a_fold_misses_nothing() -> None:
    """By a clock that is ahead it claims the newest cells, at any call: what it did not see is noted as late."""
    expected, calls = undisturbed()

    def look(world: World) -> None:
        for place in PLACES:
            try:
                usecases.look(Series(place, "customer", "csat"), world.worker(Fault(), NOW + timedelta(minutes=20)))
            except Conflict:
                continue

    for at in range(calls):
        world = World()
        folded(world, Meanwhile(at, lambda: look(world)))  # noqa: B023 (called at once)
        assert world.looked_at() == expected, at


def test_a_cell_is_asked_to_be_looked_at_once_by_a_worker() -> None:
    """However many of its answers it folds; those of the next cell ask again, and so does another worker."""
    world = World()
    worker = world.worker(Fault())
    for number in range(5):
        usecases.fold([replace(answer("t1", NOW), response_id=str(number))], worker)
    assert len(world.queue.messages) == 1
    later = replace(worker, now=lambda: NOW + timedelta(minutes=5))
    usecases.fold([answer("t1", NOW + timedelta(minutes=5))], later)
    usecases.fold([answer("t1", NOW)], world.worker(Fault()))
    assert [body for body, _ in world.queue.messages] == ['["t1", "customer", "csat"]'] * 3


def test_a_look_that_was_not_asked_for_after_all_is_asked_for_again() -> None:
    """What is remembered is what SQS took."""
    world = World()
    worker = world.worker(Fault(at=2, how=AwsUnreachable))
    with pytest.raises(Unavailable):
        usecases.fold([answer("t1", NOW)], worker)
    assert world.queue.messages == []
    usecases.fold([answer("t1", NOW)], worker)
    assert world.asked_of == {"t1"}


def test_each_set_is_written_once_a_batch() -> None:
    """A hundred answers at five touchpoints: five writes of marks."""
    world, counting = World(), Fault()
    answers = [replace(answer(PLACES[n % 5], NOW), response_id=str(n)) for n in range(100)]
    usecases.fold(answers, world.worker(counting))
    assert counting.calls.count("dynamodb.update_item") == 5 + 1
    assert "dynamodb.put_item" not in counting.calls
    assert counting.calls.count("dynamodb.batch_get_item") == counting.calls.count("sqs.send_message_batch") == 1
