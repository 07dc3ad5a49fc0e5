"""Whatever fails or crashes at whatever call while an alert is told: everybody hears of it, under the same ids.

Every call of every port is struck in turn, before and after it was made, by an error and by a crash; what a queue or
the stream handed over then comes again.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.alerts.domain.deliveries import Delivery
from services.alerts.usecases import acting, telling
from services.alerts.usecases.ports import Turn
from shared.catalogue import Digest
from shared.errors import Conflict, Unavailable
from shared.events import AlertEvent, canonical
from tests.alerts import CODES, World, owner, place, receiver, subscription
from tests.events import RAISED, alert_event
from tests.faults import Crash, Fault, through

STRIKES = [(when, how) for when in ("before", "after") for how in (Crash, Unavailable)]
AGAIN = timedelta(minutes=3)
BEHIND_THE_SENDING = ("senders.send", "threads.put", "turns.put", "outbox.save")
"""Calls after which a message has left, and it is not written down yet: it leaves again, under the same id."""
OVER = {"revision": 2, "state": "resolved", "resolved_at": RAISED, "resolved_because": "recovered"}


class Struck(World):
    """A world whose ports pass a fault. What failed is handed over again, as a queue and a stream do."""

    def __init__(self, fault: Fault) -> None:
        each = [
            subscription("mail"),
            subscription("hook", "webhook"),
            subscription("second", "slack"),
            subscription("boss", digest=Digest(every="day", at="18:00")),
        ]
        super().__init__(owner("web", *each, chain=["mail", "second"], acknowledge_within_minutes=30))
        self.deps = through(self.deps, fault)

    def hear(self, event: AlertEvent) -> None:
        while not attempted(lambda: telling.hear(event, self.deps)):
            pass
        self.stream()

    def stream(self) -> None:
        """What could not be given its turn is told by the stream once more."""
        while not attempted(super().stream):
            waiting = {turn.message_id for *_, turn in self.turns.waiting if hasattr(turn, "message_id")}
            self.seen = {one for one in self.seen if isinstance(one, tuple) and one[0] in waiting}

    def take(self, turn: Turn) -> None:
        if not attempted(lambda: World.take(self, turn)):
            heapq.heappush(self.turns.waiting, (self.clock.now + AGAIN, next(self.turns.order), turn))
            self.stream()

    def acknowledge(self, code: str) -> None:
        """Pressed until the page comes back."""
        while not attempted(lambda: void(acting.act(code, "acknowledge", self.deps))):
            pass
        self.stream()


def attempted(work: Callable[[], None]) -> bool:
    """Whether it came to its end; what a queue sees of a function."""
    try:
        work()
    except (Unavailable, Conflict, Crash):
        return False
    return True


def void(_: object) -> None:
    return


def lived(fault: Fault) -> Struck:
    """Two alerts: one goes up the chain and is taken on there, the other is over within the hour."""
    world = Struck(fault)
    world.hear(alert_event())
    world.hear(alert_event(touchpoint="desk", journey="other"))
    world.run(timedelta(minutes=45))
    world.acknowledge(CODES.code(alert_event().alert_id, receiver("web/second", "slack")))
    world.hear(alert_event(touchpoint="desk", journey="other", **OVER))
    world.run(timedelta(days=2))
    return world


def told(world: World) -> set[tuple[str, str, str]]:
    """Who was told which news; by whichever message."""
    return {
        (delivery.subscription, event.alert_id, event.state)
        for sender in world.senders.values()
        for _, delivery, _ in sender.sent
        for event in delivery.news
    }


@pytest.mark.parametrize(("when", "how"), STRIKES)
def test_everybody_is_told_whatever_fails(when: str, how: type[BaseException]) -> None:
    """One world for each call of each port: the same news to the same people, and no message under two ids."""
    counting = Fault()
    expected = told(lived(counting))
    assert len(expected) > 8
    assert len(counting.calls) > 60
    for at in range(len(counting.calls)):
        world = lived(Fault(at, when, how))
        struck = f"{counting.calls[at]}, {when}"
        assert told(world) == expected, struck
        assert {one.state for one in world.outbox.kept.values()} == {"delivered"}, struck
        assert not [place(note) for note in world.notes.kept.values() if note.state == "waiting"], struck
        assert counting.calls[at] in BEHIND_THE_SENDING or not repeated(world), struck


def repeated(world: World) -> set[str]:
    """Messages that a receiver got more than once; they are the same to the byte."""
    sent = [delivery for sender in world.senders.values() for _, delivery, _ in sender.sent]
    counted = Counter(delivery.message_id for delivery in sent)
    for name, n in counted.items():
        assert len({text_of(one) for one in sent if one.message_id == name}) == 1, f"{name} came {n} times, differently"
    return {name for name, n in counted.items() if n > 1}


def text_of(delivery: Delivery) -> str:
    return delivery.target + "".join(canonical(event) for event in delivery.news)
