"""What providers tell of messages, and people of what they want: states, addresses that do not work, wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.invitations.domain import sending
from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.people import ALL, Identifier, Person
from services.invitations.usecases.composing import asked_by
from services.invitations.usecases.contacts import open_ledger
from services.invitations.usecases.identity import change_person
from services.invitations.usecases.retrying import retried
from services.invitations.usecases.sending import remind_after
from services.invitations.usecases.sending_ports import SendingDeps, Suppression
from shared.errors import NotFound
from shared.wishes import wish

Kind = Literal["sent", "delivered", "bounced", "complained"]


@dataclass(frozen=True)
class Heard:
    """What a provider tells of a message of ours.

    address: whom it speaks of. is_address_bad: whether no other message would arrive there either.
    """

    invitation_id: str
    number: int
    kind: Kind
    at: datetime
    message_id: str | None = None
    address: Identifier | None = None
    is_address_bad: bool = False


@dataclass(frozen=True)
class Said:
    """A text message that came in. at: when it was written; None where that is not told."""

    phone: Identifier
    text: str
    at: datetime | None = None


def hear_outcome(heard: Heard, deps: SendingDeps) -> None:
    """Writes it down; told again, or out of order, it changes nothing more. What is not of ours is passed over."""
    retried(lambda: take_in(heard, deps), deps)
    if heard.kind == "complained":
        if heard.address:
            leave_alone(heard.address, "complaint", deps.now(), deps)
        change_whose(heard, lambda person: replace(person, opted_out=person.opted_out | {"email"}), deps)
    if heard.is_address_bad and heard.address:
        bad = {heard.address}
        change_whose(heard, lambda person: replace(person, unusable=person.unusable | bad), deps)


def take_in(heard: Heard, deps: SendingDeps) -> None:
    """What it says of the message. Raises Conflict where the invitation has changed."""
    invitation, step = deps.invitations.get(heard.invitation_id), deps.steps.get(heard.invitation_id, heard.number)
    if invitation is None or step is None:
        return
    if heard.kind == "bounced":
        if step.state != "failed":
            ledger = open_ledger(invitation.person_id, deps)
            bounced = sending.bounced(invitation, step, ledger, deps.now())
            deps.steps.write(replace(bounced, asks=asked_by(invitation, step, False, deps)))
        return
    progress = known_sent(invitation, step, heard, deps)
    if heard.kind == "delivered":
        progress = replace(progress, invitation=sending.delivered(progress.invitation, heard.at))
    if progress != sending.Progress(invitation, step):
        deps.steps.write(progress)


def known_sent(invitation: Invitation, step: Step, heard: Heard, deps: SendingDeps) -> sending.Progress:
    """The message as it is once we know that the provider had it."""
    if step.state not in ("claimed", "unknown"):
        return sending.Progress(invitation, step)
    touchpoint = deps.catalogue.touchpoint(invitation.touchpoint)
    told = replace(step, message_id=heard.message_id)
    sent = sending.sent(invitation, told, remind_after(touchpoint) if touchpoint else None, deps.now())
    return replace(sent, asks=asked_by(invitation, step, True, deps))


def change_whose(heard: Heard, how: Callable[[Person], Person], deps: SendingDeps) -> None:
    """Changes the person whom the message was for; nothing where they have been erased."""
    invitation = deps.invitations.get(heard.invitation_id)
    if invitation is not None:
        change_known(invitation.person_id, how, deps)


def change_known(person_id: str, how: Callable[[Person], Person], deps: SendingDeps) -> None:
    try:
        change_person(person_id, how, deps)
    except NotFound:
        return


def hear_said(said: Said, deps: SendingDeps) -> None:
    """STOP ends everything, by every channel, at once; START takes that back. Anything else is not for us.

    Texts come in any order: a START does not undo the STOP that was written after it.
    """
    wished, at = wish(said.text), said.at or deps.now()
    if wished == "stop":
        leave_alone(said.phone, "stop", at, deps)
        for person in deps.people.find([said.phone]):
            change_known(person.person_id, without_any, deps)
    elif wished == "start" and deps.suppressions.remove(said.phone, at):
        for person in deps.people.find([said.phone]):
            change_known(person.person_id, with_texts, deps)


def leave_alone(address: Identifier, because: str, at: datetime, deps: SendingDeps) -> None:
    """On the list with it; in clear only where somebody is known by it, since else they may have been erased."""
    is_known = bool(deps.people.find([address]))
    deps.suppressions.add([Suppression(address, because, at, is_named=is_known)])


def without_any(person: Person) -> Person:
    return replace(person, opted_out=person.opted_out | {ALL})


def with_texts(person: Person) -> Person:
    """What STOP did is undone; another channel that they did not want stays unwanted."""
    return replace(person, opted_out=person.opted_out - {ALL, "sms"})
