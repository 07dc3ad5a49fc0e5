"""Invitations out: what is due is picked, looked at once more, claimed, sent, and marked.

A message is sent at most once: it is claimed by a conditional write before it leaves, together with its contact in
the ledger. Between the claim and the mark stands the one call that cannot be taken back; whatever happens there
leaves a claim that is not tried again (docs/adr/0012-at-most-one-message.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.invitations.domain import sending
from services.invitations.domain.decision import has_consent
from services.invitations.domain.interactions import Reason, Suppressed
from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.people import ADDRESS_KINDS, Identifier, Person
from services.invitations.domain.questions import Question
from services.invitations.domain.quiet_hours import next_allowed
from services.invitations.domain.sending import ENDED, LEASE, REMINDER, NotTaken, Refused, Taken, Unclear
from services.invitations.usecases import composing
from services.invitations.usecases.contacts import crowded_until, open_ledger, reserve_reminder
from services.invitations.usecases.identity import change_person
from services.invitations.usecases.retrying import retried
from services.invitations.usecases.sending_ports import SendingDeps, Turn
from shared.catalogue import Touchpoint
from shared.errors import Conflict
from shared.tables.contacts import DUE_SHARDS

MOST_PICKED = 500
"""Of a shard, in one go; the rest waits a minute."""
HANDED_TOGETHER, ENOUGH = 100, timedelta(seconds=40)
"""Turns that go to the queue together; and for how long, as a function has a minute."""


@dataclass(frozen=True)
class Receiver:
    """Whom the message is for, and where it reaches them."""

    person: Person
    touchpoint: Touchpoint
    address: Identifier


@dataclass(frozen=True)
class Wait:
    """Not now."""

    until: datetime


@dataclass(frozen=True)
class Drop:
    """Not at all. reason: None where it could not be sent for as long as it was fresh."""

    reason: Reason | None


def pick(deps: SendingDeps) -> int:
    """Hands what is due to the queue, for as long as there is time, and says how many that were.

    What was handed over is due again only after a while; where that cannot be written the queue has it twice. Each
    minute another shard comes first, so that none waits until all others are empty.
    """
    now, picked = deps.now(), 0
    for turn in range(DUE_SHARDS):
        due = deps.due.until((now.minute + turn) % DUE_SHARDS, now, MOST_PICKED)
        for first in range(0, len(due), HANDED_TOGETHER):
            if deps.now() - now > ENOUGH:
                return picked
            some = due[first : first + HANDED_TOGETHER]
            deps.sendings.put([next_turn(invitation) for invitation in some])
            for invitation in some:
                lease(invitation, now, deps)
            picked += len(some)
    return picked


def next_turn(invitation: Invitation) -> Turn:
    return Turn(invitation.invitation_id, invitation.step)


def lease(invitation: Invitation, now: datetime, deps: SendingDeps) -> None:
    try:
        deps.invitations.save(replace(invitation, due_at=now + LEASE))
    except Conflict:
        return


def hand_over(invitations: Iterable[Invitation], deps: SendingDeps) -> None:
    """Hands those that are due at once to the queue, which else had them a minute later. For the table's stream."""
    now = deps.now()
    due = [one for one in invitations if one.state == "planned" and one.due_at is not None and one.due_at <= now]
    deps.sendings.put([next_turn(invitation) for invitation in due])


def attend(turn: Turn, deps: SendingDeps) -> None:
    """Does what is due for the invitation; nothing where that was done. Raises Unavailable; it is safe to repeat."""
    retried(lambda: try_attend(turn, deps), deps)


def try_attend(turn: Turn, deps: SendingDeps) -> None:
    """One look at how the invitation stands now, and what follows from it. Raises Conflict where that changes."""
    invitation = deps.invitations.get(turn.invitation_id)
    if invitation is None or invitation.state in ENDED or invitation.step != turn.number:
        return
    step, now = deps.steps.get(turn.invitation_id, turn.number), deps.now()
    if step is not None and step.state != "failed":
        settle(invitation, step, deps)
    elif invitation.expires_at is not None and now >= invitation.expires_at:
        end(invitation, step, deps)
    elif deps.answers.has(invitation.touchpoint, invitation.invitation_id):
        deps.steps.write(without_more(invitation, deps))
    else:
        try_sending(invitation, step, deps)


def settle(invitation: Invitation, step: Step, deps: SendingDeps) -> None:
    """A message that was begun: what remains of it is to wait, and to end."""
    now = deps.now()
    if invitation.expires_at is not None and now >= invitation.expires_at and step.state != "claimed":
        deps.steps.write(sending.expired(invitation, now))
    elif step.state == "claimed" and now >= step.claimed_at + sending.CLAIM_LASTS:
        deps.steps.write(sending.unknown(invitation, step))
    elif step.state != "claimed" and invitation.due_at != invitation.expires_at:
        deps.steps.write(sending.Progress(sending.waiting(invitation)))


def end(invitation: Invitation, step: Step | None, deps: SendingDeps) -> None:
    """The time to answer is over before the message was sent: its place is given back."""
    now = deps.now()
    ledger = open_ledger(invitation.person_id, deps)
    progress = sending.given_up(invitation, step, ledger, None, now)
    if invitation.step >= REMINDER:
        progress = replace(progress, invitation=sending.expired(invitation, now).invitation)
    deps.steps.write(progress)


def without_more(invitation: Invitation, deps: SendingDeps) -> sending.Progress:
    """It was answered: nothing more is sent, and a place that was reserved is given back."""
    ledger = open_ledger(invitation.person_id, deps)
    back = ledger.without_place(invitation.invitation_id, invitation.step)
    return sending.Progress(sending.waiting(invitation), ledger=back)


def try_sending(invitation: Invitation, step: Step | None, deps: SendingDeps) -> None:
    """Sends the message, unless something is in the way now that was not when it was planned."""
    judged = judge(invitation, step, deps)
    if isinstance(judged, Receiver) and invitation.step >= REMINDER:
        judged = with_place(invitation, judged, deps)
    if isinstance(judged, Drop):
        ledger = open_ledger(invitation.person_id, deps)
        deps.steps.write(sending.given_up(invitation, step, ledger, judged.reason, deps.now()))
    elif isinstance(judged, Wait):
        deps.invitations.save(replace(invitation, due_at=judged.until))
    else:
        send(invitation, step, judged, deps)


def judge(invitation: Invitation, step: Step | None, deps: SendingDeps) -> Receiver | Wait | Drop:
    """Whether it may be sent now, by the person's wishes and the hour; both may have changed since it was planned."""
    touchpoint = deps.catalogue.touchpoint(invitation.touchpoint)
    person = deps.people.get(invitation.person_id)
    if touchpoint is None or touchpoint.paused:
        return Drop("touchpoint_paused")
    if person is None or person.has_opted_out(invitation.channel):
        return Drop("opted_out")
    if not has_consent(person, invitation.channel, frozenset(deps.catalogue.pressure().consent_needed)):
        return Drop("no_consent")
    address = person.address(invitation.channel)
    if address is None:
        return Drop("channel_unusable")
    receiver = Receiver(person, touchpoint, Identifier(ADDRESS_KINDS[invitation.channel], address))
    if deps.suppressions.has(receiver.address):
        return Drop("opted_out")
    return at_the_hour(invitation, step, receiver, deps)


def at_the_hour(
    invitation: Invitation, step: Step | None, receiver: Receiver, deps: SendingDeps
) -> Receiver | Wait | Drop:
    """The receiver, if it is neither too late nor the wrong hour."""
    person, touchpoint, now = receiver.person, receiver.touchpoint, deps.now()
    zone = person.time_zone or touchpoint.time_zone
    allowed = next_allowed(invitation.channel, person.country, zone, now)
    if invitation.step < REMINDER and allowed > invitation.occurred_at + timedelta(hours=touchpoint.ask.fresh_hours):
        return Drop(None if step else "quiet_hours")
    return Wait(allowed) if allowed > now else receiver


def with_place(invitation: Invitation, receiver: Receiver, deps: SendingDeps) -> Receiver | Wait | Drop:
    """A reminder is a contact like any other: it needs a place in the ledger of its own."""
    planned = reserve_reminder(invitation, deps)
    if isinstance(planned, Suppressed):
        return Drop(planned.reason)
    return Wait(planned.due_at) if planned.due_at > deps.now() else receiver


def send(invitation: Invitation, step: Step | None, receiver: Receiver, deps: SendingDeps) -> None:
    """Everything that can fail is done before the claim; after it comes the call, and after that only the mark.

    What a text written back answers stands with the claim, since a person may be quicker than a function that has to
    be tried again. The mark says of it that the message left, or takes it back where it surely did not.
    """
    ledger = open_ledger(receiver.person.person_id, deps)
    contact = ledger.of(invitation.invitation_id, invitation.step)
    if contact is None or contact.state != "reserved":
        deps.steps.write(sending.given_up(invitation, step, ledger, "displaced", deps.now()))
        return
    until = crowded_until(contact, receiver.person, ledger, deps)
    if until is not None:
        deps.invitations.save(replace(invitation, due_at=until))
        return
    now = deps.now()
    composed = composing.compose(invitation, receiver.person, receiver.touchpoint, receiver.address, now, deps)
    deps.links.add(composed.link)
    deps.steps.write(replace(sending.claim(invitation, step, ledger, now), asks=composed.question))
    outcome = deps.senders[invitation.channel].send(composed.outgoing)
    retried(lambda: mark(next_turn(invitation), outcome, composed.question, receiver, deps), deps)
    if isinstance(outcome, Refused) and outcome.reason:
        note_refusal(outcome, invitation.channel, receiver, deps)


def mark(
    turn: Turn, outcome: sending.Outcome, question: Question | None, receiver: Receiver, deps: SendingDeps
) -> None:
    """Writes down what became of it, unless the provider's own word was quicker. Raises Conflict."""
    invitation, step = deps.invitations.get(turn.invitation_id), deps.steps.get(turn.invitation_id, turn.number)
    if invitation is None or step is None or step.state != "claimed":
        return
    now = deps.now()
    if isinstance(outcome, Taken):
        step = replace(step, message_id=outcome.message_id)
        sent = sending.sent(invitation, step, remind_after(receiver.touchpoint), now)
        deps.steps.write(replace(sent, asks=replace(question, has_left=True) if question else None))
    elif isinstance(outcome, Unclear):
        deps.steps.write(sending.unknown(invitation, step))
    else:
        ledger = open_ledger(receiver.person.person_id, deps)
        deps.steps.write(replace(not_sent(invitation, step, ledger, outcome, deps), takes_back=question))


def not_sent(
    invitation: Invitation, step: Step, ledger: Ledger, outcome: NotTaken | Refused, deps: SendingDeps
) -> sending.Progress:
    if isinstance(outcome, Refused):
        return sending.given_up(invitation, step, ledger, outcome.reason, deps.now())
    return sending.put_off(invitation, step, ledger, deps.now(), deps.jitter())


def note_refusal(refused: Refused, channel: str, receiver: Receiver, deps: SendingDeps) -> None:
    """What the provider knows of the person, so that they are not asked by this channel again."""

    def told(person: Person) -> Person:
        if refused.reason == "opted_out":
            return replace(person, opted_out=person.opted_out | {channel})
        return replace(person, unusable=person.unusable | {receiver.address})

    change_person(receiver.person.person_id, told, deps)


def remind_after(touchpoint: Touchpoint) -> timedelta | None:
    hours = touchpoint.ask.remind_after_hours
    return timedelta(hours=hours) if hours is not None else None
