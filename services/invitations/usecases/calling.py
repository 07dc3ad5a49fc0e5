"""While an alert stands, its owner is called to turn to those who said nothing: how many they are, never who."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.invitations.usecases.outreach import MOST_PEOPLE, Outreach, OutreachDeps, outreach
from shared.errors import Conflict, NotFound
from shared.events import AlertEvent, OutreachEvent

WEEK = timedelta(days=7)
LONGEST = timedelta(days=60)
"""Alerts raised longer ago are passed over: their level has become the usual by then."""


class Alerts(Protocol):
    """Friction alerts by time."""

    def raised(self, since: datetime, until: datetime) -> Iterable[AlertEvent]:
        """Everybody's that were raised in [since, until), in that order."""
        ...


class Calls(Protocol):
    """Which calls were made."""

    def is_made(self, alert_id: str, number: int) -> bool: ...

    def make(self, alert_id: str, number: int, until: datetime) -> None:
        """Writes it down, and keeps it until then; no harm where it was."""
        ...


class CallNews(Protocol):
    """Where a call goes, to be told. Put there twice, it is told once."""

    def put(self, event: OutreachEvent) -> None: ...


@dataclass(frozen=True)
class CallingDeps(OutreachDeps):
    """What calling needs beside."""

    standing: Alerts
    calls: Calls
    call_news: CallNews


def call_to_reach_out(deps: CallingDeps) -> int:
    """Calls the owners of alerts that stand, once a week for each alert; says how many were called.

    A call is written down after it was put: a crash between repeats it under the same id. Where nobody may be turned
    to yet, it is looked again the next time.
    """
    now, called = deps.now(), 0
    for event in deps.standing.raised(now - LONGEST, now):
        number = max(now - event.raised_at, timedelta()) // WEEK + 1
        if is_standing(event) and not deps.calls.is_made(event.alert_id, number):
            called += call(event, number, deps)
    return called


def is_standing(event: AlertEvent) -> bool:
    return event.state in ("raised", "acknowledged") and event.audience == "customer"


def call(event: AlertEvent, number: int, deps: CallingDeps) -> bool:
    """Whether there was anybody to turn to, and the owner is called."""
    try:
        found = outreach(event.alert_id, MOST_PEOPLE, deps)
    except (NotFound, Conflict):
        return False
    people = sum(one.may_be_contacted for one in found.people)
    if people:
        deps.call_news.put(news_of(found, people, number, deps))
        deps.calls.make(event.alert_id, number, deps.now() + LONGEST)
    return bool(people)


def news_of(found: Outreach, people: int, number: int, deps: CallingDeps) -> OutreachEvent:
    """Nobody is named: who they are stands on the page, for whoever may see it."""
    event = found.event
    return OutreachEvent(
        alert=event.alert_id,
        revision=number,
        touchpoint=event.touchpoint,
        touchpoint_name=event.touchpoint_name,
        owner=event.owner,
        owners=event.owners,
        journey=event.journey,
        severity=event.severity,
        raised_at=deps.now(),
        people=people,
        passed=found.passed,
        links={
            "page": f"{deps.public_url}/outreach/{event.alert_id}",
            "outreach": f"{deps.public_url}/v1/alerts/{event.alert_id}/outreach",
        },
    )
