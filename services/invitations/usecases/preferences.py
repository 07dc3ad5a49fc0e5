"""How often, and how, a person wishes to be asked: what the page behind every message's last link does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from services.invitations.domain.people import ALL, Person
from services.invitations.usecases.composing import PREFERENCES
from services.invitations.usecases.identity import change_person
from services.invitations.usecases.sending_ports import SendingDeps
from shared import tokens
from shared.errors import Gone, NotFound

Choice = Literal["usual", "less", "not_this", "none"]
CHOICES: tuple[Choice, ...] = Choice.__args__  # type: ignore[attr-defined]
"""As usual; less often; not by the channel of the message; not at all."""


@dataclass(frozen=True)
class Chooser:
    """Whoever has the message. channel: by which it came. owner: who sent it; empty where nobody is known any more."""

    person: Person
    channel: str
    owner: str

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
    return Chooser(person, said["channel"], touchpoint.owner.name if touchpoint else "")


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
