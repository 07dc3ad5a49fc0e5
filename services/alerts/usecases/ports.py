"""The ports of the service: what its verbs need from outside, and `Deps`, in which they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.domain.notes import Message, Note, Told
from services.alerts.domain.notes import State as NoteState
from services.alerts.domain.passes import Pass
from services.alerts.domain.standings import Standing
from shared.catalogue import Catalogue
from shared.events import AlertEvent
from shared.limits import Counters
from shared.remedies import Remedy


@dataclass(frozen=True)
class Bundle:
    """The turn of a note: with all others of its subscription that are due, it becomes a message."""

    alert_id: str
    revision: int
    state: str
    subscription: str
    due: datetime


@dataclass(frozen=True)
class Try:
    """The turn of a delivery. after: how many tries it follows."""

    message_id: str
    due: datetime
    after: int


@dataclass(frozen=True)
class Escalate:
    """The turn of an alert that nobody may have taken on. level: how many steps it follows."""

    alert_id: str
    level: int
    due: datetime


Turn = Bundle | Try | Escalate


class Standings(Protocol):
    """Where alerts stand, as they are told."""

    def get(self, alert_id: str) -> Standing | None: ...

    def save(self, standing: Standing) -> Standing:
        """Stores it and gives it with its next version. Raises Conflict where it has changed."""
        ...


class Quotes(Protocol):
    """What alerts quote by now; read only."""

    def still_in(self, event: AlertEvent) -> AlertEvent:
        """The event with those of its quotes alone that the alert still has; with none where there is no such alert."""
        ...


class Notes(Protocol):
    """Where news waits for those who are to be told."""

    def add(self, note: Note) -> None:
        """Writes it unless it is there already."""
        ...

    def get(self, alert_id: str, revision: int, state: str, subscription: str) -> Note | None: ...

    def due(self, subscription: str, now: datetime) -> list[Note]:
        """The subscription's notes that wait and are due; what was written a moment ago may be missing."""
        ...

    def of_alert(self, alert_id: str) -> list[Note]:
        """All of an alert, by revision."""
        ...

    def tell(self, message: Message, delivery: Delivery, at: datetime) -> None:
        """The delivery, and all its notes told by it, or nothing. Raises Conflict where one waits no more."""
        ...

    def set_aside(self, note: Note, state: NoteState) -> None:
        """The note waits no more, and is told by nothing; one that waits no more stays as it is."""
        ...

    def postpone(self, note: Note) -> None:
        """Stores when it is due now, as long as it waits."""
        ...

    def told(self, subscription: str, touchpoints: Iterable[str]) -> dict[str, Told]:
        """When it was last told that something began there, by touchpoint."""
        ...


class Mutes(Protocol):
    """What subscriptions do not want to hear of."""

    def put(self, subscription: str, scope: str, until: datetime) -> None: ...

    def of(self, subscription: str, now: datetime) -> frozenset[str]:
        """Alerts and touchpoints by id, `*` for all."""
        ...


class PassBook(Protocol):
    """What the codes in messages stand for."""

    def get(self, code: str) -> Pass | None: ...


class Outbox(Protocol):
    """Where deliveries stand."""

    def get(self, message_id: str) -> Delivery | None: ...

    def add(self, delivery: Delivery) -> Delivery:
        """Writes it, unless one of its id is there; gives the one that stands."""
        ...

    def save(self, delivery: Delivery, before: Delivery) -> None:
        """Writes it in place of the one that was read. Raises Conflict where that was tried meanwhile."""
        ...

    def listed(self, state: str, day: date | None) -> list[Delivery]:
        """The deliveries of that state that were written on that day, oldest first. None: parked ones of any day."""
        ...


class Threads(Protocol):
    """The first message on an alert, where a way lets later ones reply to it."""

    def get(self, alert_id: str, subscription: str) -> str | None: ...

    def put(self, alert_id: str, subscription: str, thread: str) -> None:
        """Keeps it, unless there is one."""
        ...


class Remedies(Protocol):
    """What was done about alerts."""

    def of_alert(self, alert_id: str) -> list[Remedy]:
        """In the order of their days."""
        ...

    def put(self, remedy: Remedy) -> None:
        """Writes it, in place of the one of that id."""
        ...

    def remove(self, remedy: Remedy) -> None:
        """Takes it away; no harm where it is gone already."""
        ...


class Turns(Protocol):
    """The queue of what is to be done, and when."""

    def put(self, turn: Turn, wait: timedelta) -> None:
        """wait: at most 15 minutes."""
        ...


class Sender(Protocol):
    """One way to tell somebody."""

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:
        """Tries once; a failure is an Attempt with its error, never an exception. thread: to reply to."""
        ...


@dataclass(frozen=True)
class Deps:
    """gathered_for: how long news for people waits for more of its kind."""

    standings: Standings
    quotes: Quotes
    notes: Notes
    mutes: Mutes
    passes: PassBook
    outbox: Outbox
    threads: Threads
    remedies: Remedies
    turns: Turns
    senders: dict[str, Sender]
    catalogue: Catalogue
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    gathered_for: timedelta
    counters: Counters
