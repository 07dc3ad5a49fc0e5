"""What people do about an alert: acknowledge it, mute it; and what follows where nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.alerts.domain import notes, standings
from services.alerts.domain.standings import Standing
from services.alerts.domain.subscribers import audience, listening, subscriber
from services.alerts.usecases.ports import Deps, Escalate
from services.alerts.usecases.telling import is_early, put, write_note
from shared.errors import FieldError, Gone, InvalidInput, NotFound
from shared.events import WEEKLY, AlertEvent
from shared.receivers import is_reached

Wish = Literal["acknowledge", "mute_alert", "mute_touchpoint", "mute_all"]
LONGEST_MUTE = timedelta(days=90)
MUTED_FOR = {"mute_alert": LONGEST_MUTE, "mute_touchpoint": timedelta(days=7), "mute_all": timedelta(days=1)}


def acknowledge(alert_id: str, by: str, deps: Deps) -> Standing:
    """Takes the alert on: everybody else who was told hears of it, and nobody further is told.

    by: a subscription's name, or an API key's id. Once acknowledged it stays with whoever was first.
    Raises NotFound, Gone where the alert is over, Conflict where somebody else was faster.
    """
    standing = deps.standings.get(alert_id)
    if standing is None:
        raise NotFound("there is no such alert")
    if standing.state == "over":
        raise Gone("this alert is over")
    if standing.state == "open":
        standing = deps.standings.save(standings.acknowledged(standing, by, deps.now()))
    event = standing.acknowledged_event
    for one in listening(event, standing.told, deps.catalogue):
        if one.name in standing.told and one.name != standing.acknowledged_by:
            write_note(event, one, notes.reason(one, event), deps)
    return standing


def escalate(turn: Escalate, deps: Deps) -> None:
    """Tells the next ones of an alert that nobody took on in time.

    The standing is saved last: a crash before it repeats this turn, whose notes are then there already.
    Raises Conflict where the alert has gone on meanwhile; its turn then comes again.
    """
    if is_early(turn, deps):
        return
    now, standing = deps.now(), deps.standings.get(turn.alert_id)
    if standing is None or standing.state != "open" or standing.level != turn.level:
        return
    wanting = audience(standing.event, deps.catalogue)
    chosen = standings.next_told(standing, wanting, now)
    for one in chosen:
        write_note(standing.event, one, "escalated", deps)
    patience = standings.patience(wanting)
    if chosen and patience is not None:
        put(Escalate(turn.alert_id, turn.level + 1, now + patience), deps)
        deps.standings.save(standings.escalated(standing, chosen))


@dataclass(frozen=True)
class Opened:
    """What the code in a message leads to: whose it is, and how the alert stands."""

    subscription: str
    standing: Standing

    @property
    def alert_id(self) -> str:
        return self.standing.event.alert_id


def opened(code: str, deps: Deps) -> Opened:
    """Changes nothing.

    Raises NotFound where the code is nobody's, has expired, or its subscription is gone or leads to somebody else.
    """
    found = deps.passes.get(code)
    standing = deps.standings.get(found.alert_id) if found and found.expires_at > deps.now() else None
    if found is None or standing is None or not is_reached(found.subscription, found.receiver, deps.catalogue):
        raise NotFound("there is no such page")
    return Opened(found.subscription, standing)


def act(code: str, wish: Wish, deps: Deps) -> Opened:
    """Does what somebody wishes who came by a message. Raises as `opened` and `acknowledge` do."""
    found = opened(code, deps)
    event = found.standing.event
    if wish == "acknowledge":
        return Opened(found.subscription, acknowledge(event.alert_id, found.subscription, deps))
    mute(found.subscription, scopes_of(event)[wish], deps.now() + MUTED_FOR[wish], deps)
    return found


def scopes_of(event: AlertEvent) -> dict[str, str]:
    """What each of the wishes to hear no more of it mutes."""
    return {"mute_alert": event.alert_id, "mute_touchpoint": event.touchpoint, "mute_all": "*"}


def muted(found: Opened, deps: Deps) -> frozenset[str]:
    """The wishes of MUTED_FOR that hold already."""
    scopes = deps.mutes.of(found.subscription, deps.now())
    return frozenset(wish for wish, scope in scopes_of(found.standing.event).items() if scope in scopes)


def to_mute(found: Opened, deps: Deps) -> list[str]:
    """The wishes of MUTED_FOR that change something: of what is over there is nothing more to hear."""
    done = muted(found, deps) | ({"mute_alert"} if found.standing.state == "over" else frozenset())
    return [wish for wish in MUTED_FOR if wish not in done]


def mute(subscription: str, scope: str, until: datetime, deps: Deps) -> datetime:
    """From now until then the subscription hears nothing of an alert, a touchpoint (by id), or anything (`*`).

    Gives the end, at most 90 days from now. Raises NotFound where there is no such subscription, InvalidInput
    where the end is past.
    """
    if subscriber(subscription, deps.catalogue) is None:
        raise NotFound("there is no such subscription")
    if until <= deps.now():
        raise InvalidInput(errors=[FieldError("#/until", "a time to come", "past")])
    end = min(until, deps.now() + LONGEST_MUTE)
    deps.mutes.put(subscription, scope, end)
    return end


def unmute(subscription: str, deps: Deps) -> None:
    """From now on the subscription hears of every alert and touchpoint again. Raises NotFound.

    A weekly report that was stopped stays so.
    """
    if subscriber(subscription, deps.catalogue) is None:
        raise NotFound("there is no such subscription")
    now = deps.now()
    for scope in sorted(deps.mutes.of(subscription, now) - {WEEKLY}):
        deps.mutes.put(subscription, scope, now)
