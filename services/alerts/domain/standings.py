"""How an alert stands with those who were told of it: open, acknowledged or over; and who is told next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.alerts.domain.hours import quiet_until
from services.alerts.domain.subscribers import AT_ONCE, LAST, Subscriber
from shared.events import AlertEvent, Severity

State = Literal["open", "acknowledged", "over"]
OVER = ("resolved", "withdrawn")


@dataclass(frozen=True)
class Standing:
    """An alert as it is told: its newest event, whom it was told, and who took it on.

    told: names of the subscriptions that were told it began, and so hear how it goes on.
    level: how many steps the escalation has gone; version: of what was read, 0 where nothing was.
    """

    event: AlertEvent
    told: frozenset[str] = frozenset()
    state: State = "open"
    level: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    version: int = 0

    @property
    def acknowledged_event(self) -> AlertEvent:
        """What is told when somebody took it on: the same revision, in another state."""
        return self.event.model_copy(update={"state": "acknowledged"})


def heard(
    known: Standing | None, event: AlertEvent, listening: Iterable[Subscriber]
) -> tuple[Standing, list[Subscriber]]:
    """The standing after the event, and who is to be told of it now. listening: see `subscribers.listening`.

    What stands is told to all of the first step, once it is such as they want; how it ends, to whoever heard of it.
    """
    before = known or Standing(event)
    is_over = event.state in OVER
    begins = known is None or not is_over
    now = [one for one in listening if one.name in before.told or (begins and one.step == AT_ONCE)]
    told = before.told | {one.name for one in now}
    return replace(before, event=event, state="over" if is_over else before.state, told=told), now


def acknowledged(standing: Standing, by: str, at: datetime) -> Standing:
    return replace(standing, state="acknowledged", acknowledged_by=by, acknowledged_at=at)


def escalated(standing: Standing, told: Iterable[Subscriber]) -> Standing:
    """One step further, with those who were told then."""
    names = frozenset(one.name for one in told)
    return replace(standing, told=standing.told | names, level=standing.level + 1)


def patience(wanting: Iterable[Subscriber]) -> timedelta | None:
    """How long those told at once have to acknowledge before others are told; None where they have all the time."""
    given = [one.owner.acknowledge_within_minutes for one in wanting if one.step == AT_ONCE]
    minutes = [one for one in given if one is not None]
    return timedelta(minutes=min(minutes)) if minutes else None


def next_told(standing: Standing, wanting: Iterable[Subscriber], now: datetime) -> list[Subscriber]:
    """Who is told next of an alert that nobody took on; empty where there is nobody left.

    The next of the chain who is on call, that is, not in quiet hours; then all of whoever watches over the journey.
    """
    waiting = [one for one in wanting if one.name not in standing.told and one.step != AT_ONCE]
    chain = [one for one in waiting if one.step != LAST and is_on_call(one, standing.event.severity, now)]
    return chain[:1] or [one for one in waiting if one.step == LAST]


def is_on_call(one: Subscriber, severity: Severity, now: datetime) -> bool:
    return quiet_until(one.subscription, severity, now) == now
