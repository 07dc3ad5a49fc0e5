"""Replies of teams to customers about their cases: at most once each, as invitations are, and counted as they are.

Wishes hold: what opted out, is suppressed or takes nothing is refused with the reason. Caps do not: the person spoke
first. But the reply is a contact like any other, and stands in the way of the next question.
"""

from __future__ import annotations

from dataclasses import replace

from services.invitations.domain import replies
from services.invitations.domain.interactions import Reason
from services.invitations.domain.people import ADDRESS_KINDS, Identifier
from services.invitations.domain.replies import CustomerReply, ReplyStanding
from services.invitations.domain.sending import Refused
from services.invitations.messages import replies as messages
from services.invitations.usecases.contacts import open_ledger, pruned
from services.invitations.usecases.retrying import retried
from services.invitations.usecases.sending import Receiver, note_refusal
from services.invitations.usecases.sending_ports import Outgoing, SendingDeps
from shared.errors import NotFound, Unavailable


def send_reply(reply: CustomerReply, deps: SendingDeps) -> None:
    """Sends it, unless that was begun before. Raises Unavailable where it surely did not leave: try again then.

    To a person who was erased meanwhile nothing is sent.
    """
    if deps.people.get(reply.person_id) is None:
        return
    known, now = deps.case_replies.get(reply.reply_id), deps.now()
    if known is not None and known.state != "failed":
        attend_begun(known, deps)
        return
    receiver = receiver_of(reply, deps)
    if not isinstance(receiver, Receiver):
        refused = replies.standing(reply, reply.person_id, "refused", now)
        refused = replace(refused, reason=receiver, version=known.version if known else 0)
        deps.case_replies.write(refused, None)
        return
    outgoing = Outgoing(
        reply.reply_id, replies.STEP, reply.channel, receiver.address.value, said(reply, receiver, deps)
    )
    claimed = retried(lambda: claim(reply, known, receiver, deps), deps)
    outcome = deps.senders[reply.channel].send(outgoing)
    settled = replies.settled(claimed, outcome)
    retried(lambda: settle(settled, deps), deps)
    if isinstance(outcome, Refused) and outcome.reason:
        note_refusal(outcome, reply.channel, receiver, deps)
    refuse_unsent(settled)


def attend_begun(known: ReplyStanding, deps: SendingDeps) -> None:
    """A reply that was begun is never begun again; one whose sender is gone is written off."""
    if known.is_abandoned(deps.now()):
        deps.case_replies.write(replace(known, state="unknown"), None)
    elif known.state == "claimed":
        raise Unavailable("this reply is just being sent")


def receiver_of(reply: CustomerReply, deps: SendingDeps) -> Receiver | Reason:
    """Whom it goes to, as of now; or why it may not."""
    person, touchpoint = deps.people.get(reply.person_id), deps.catalogue.touchpoint(reply.touchpoint)
    if person is None or touchpoint is None:
        raise NotFound("there is no such person, or no such touchpoint any more")
    if person.has_opted_out(reply.channel):
        return "opted_out"
    address = person.address(reply.channel)
    if address is None:
        return "channel_unusable"
    identifier = Identifier(ADDRESS_KINDS[reply.channel], address)
    return "opted_out" if deps.suppressions.has(identifier) else Receiver(person, touchpoint, identifier)


def said(reply: CustomerReply, receiver: Receiver, deps: SendingDeps) -> bytes | str:
    """The message as it leaves, under the team's name."""
    owner = deps.catalogue.owner(reply.owner) or receiver.touchpoint.owner
    letter = messages.Letter(owner, receiver.touchpoint, reply.lang, reply.text)
    if reply.channel == "sms":
        return messages.text_message(letter)
    return messages.mail(letter, deps.sender_email, receiver.address.value).as_bytes()


def claim(reply: CustomerReply, known: ReplyStanding | None, receiver: Receiver, deps: SendingDeps) -> ReplyStanding:
    """From here on it is sent at most once, and counts. Raises Conflict where the ledger changes, or another claims."""
    person_id, now = receiver.person.person_id, deps.now()
    claimed = replies.standing(reply, person_id, "claimed", now)
    claimed = replace(claimed, version=known.version if known else 0)
    ledger = pruned(replies.with_contact(open_ledger(person_id, deps), reply, now), now, deps)
    return deps.case_replies.write(claimed, ledger)


def settle(standing: ReplyStanding, deps: SendingDeps) -> None:
    """Writes down what became of it; what surely did not leave gives its place in the ledger back."""
    ledger = None
    if standing.state in ("failed", "refused"):
        ledger = replies.without_contact(open_ledger(standing.person_id, deps), standing.reply_id)
    deps.case_replies.write(standing, ledger)


def refuse_unsent(standing: ReplyStanding) -> None:
    if standing.state == "failed":
        raise Unavailable(f"the provider did not take it: {standing.reason}")
