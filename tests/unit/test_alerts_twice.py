"""A turn that comes twice, or a button pressed twice, at the same moment: what one came to, the other does not undo."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.usecases import pinging, telling
from services.alerts.usecases.ports import Try
from shared.errors import Conflict
from tests.alerts import FakeOutbox, World, owner, subscription


@dataclass
class Twofold:
    """While it sends, the same turn is taken by another process, which succeeds; then this one fails."""

    deps: Any = None
    sent: list[Delivery] = field(default_factory=list)

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:
        self.sent.append(delivery)
        if len(self.sent) == 1:
            telling.deliver(Try(delivery.message_id, self.deps.now(), 0), self.deps)
            return Attempt("the receiver did not answer")
        return Attempt(answer="200")


class Blind(FakeOutbox):
    """Sees nothing, as whoever reads before another one writes."""

    def get(self, message_id: str) -> Delivery | None:
        return None


@pytest.fixture
def world() -> World:
    return World(owner("web", subscription("one", "webhook")))


def test_a_turn_that_came_twice_does_not_undo_a_receipt(world: World) -> None:
    """The slower one is told so, comes again, and finds that nothing is left to do."""
    sender = Twofold()
    sender.deps = deps = replace(world.deps, senders={"webhook": sender})
    asked = pinging.ping("web/one", "key k1", "https://example.com", deps)
    turn = Try(asked.message_id, deps.now(), 0)
    with pytest.raises(Conflict):
        telling.deliver(turn, deps)
    assert world.outbox.kept[asked.message_id].state == "delivered"
    telling.deliver(turn, deps)
    assert len(sender.sent) == 2


def test_two_who_ask_for_a_test_at_once_get_one(world: World) -> None:
    """Neither sees the other's; what was sent already is not sent again."""
    asked = pinging.ping("web/one", "key k1", "https://example.com", world.deps)
    sent = world.outbox.kept[asked.message_id] = replace(asked, state="delivered", attempts=1)
    blind = replace(world.deps, outbox=Blind(world.outbox.kept))
    assert pinging.ping("web/one", "key k2", "https://example.com", blind) == sent
    assert world.outbox.kept[asked.message_id] == sent
