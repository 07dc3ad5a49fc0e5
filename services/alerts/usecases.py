"""What the alerts service does: hear of an alert, write down who is to be told, tell them until it worked.

A delivery is written before anything leaves. The table's stream hands it to the queue of deliveries;
a try that fails is put back with a longer wait, for a day; then it is parked, where it is listed and
can be replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from services.alerts import domain
from services.alerts.domain import Attempt, Delivery
from shared.catalogue import Catalogue
from shared.errors import NotFound
from shared.events import AlertEvent

LONGEST_HOP = timedelta(seconds=900)
"""How long a queue can hold a message back; longer waits are made of several."""


@dataclass(frozen=True)
class Turn:
    """When a delivery is to be tried: not before `due`. after: how many tries it follows."""

    alert_id: str
    revision: int
    subscription: str
    due: datetime
    after: int


class Outbox(Protocol):
    """Where deliveries are written down."""

    def add(self, delivery: Delivery) -> None:
        """Writes it unless it is there already."""
        ...

    def get(self, alert_id: str, revision: int, subscription: str) -> Delivery | None: ...

    def save(self, delivery: Delivery) -> None: ...

    def listed(self, state: str, day: date | None) -> list[Delivery]:
        """The deliveries of that state that were written on that day, oldest first. None: parked ones of any day."""
        ...


class Turns(Protocol):
    """The queue of deliveries to try."""

    def put(self, turn: Turn, wait: timedelta) -> None:
        """wait: at most 15 minutes."""
        ...


class Sender(Protocol):
    """One way to tell somebody."""

    def send(self, delivery: Delivery) -> Attempt:
        """Tries once; a failure is an Attempt with its error, never an exception."""
        ...


@dataclass(frozen=True)
class Deps:
    outbox: Outbox
    turns: Turns
    senders: dict[str, Sender]
    catalogue: Catalogue
    now: Callable[[], datetime]
    jitter: Callable[[], float]


def hear(event: AlertEvent, deps: Deps) -> None:
    """Writes down everybody who is to be told of this transition."""
    owners = [owner for name in event.owners if (owner := deps.catalogue.owner(name))]
    for delivery in domain.deliveries(event, owners, deps.now()):
        deps.outbox.add(delivery)


def dispatch(delivery: Delivery, deps: Deps) -> None:
    """Gives a delivery that was written, or starts over, its first turn."""
    deps.turns.put(turn_of(delivery, deps.now()), timedelta())


def deliver(turn: Turn, deps: Deps) -> None:
    """Tries a delivery whose turn has come; a turn that came early waits on, one that came before is passed over.

    The next turn is put before the outcome is saved: a crash between repeats this turn, never loses the next.
    """
    now = deps.now()
    if turn.due > now:
        deps.turns.put(turn, min(turn.due - now, LONGEST_HOP))
        return
    delivery = deps.outbox.get(turn.alert_id, turn.revision, turn.subscription)
    if delivery is None or delivery.state != "pending" or turn.after < delivery.attempts:
        return
    attempt = deps.senders[delivery.kind].send(delivery)
    tried, wait = domain.after(delivery, attempt, now, deps.jitter())
    if wait is not None:
        deps.turns.put(turn_of(tried, now + wait), min(wait, LONGEST_HOP))
    deps.outbox.save(tried)


def replay(alert_id: str, revision: int, subscription: str, deps: Deps) -> Delivery:
    """Starts a parked delivery over; its first turn comes from the table's stream, as a new one's does.

    Raises NotFound where there is none, or it is not parked.
    """
    delivery = deps.outbox.get(alert_id, revision, subscription)
    if delivery is None or delivery.state != "parked":
        raise NotFound("there is no such parked delivery")
    fresh = domain.replayed(delivery, deps.now())
    deps.outbox.save(fresh)
    return fresh


def turn_of(delivery: Delivery, due: datetime) -> Turn:
    return Turn(delivery.event.alert_id, delivery.event.revision, delivery.subscription, due, delivery.attempts)
