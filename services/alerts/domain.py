"""Messages to owners: one delivery for each alert, transition and subscription, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.catalogue import Owner, Subscription
from shared.events import AlertEvent

State = Literal["pending", "delivered", "parked"]
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=4)
GIVES_UP_AFTER = timedelta(hours=25)
"""A receiver that is down for a day loses nothing."""


@dataclass(frozen=True)
class Delivery:
    """One message: this transition of this alert to this subscription. Written before anything leaves.

    subscription: `owner.id`, as an id is unique with its owner only.
    attempts: how often it was tried; last_error: why the last try failed, None where none did.
    """

    event: AlertEvent
    owner: str
    subscription: str
    kind: Literal["email", "webhook"]
    target: str
    lang: str
    created_at: datetime
    state: State = "pending"
    attempts: int = 0
    last_error: str | None = None
    delivered_at: datetime | None = None

    @property
    def message_id(self) -> str:
        """The same for every try, so that a receiver can tell a repeat."""
        return f"msg_{self.event.alert_id}.{self.event.revision}.{self.subscription}"


def subscription_name(owner: str, subscription: Subscription) -> str:
    """The name of a subscription among those of all owners. owner: its owner's id."""
    return f"{owner}.{subscription.id}"


@dataclass(frozen=True)
class Attempt:
    """What a try came to. error: None where the receiver took it; retry_after: if the receiver asked."""

    error: str | None = None
    retry_after: timedelta | None = None


def deliveries(event: AlertEvent, owners: list[Owner], now: datetime) -> list[Delivery]:
    """A delivery for every subscription of every owner concerned."""
    return [delivery(event, owner, subscription, now) for owner in owners for subscription in owner.subscriptions]


def delivery(event: AlertEvent, owner: Owner, subscription: Subscription, now: datetime) -> Delivery:
    return Delivery(
        event=event,
        owner=owner.id,
        subscription=subscription_name(owner.id, subscription),
        kind=subscription.kind,
        target=subscription.target,
        lang=subscription.lang,
        created_at=now,
    )


def after(delivery: Delivery, attempt: Attempt, now: datetime, jitter: float) -> tuple[Delivery, timedelta | None]:
    """The delivery after a try, and how long to wait for the next one; None where there is none.

    jitter: 0 to 1, drawn anew each time, so that a thousand receivers are not tried in step.
    """
    tried = replace(delivery, attempts=delivery.attempts + 1, last_error=attempt.error)
    if attempt.error is None:
        return replace(tried, state="delivered", delivered_at=now), None
    if now - delivery.created_at >= GIVES_UP_AFTER:
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
