"""How often, and how, a person wishes to be asked: what the page behind every message's last link does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.invitations.domain.interactions import Suppressed
from services.invitations.domain.people import ALL, Person
from services.invitations.usecases.composing import PREFERENCES
from services.invitations.usecases.contacts import open_ledger
from services.invitations.usecases.identity import change_person
from services.invitations.usecases.sending_ports import SendingDeps
from shared import tokens
from shared.catalogue import Touchpoint
from shared.errors import Gone, NotFound

Choice = Literal["usual", "less", "not_this", "none"]
CHOICES: tuple[Choice, ...] = Choice.__args__  # type: ignore[attr-defined]
"""As usual; less often; not by the channel of the message; not at all."""
MOST_SHOWN = 20
TOO_MUCH = {"quarantine", "company_cap", "programme_cap", "channel_cap", "displaced"}
"""Reasons why somebody is left in peace."""


@dataclass(frozen=True)
class AskedOf:
    """One question that was put to the person."""

    at: datetime
    channel: str
    touchpoint: Touchpoint


@dataclass(frozen=True)
class Chooser:
    """Whoever has the message. channel: by which it came. owner: who sent it; empty where nobody is known any more.

    asked: what they were asked, newest first; spared: how often they were not asked since it would have been too much.
    """

    person: Person
    channel: str
    owner: str
    asked: tuple[AskedOf, ...] = ()
    spared: int = 0

    @property
    def choice(self) -> Choice:
        """What holds for them now."""
        if ALL in self.person.opted_out:
            return "none"
        if self.channel in self.person.opted_out:
            return "not_this"
        return "less" if self.person.less_often else "usual"


def chooser(token: str, deps: SendingDeps) -> Chooser:
    """Who has the link. Raises NotFound for one that is not ours or whose person was erased, Gone for an old one."""
    try:
        said = tokens.read(deps.secret, PREFERENCES, token, deps.now())
    except tokens.TokenExpired:
        raise Gone("this link is too old") from None
    except tokens.TokenRefused:
        raise NotFound("there is no such link") from None
    invitation = deps.invitations.get(said["invitation"])
    person = deps.people.get(invitation.person_id) if invitation else None
    if invitation is None or person is None:
        raise NotFound("there is no such link")
    touchpoint = deps.catalogue.touchpoint(invitation.touchpoint)
    owner = touchpoint.owner.name if touchpoint else ""
    return Chooser(person, said["channel"], owner, asked_of(person, deps), spared(person, deps))


def asked_of(person: Person, deps: SendingDeps) -> tuple[AskedOf, ...]:
    """What the person was asked and may see of it: the messages that left, newest first."""
    contacts = open_ledger(person.person_id, deps).contacts
    left = sorted((one for one in contacts if one.state == "sent"), key=lambda one: one.at, reverse=True)
    known = ((one, deps.catalogue.touchpoint(one.touchpoint)) for one in left[:MOST_SHOWN])
    return tuple(AskedOf(one.at, one.channel, touchpoint) for one, touchpoint in known if touchpoint)


def spared(person: Person, deps: SendingDeps) -> int:
    """How many interactions led to no question because of rests and caps."""
    mine = [one for name in (person.person_id, *person.merged_from) for one in deps.interactions.of_person(name)]
    reasons = [one.decision.reason for one in mine if isinstance(one.decision, Suppressed)]
    return sum(reason in TOO_MUCH for reason in reasons)


def choose(who: Chooser, choice: Choice, deps: SendingDeps) -> Chooser:
    """Makes it so, whatever held before; other channels stay as they were. Raises NotFound, Unavailable."""

    def told(person: Person) -> Person:
        unwanted = person.opted_out - {ALL, who.channel}
        added = {"none": {ALL}, "not_this": {who.channel}}.get(choice, set())
        return replace(person, opted_out=unwanted | added, less_often=choice == "less")

    return replace(who, person=change_person(who.person.person_id, told, deps))


def unsubscribe(who: Chooser, deps: SendingDeps) -> Chooser:
    """One click in the mail program (RFC 8058): no more by this channel. What they chose beyond that stays."""

    def told(person: Person) -> Person:
        return replace(person, opted_out=person.opted_out | {who.channel})

    return replace(who, person=change_person(who.person.person_id, told, deps))
