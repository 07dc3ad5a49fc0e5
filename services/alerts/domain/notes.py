"""News for one subscription: what it is to be told, when, and how several become one message.

A note is made for each transition of an alert, or piece of news of a case, and each subscription that wants it. It
waits until the subscription may be told. Then all its notes that are due become messages, as few as say it all once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from services.alerts.domain.hours import instant, told_at
from services.alerts.domain.subscribers import Subscriber
from shared.catalogue import Subscription
from shared.events import News, Severity, WeeklyEvent

State = Literal["waiting", "told", "covered", "muted"]
Reason = Literal["owner", "watching", "escalated", "asked"]
COOLDOWN = timedelta(hours=1)
"""A touchpoint that was told of is told of again after an hour at the soonest, unless it got graver or it is over."""
WEEK_TOLD_AT = time(7, 30)
"""On Monday, where the subscription is."""
MOST_IN_A_MESSAGE = 20
"""Alerts carry people's comments, and an item of DynamoDB holds 400 kB."""
GRAVITY: dict[Severity, int] = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True)
class Note:
    """One piece of news for one subscription.

    because: why it is told: its owner's touchpoint, one it watches, or nobody acknowledged in time.
    state: waiting; told by a message; covered by later news of the same alert; or muted.
    """

    event: News
    owner: str
    subscription: str
    because: Reason
    due_at: datetime
    state: State = "waiting"
    message_id: str | None = None

    @property
    def id(self) -> str:
        return f"{self.event.alert_id}.{self.event.revision}.{self.event.state}.{self.subscription}"


def note(event: News, subscriber: Subscriber, because: Reason, now: datetime, gathered_for: timedelta) -> Note:
    """The note as it begins to wait. Programs are told at once; people when it suits them.

    gathered_for: how long it waits at least, so that what comes up at several touchpoints is told together.
    """
    subscription = subscriber.subscription
    gathered = now if subscription.kind == "webhook" else now + gathered_for
    if isinstance(event, WeeklyEvent):
        monday_after = event.monday + timedelta(days=7)
        gathered = max(gathered, instant(monday_after, WEEK_TOLD_AT, ZoneInfo(subscription.time_zone)))
    due = told_at(subscription, waking(event), gathered)
    return Note(event, subscriber.owner.id, subscriber.name, because, due)


def waking(event: News) -> Severity | None:
    """How grave it is, of friction that began; how it goes on wakes nobody, and neither does a case."""
    return event.severity if event.state == "raised" else None


def is_ripe(note: Note, subscription: Subscription, now: datetime, gathered_for: timedelta) -> bool:
    """Whether it is told now: when it is due, or where others are told and it is only being gathered."""
    is_near = note.due_at <= now + gathered_for and told_at(subscription, waking(note.event), now) == now
    return note.state == "waiting" and (note.due_at <= now or is_near)


def reason(subscriber: Subscriber, event: News) -> Reason:
    return "owner" if subscriber.owner.id in event.owners else "watching"


@dataclass(frozen=True)
class Told:
    """When a subscription was last told that something began at a touchpoint, and how grave it was."""

    at: datetime
    severity: Severity


@dataclass(frozen=True)
class Past:
    """What a subscription knows already, and what it does not want to know.

    told: by touchpoint. heard: the alerts of which it was told something. muted: alerts and touchpoints, `*` for all.
    """

    told: dict[str, Told]
    heard: frozenset[str]
    muted: frozenset[str]


@dataclass(frozen=True)
class Message:
    """Notes that are told together; the first one names it."""

    notes: tuple[Note, ...]

    @property
    def id(self) -> str:
        """The same for every try, so that a receiver can tell a repeat."""
        return f"msg_{self.notes[0].id}"


@dataclass(frozen=True)
class Plan:
    """What becomes of the notes that are due. covered, muted: told by nothing; postponed: with their new time."""

    messages: tuple[Message, ...] = ()
    covered: tuple[Note, ...] = ()
    muted: tuple[Note, ...] = ()
    postponed: tuple[Note, ...] = ()


def planned(due: Iterable[Note], subscriber: Subscriber, past: Past, now: datetime) -> Plan:
    """What becomes of a subscription's notes that are due."""
    notes = sorted(due, key=lambda one: (one.event.raised_at, one.event.alert_id, one.event.revision, one.due_at))
    if subscriber.subscription.kind == "webhook":
        return Plan(messages=tuple(Message((one,)) for one in notes))
    silenced = [one for one in notes if past.muted & {one.event.alert_id, one.event.touchpoint, "*"}]
    news, covered = last_news([one for one in notes if one not in silenced], past.heard)
    postponed = [replace(one, due_at=until) for one in news if (until := cools_until(one, past.told)) and until > now]
    later = {one.id for one in postponed}
    ready = [one for one in news if one.id not in later]
    return Plan(tuple(messages(ready, subscriber)), tuple(covered), tuple(silenced), tuple(postponed))


def is_taken_back(note: Note) -> bool:
    return note.event.state == "withdrawn"


def last_news(notes: Sequence[Note], heard: frozenset[str]) -> tuple[list[Note], list[Note]]:
    """Of each alert the last note, and those it covers; an alert that was taken back unheard is no news at all."""
    news: list[Note] = []
    covered: list[Note] = []
    by_alert = sorted(notes, key=lambda one: (one.event.alert_id, one.event.revision, one.event.state != "raised"))
    for _, group in groupby(by_alert, key=lambda one: one.event.alert_id):
        *earlier, last = group
        unheard = is_taken_back(last) and last.event.alert_id not in heard
        covered += [*earlier, last] if unheard else earlier
        news += [] if unheard else [last]
    return news, covered


def cools_until(note: Note, told: dict[str, Told]) -> datetime | None:
    """Until when the touchpoint is not told of again; None where that does not hold for this news."""
    last = told.get(note.event.touchpoint)
    is_news_of_its_own = note.event.state != "raised" or note.because == "escalated"
    if last is None or is_news_of_its_own or GRAVITY[note.event.severity] > GRAVITY[last.severity]:
        return None
    return last.at + COOLDOWN


def messages(notes: Sequence[Note], subscriber: Subscriber) -> list[Message]:
    """Everything but a week in one message for a digest; else what began together on a journey is told together."""
    if not notes:
        return []
    ordered = sorted(notes, key=lambda one: (one.event.journey, one.event.state, one.event.raised_at))
    weeks = [one for one in ordered if isinstance(one.event, WeeklyEvent)]
    if subscriber.subscription.digest is not None:
        others = [one for one in ordered if one not in weeks]
        return [*(Message((one,)) for one in weeks), *(Message(tuple(part)) for part in parts(others))]
    grouped = groupby(ordered, key=lambda one: (one.event.journey, one.event.state))
    return [Message(tuple(part)) for _, group in grouped for part in parts(list(group))]


def parts(notes: Sequence[Note]) -> list[Sequence[Note]]:
    return [notes[start : start + MOST_IN_A_MESSAGE] for start in range(0, len(notes), MOST_IN_A_MESSAGE)]
