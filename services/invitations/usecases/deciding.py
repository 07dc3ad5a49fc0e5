"""Interactions in: each is stored once, with the decision whether its customer is asked.

Whoever is to be asked has a place in their contact ledger before anything is sent: interaction, ledger and
invitation are written together, on condition that nobody changed the ledger since it was read. Of any number who
want the last place at once, one gets it; the others read the ledger again and find it full.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.invitations.domain.decision import Case, decide, to_displace
from services.invitations.domain.interactions import Decided, Decision, Interaction, Planned, Suppressed
from services.invitations.domain.invitations import SENT_BY_US, Invitation
from services.invitations.domain.ledger import Contact
from services.invitations.domain.links import Link, customer_of, invitation_id_of, link_of
from services.invitations.domain.people import Person
from services.invitations.domain.quiet_hours import next_allowed
from services.invitations.usecases.contacts import pruned, rules_at
from services.invitations.usecases.identity import person_of
from services.invitations.usecases.ports import Deps, Displaced, Reservation
from services.invitations.usecases.retrying import retried
from shared.errors import Conflict


@dataclass(frozen=True)
class Recorded:
    """An interaction as it is stored. is_new: False where it was there already, with what was decided then."""

    decided: Decided
    is_new: bool


def record_interaction(interaction: Interaction, deps: Deps) -> Recorded:
    """Stores the interaction with its decision, once. Raises Unavailable; sending it again is then safe.

    Whether it is known already is not asked first: the write that stores it says so.
    """
    return retried(lambda: attempt(interaction, deps), deps)


def attempt(interaction: Interaction, deps: Deps) -> Recorded:
    """Decides by what stands there now, and stores it. Raises Conflict where that has changed meanwhile."""
    person = person_of(interaction, deps)
    case = case_of(interaction, person, deps)
    decision = decide(interaction, case)
    if isinstance(decision, Planned):
        return stored(reserved(interaction, case, decision, deps), deps)
    found = to_displace(interaction, case)
    displaced = displaced_by(found[0], interaction.touchpoint, deps) if found else None
    if found and displaced:
        return stored(taken_over(reserved(interaction, case, found[1], deps), found[0], displaced), deps)
    decided = decided_of(interaction, person, decision, deps)
    return Recorded(decided, True) if deps.interactions.add(decided) else already(interaction, deps)


def case_of(interaction: Interaction, person: Person, deps: Deps) -> Case:
    """All that the decision is made from, as it stands now. Raises Conflict where the person is being merged."""
    ledger = deps.ledgers.get(person.person_id)
    if ledger.merged_into is not None:
        raise Conflict("this person is being merged")
    return Case(
        rules=rules_at(interaction.touchpoint, deps),
        person=person,
        ledger=ledger,
        share=deps.sampling.share(interaction.touchpoint),
        now=deps.now(),
        seed=deps.secret,
        next_allowed=next_allowed,
    )


def decided_of(interaction: Interaction, person: Person, decision: Decision, deps: Deps) -> Decided:
    invitation_id = invitation_id_of(deps.secret, interaction.touchpoint, interaction.interaction_id)
    return Decided(interaction, person.person_id, invitation_id, decision, customer_of(deps.secret, person))


def reserved(interaction: Interaction, case: Case, planned: Planned, deps: Deps) -> Reservation:
    """What is written where the person is to be asked."""
    decided = decided_of(interaction, case.person, planned, deps)
    invitation = invitation_of(decided, planned, case)
    contact = Contact(
        invitation_id=invitation.invitation_id,
        step=1,
        touchpoint=case.rules.touchpoint,
        channel=planned.channel,
        at=planned.due_at,
        reserved_at=case.now,
        state="reserved" if planned.channel in SENT_BY_US else "sent",
        programme=case.rules.programme,
        need=case.share.need,
    )
    ledger = pruned(case.ledger.with_contact(contact), case.now, deps)
    return Reservation(decided, ledger, invitation, link_for_the_caller(invitation, case, deps))


def invitation_of(decided: Decided, planned: Planned, case: Case) -> Invitation:
    """One that we send is planned; one that the caller puts is sent by that."""
    ours = planned.channel in SENT_BY_US
    return Invitation(
        invitation_id=decided.invitation_id,
        touchpoint=decided.interaction.touchpoint,
        interaction_id=decided.interaction.interaction_id,
        person_id=decided.person_id,
        channel=planned.channel,
        occurred_at=decided.interaction.occurred_at,
        planned_at=case.now,
        probability=planned.probability,
        state="planned" if ours else "sent",
        due_at=planned.due_at if ours else None,
        sent_at=None if ours else case.now,
        expires_at=planned.due_at + case.rules.expires,
        locale=decided.interaction.locale or case.person.locale,
    )


def link_for_the_caller(invitation: Invitation, case: Case, deps: Deps) -> Link | None:
    if invitation.channel in SENT_BY_US:
        return None
    return link_of(deps.secret, invitation, case.person, case.now + case.rules.expires)


def displaced_by(contact: Contact, whose: str, deps: Deps) -> Displaced | None:
    """The invitation that has this place, as it is once it lost it to that touchpoint; None where it is too late."""
    invitation = deps.invitations.get(contact.invitation_id)
    decided = deps.interactions.get(invitation.touchpoint, invitation.interaction_id) if invitation else None
    if invitation is None or decided is None or invitation.state != "planned":
        return None
    lost = Suppressed("displaced", decided.decision.probability, whose=whose, channel=invitation.channel)
    ended = replace(invitation, state="suppressed", reason="displaced", due_at=None, ended_at=deps.now())
    return Displaced(ended, replace(decided, decision=lost))


def taken_over(reservation: Reservation, contact: Contact, displaced: Displaced) -> Reservation:
    """The reservation with the place that the other loses to it."""
    ledger = reservation.ledger.with_contact(replace(contact, state="released"))
    return replace(reservation, ledger=ledger, displaced=displaced)


def stored(reservation: Reservation, deps: Deps) -> Recorded:
    if deps.reservations.reserve(reservation):
        return Recorded(reservation.decided, is_new=True)
    return already(reservation.decided.interaction, deps)


def already(interaction: Interaction, deps: Deps) -> Recorded:
    """What somebody else stored of the same interaction meanwhile."""
    known = deps.interactions.get(interaction.touchpoint, interaction.interaction_id)
    if known is None:
        raise Conflict("this interaction is being erased")
    return Recorded(known, is_new=False)
