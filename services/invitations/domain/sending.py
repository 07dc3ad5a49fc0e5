"""One message of an invitation: begun, sent, refused or unclear; and what is due for the invitation then. Pure.

Each change is a `Progress`, written whole or not at all. What is claimed is sent at most once: a claim that nobody
could settle becomes `unknown`, and is not tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.invitations.domain.interactions import Reason
from services.invitations.domain.invitations import Invitation, State, Step
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.questions import Question

CLAIM_LASTS = timedelta(minutes=5)
"""Longer than the function that sends may run: after that, whoever claimed is gone."""
LEASE = timedelta(minutes=10)
"""How long what was handed to the queue is not handed to it again."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
ENDED: tuple[State, ...] = ("answered", "expired", "suppressed", "bounced")
REMINDER = 2


@dataclass(frozen=True)
class Taken:
    """The provider has the message."""

    message_id: str


@dataclass(frozen=True)
class NotTaken:
    """The provider surely does not have it; it may be tried again. why: the provider's word for it."""

    why: str


@dataclass(frozen=True)
class Refused:
    """The provider will never take it. reason: what that says of the person; None where it says nothing of them."""

    why: str
    reason: Reason | None


@dataclass(frozen=True)
class Unclear:
    """The provider may have it or not."""

    why: str


Outcome = Taken | NotTaken | Refused | Unclear


@dataclass(frozen=True)
class Progress:
    """What is written together. step, ledger: None where they stay as they are.

    asks, takes_back: of a text message, the question that a text written back answers from now on, or no more.
    """

    invitation: Invitation
    step: Step | None = None
    ledger: Ledger | None = None
    asks: Question | None = None
    takes_back: Question | None = None


def claim(invitation: Invitation, before: Step | None, ledger: Ledger, now: datetime) -> Progress:
    """The message is about to be sent: nobody else may, and its contact counts from now."""
    number, attempts = invitation.step, before.attempts + 1 if before else 1
    step = Step(invitation.invitation_id, number, "claimed", now, attempts)
    contact = contact_of(ledger, invitation, number)
    counted = ledger.with_contact(replace(contact, state="sent", at=now))
    return Progress(replace(invitation, due_at=now + CLAIM_LASTS), step, counted)


def contact_of(ledger: Ledger, invitation: Invitation, number: int) -> Contact:
    """Raises LookupError where the ledger has no place for it."""
    contact = ledger.of(invitation.invitation_id, number)
    if contact is None:
        raise LookupError("this message has no place in the ledger")
    return contact


def sent(invitation: Invitation, step: Step, remind_after: timedelta | None, now: datetime) -> Progress:
    """The message is with the provider; next comes the reminder, or the end. now: when that became known.

    step: claimed or unknown, with its message id. The message was sent when it was claimed.
    """
    at = step.claimed_at
    state = "sent" if invitation.state == "planned" else invitation.state
    told = replace(invitation, state=state, sent_at=invitation.sent_at or at)
    return Progress(following(told, step.number, remind_after, now), replace(step, state="sent"))


def following(invitation: Invitation, number: int, remind_after: timedelta | None, now: datetime) -> Invitation:
    """The invitation with what is due after that message."""
    if invitation.state in ENDED:
        return replace(invitation, due_at=None)
    remind_at = now + remind_after if remind_after is not None else None
    if number < REMINDER and remind_at and (invitation.expires_at is None or remind_at < invitation.expires_at):
        return replace(invitation, step=REMINDER, due_at=remind_at)
    return waiting(invitation)


def waiting(invitation: Invitation) -> Invitation:
    """Nothing more is sent; it waits for an answer until it expires."""
    return replace(invitation, due_at=None if invitation.state in ENDED else invitation.expires_at)


def unknown(invitation: Invitation, step: Step) -> Progress:
    """Nobody can say whether it was sent: it counts as if it had been, and is not tried again."""
    return Progress(waiting(invitation), replace(step, state="unknown"))


def put_off(invitation: Invitation, step: Step, ledger: Ledger, now: datetime, jitter: float) -> Progress:
    """It surely was not sent: its place is reserved again, and it is tried later."""
    contact = contact_of(ledger, invitation, step.number)
    back = ledger.with_contact(replace(contact, state="reserved"))
    due_at = now + wait(step.attempts, jitter)
    return Progress(replace(invitation, due_at=due_at), replace(step, state="failed"), back)


def wait(attempts: int, jitter: float) -> timedelta:
    """Doubling from 30 s to an hour, up to half as much again by jitter (0 to 1)."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 16)), LONGEST_WAIT) * (1 + jitter / 2)


def given_up(
    invitation: Invitation, step: Step | None, ledger: Ledger, reason: Reason | None, now: datetime
) -> Progress:
    """It is not going to be sent, and gives its place back. A reminder's end leaves the invitation as it is.

    step: None where it was never tried. reason: None where it could not be sent for as long as it was fresh.
    """
    contact = ledger.of(invitation.invitation_id, invitation.step)
    back = ledger.with_contact(replace(contact, state="released")) if contact else None
    failed = replace(step, state="failed") if step else None
    if invitation.step >= REMINDER:
        return Progress(waiting(replace(invitation, step=REMINDER - 1)), failed, back)
    state: Literal["suppressed", "expired"] = "suppressed" if reason else "expired"
    ended = replace(invitation, state=state, reason=reason, due_at=None, ended_at=now)
    return Progress(ended, failed, back)


def expired(invitation: Invitation, now: datetime) -> Progress:
    """The time to answer is over."""
    return Progress(replace(invitation, state="expired", due_at=None, ended_at=now))


def delivered(invitation: Invitation, at: datetime) -> Invitation:
    """It arrived, at that time; what came after that, such as an answer, stays."""
    state = "delivered" if invitation.state in ("planned", "sent") else invitation.state
    return replace(invitation, state=state, delivered_at=invitation.delivered_at or at)


def bounced(invitation: Invitation, step: Step, ledger: Ledger, now: datetime) -> Progress:
    """It did not arrive: its place is given back. The invitation ends with it, unless an earlier message arrived."""
    contact = ledger.of(invitation.invitation_id, step.number)
    back = ledger.with_contact(replace(contact, state="released")) if contact else None
    failed = replace(step, state="failed")
    if step.number >= REMINDER or invitation.state in ENDED:
        return Progress(waiting(replace(invitation, step=1)), failed, back)
    back = (back or ledger).without_place(invitation.invitation_id, REMINDER) or back
    sent_at = invitation.sent_at or step.claimed_at
    ended = replace(invitation, state="bounced", step=1, due_at=None, sent_at=sent_at, ended_at=now)
    return Progress(ended, failed, back)
