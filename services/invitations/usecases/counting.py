"""What is counted, and what is heard of those who were asked: that they opened the question, that they answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.invitations.domain.funnel import Notice, notice_of_decided, notice_of_invitation
from services.invitations.domain.interactions import Decided
from services.invitations.domain.invitations import Invitation
from services.invitations.usecases.contacts import open_ledger
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.retrying import retried


@dataclass(frozen=True)
class Reaction:
    """What an invited person did, as the table of responses tells."""

    invitation_id: str
    what: Literal["opened", "answered"]
    at: datetime


def tally(decided: Iterable[Decided], invitations: Iterable[Invitation], deps: Deps) -> None:
    """Counts them, once each, however often and in whatever order they come. Raises Unavailable."""
    notices = [notice(one, deps) for one in decided]
    deps.tallies.add([*notices, *(found for one in invitations if (found := notice_of_invitation(one)).marks)])


def notice(decided: Decided, deps: Deps) -> Notice:
    touchpoint = deps.catalogue.touchpoint(decided.interaction.touchpoint)
    return notice_of_decided(decided, touchpoint.segments if touchpoint else ())


def hear_reaction(reaction: Reaction, deps: Deps) -> None:
    """Writes down that the question was opened or answered; told again, it changes nothing. Raises Unavailable.

    A link of somebody else's making has no invitation of ours; it is passed over.
    """
    retried(lambda: hear_once(reaction, deps), deps)


def hear_once(reaction: Reaction, deps: Deps) -> None:
    invitation = deps.invitations.get(reaction.invitation_id)
    if invitation is None:
        return
    changed = CHANGES[reaction.what](invitation, reaction.at)
    if changed != invitation:
        if changed.due_at is None and invitation.due_at is not None:
            give_back(invitation, deps)
        deps.invitations.save(changed)


def give_back(invitation: Invitation, deps: Deps) -> None:
    """The place of a message that was still to come, before the invitation ends: after it nobody would."""
    ledger = open_ledger(invitation.person_id, deps).without_place(invitation.invitation_id, invitation.step)
    if ledger is not None:
        deps.ledgers.save(ledger)


def opened(invitation: Invitation, at: datetime) -> Invitation:
    """The first time stands; who has answered stays so, and an address that bounced did not open anything."""
    if invitation.opened_at is not None:
        return invitation
    state = "opened" if invitation.state in ("planned", "sent", "delivered") else invitation.state
    return replace(invitation, state=state, opened_at=at)


def answered(invitation: Invitation, at: datetime) -> Invitation:
    """Nothing more is due: who has answered is not reminded. It holds whatever became of the message meanwhile."""
    if invitation.answered_at is not None:
        return invitation
    return replace(invitation, state="answered", answered_at=at, due_at=None)


CHANGES: dict[str, Callable[[Invitation, datetime], Invitation]] = {"opened": opened, "answered": answered}
