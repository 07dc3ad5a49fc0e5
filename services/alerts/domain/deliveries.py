"""Messages on their way: one delivery each, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.alerts.domain.notes import Message, Reason
from services.alerts.domain.subscribers import Subscriber
from shared.catalogue import Way
from shared.events import Told
from shared.receivers import Receiver

State = Literal["pending", "delivered", "parked"]
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=4)
GIVES_UP_AFTER = timedelta(hours=25)
"""A receiver that is down for a day loses nothing."""


@dataclass(frozen=True)
class Delivery:
    """One message to one subscription: one piece of news, or several. Written before anything leaves.

    news: transitions of alerts, or of cases, at least one. subscription: its name among those of all owners.
    because: why it is told; see `notes.Note`.
    attempts: how often it was tried; last_error: why the last try failed, None where none did.
    answer: what the receiver said when it took the message.
    """

    message_id: str
    news: tuple[Told, ...]
    owner: str
    subscription: str
    because: Reason
    kind: Way
    target: str
    lang: str
    created_at: datetime
    state: State = "pending"
    attempts: int = 0
    last_error: str | None = None
    answer: str | None = None
    delivered_at: datetime | None = None

    @property
    def receiver(self) -> Receiver:
        return Receiver(self.subscription, self.kind, self.target)


def delivery(message: Message, subscriber: Subscriber, now: datetime) -> Delivery:
    """The message as it begins its way."""
    subscription, first = subscriber.subscription, message.notes[0]
    return Delivery(
        message_id=message.id,
        news=tuple(note.event for note in message.notes),
        owner=first.owner,
        subscription=first.subscription,
        because=first.because,
        kind=subscription.kind,
        target=subscription.target,
        lang=subscription.lang,
        created_at=now,
    )


@dataclass(frozen=True)
class Attempt:
    """What a try came to. error: None where the receiver took it; retry_after: if the receiver asked.

    answer: what it said, such as `204`; thread: what later messages on the same alert may reply to.
    is_final: trying again is no use.
    """

    error: str | None = None
    retry_after: timedelta | None = None
    answer: str | None = None
    thread: str | None = None
    is_final: bool = False


def after(delivery: Delivery, attempt: Attempt, now: datetime, jitter: float) -> tuple[Delivery, timedelta | None]:
    """The delivery after a try, and how long to wait for the next one; None where there is none.

    jitter: 0 to 1, drawn anew each time, so that a thousand receivers are not tried in step.
    """
    tried = replace(delivery, attempts=delivery.attempts + 1, last_error=attempt.error)
    if attempt.error is None:
        return replace(tried, state="delivered", delivered_at=now, answer=attempt.answer), None
    if attempt.is_final or now - delivery.created_at >= GIVES_UP_AFTER:
        return replace(tried, state="parked"), None
    return tried, wait(tried.attempts, attempt.retry_after, jitter)


def wait(attempts: int, retry_after: timedelta | None, jitter: float) -> timedelta:
    """Doubling from 30 s to 4 h, up to half as much again by jitter; not sooner than the receiver asked."""
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 16))
    backoff = min(doubled, LONGEST_WAIT) * (1 + jitter / 2)
    return max(backoff, min(retry_after or timedelta(), GIVES_UP_AFTER))


def replayed(delivery: Delivery, now: datetime) -> Delivery:
    """A parked delivery as it starts over."""
    return replace(delivery, state="pending", attempts=0, last_error=None, created_at=now)
