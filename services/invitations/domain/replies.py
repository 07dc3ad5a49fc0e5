"""What a team writes to a customer about their case: sent once, by a way that the customer has not closed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.sending import CLAIM_LASTS, NotTaken, Outcome, Taken, Unclear

ReplyState = Literal["claimed", "sent", "refused", "failed", "unknown"]
STEP = 1
"""A reply is one message; its contact stands in the ledger under the reply's id and this step."""


@dataclass(frozen=True)
class CustomerReply:
    """A message as the team wrote it. owner: the team's id; lang: of the words around the text."""

    reply_id: str
    case_id: str
    person_id: str
    touchpoint: str
    owner: str
    channel: str
    lang: str
    text: str


@dataclass(frozen=True)
class ReplyStanding:
    """What became of it; never its text. at: when it was claimed, or refused.

    reason: why nothing was sent. version: counts the changes; 0 where it is not stored yet.
    """

    reply_id: str
    case_id: str
    person_id: str
    touchpoint: str
    channel: str
    state: ReplyState
    at: datetime
    reason: str | None = None
    message_id: str | None = None
    version: int = 0

    def is_abandoned(self, now: datetime) -> bool:
        """Whether whoever claimed it is gone; it may have left or not, and is not tried again."""
        return self.state == "claimed" and now >= self.at + CLAIM_LASTS


def standing(reply: CustomerReply, person_id: str, state: ReplyState, now: datetime) -> ReplyStanding:
    """Where a reply begins to stand. person_id: of the person as they are now, perhaps merged since."""
    return ReplyStanding(reply.reply_id, reply.case_id, person_id, reply.touchpoint, reply.channel, state, now)


def with_contact(ledger: Ledger, reply: CustomerReply, now: datetime) -> Ledger:
    """The ledger with the contact that the reply is: no cap refuses it, every cap counts it."""
    contact = Contact(
        invitation_id=reply.reply_id,
        step=STEP,
        touchpoint=reply.touchpoint,
        channel=reply.channel,
        at=now,
        reserved_at=now,
        state="sent",
    )
    return ledger.with_contact(contact)


def without_contact(ledger: Ledger, reply_id: str) -> Ledger:
    """The ledger once it is known that nothing left."""
    contact = ledger.of(reply_id, STEP)
    return ledger.with_contact(replace(contact, state="released")) if contact else ledger


def settled(claimed: ReplyStanding, outcome: Outcome) -> ReplyStanding:
    """What the provider's word makes of a claim; of one that is unclear it is never tried again."""
    if isinstance(outcome, Taken):
        return replace(claimed, state="sent", message_id=outcome.message_id)
    if isinstance(outcome, Unclear):
        return replace(claimed, state="unknown")
    if isinstance(outcome, NotTaken):
        return replace(claimed, state="failed", reason=outcome.why)
    return replace(claimed, state="refused", reason=outcome.reason or outcome.why)
