"""Places in a person's contact ledger: by which rules they are given, where they stand, and the reminder's.

Also how a person stands: whether they may be asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.invitations.domain import decision
from services.invitations.domain.decision import Case
from services.invitations.domain.interactions import Planned, Share, Suppressed
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.people import ADDRESS_KINDS, Identifier, Person
from services.invitations.domain.pressure import Standing, standing
from services.invitations.domain.quiet_hours import next_allowed
from services.invitations.domain.rules import Rules, longest_window, rules_of
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.retrying import retried
from services.invitations.usecases.sending_ports import Suppressions
from shared.errors import Conflict, NotFound


def standing_by(channel: str, case: Case, suppressions: Suppressions) -> Standing:
    """How the person stands there by the channel; nothing is sent to an address on the list, whoever put it there."""
    found, address = standing(channel, case), case.person.address(channel)
    if found.because or not address or not suppressions.has(Identifier(ADDRESS_KINDS[channel], address)):
        return found
    refused = replace(case.person, opted_out=case.person.opted_out | {channel})
    return standing(channel, replace(case, person=refused))


def reserve_reminder(invitation: Invitation, deps: Deps) -> Planned | Suppressed:
    """Takes a place for the reminder, by the person's wishes and the caps; planned for when it may go out.

    Asked again for the same invitation it takes no second place. Raises NotFound, Unavailable.
    """
    return retried(lambda: try_reminder(invitation, deps), deps)


def try_reminder(invitation: Invitation, deps: Deps) -> Planned | Suppressed:
    """One look at the ledger, and the place taken in it. Raises Conflict where the ledger changes meanwhile."""
    rules, person = rules_at(invitation.touchpoint, deps), need_person(invitation.person_id, deps)
    ledger, now = open_ledger(person.person_id, deps), deps.now()
    there = ledger.of(invitation.invitation_id, 2)
    if there is not None and there.state != "released":
        return Planned(there.channel, there.at, invitation.probability)
    if rules.is_paused:
        return Suppressed("touchpoint_paused", invitation.probability)
    due_at = next_allowed(invitation.channel, person.country, person.time_zone or rules.time_zone, now)
    case = Case(rules, person, ledger, Share(invitation.probability), now, deps.secret, next_allowed)
    decided = decision.decide_reminder(invitation, due_at, case)
    if isinstance(decided, Planned):
        contact = Contact(
            invitation_id=invitation.invitation_id,
            step=2,
            touchpoint=rules.touchpoint,
            channel=invitation.channel,
            at=due_at,
            reserved_at=now,
            programme=rules.programme,
        )
        deps.ledgers.save(pruned(ledger.with_contact(contact), now, deps))
    return decided


def crowded_until(contact: Contact, person: Person, ledger: Ledger, deps: Deps) -> datetime | None:
    """Until when a message is held back by those that left before it; None where none is in its way.

    A message that leaves later than it was planned counts from then, and what was planned to follow it at the very
    end of a window would come too early. What is only reserved holds nobody back: two would wait for each other.
    """
    now = deps.now()
    case = Case(rules_at(contact.touchpoint, deps), person, ledger, Share(0.0), now, deps.secret, next_allowed)
    rules = decision.rules_for(case)
    left = [one for one in ledger.counted if one.state == "sent"]
    crowding = list(decision.caps(contact.channel, rules, left, now, 0.0))
    if contact.step == 1:
        here = (one for one in left if one.touchpoint == contact.touchpoint)
        crowding += decision.quarantine(rules, here, now, 0.0)
    return max((one.until for one in crowding if one.until), default=None)


def pruned(ledger: Ledger, now: datetime, deps: Deps) -> Ledger:
    return ledger.pruned(now, longest_window(deps.catalogue.pressure()))


def rules_at(touchpoint: str, deps: Deps) -> Rules:
    """Raises NotFound where the touchpoint has been taken out of the registry."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound("there is no such touchpoint")
    return rules_of(known, deps.catalogue.pressure())


def need_person(person_id: str, deps: Deps) -> Person:
    person = deps.people.get(person_id)
    if person is None:
        raise NotFound("there is no such person")
    return person


def open_ledger(person_id: str, deps: Deps) -> Ledger:
    """The ledger that has the person's contacts now. Raises NotFound, or Conflict where they are just being merged."""
    ledger = deps.ledgers.get(person_id)
    if ledger.merged_into is None:
        return ledger
    survivor = need_person(ledger.merged_into, deps)
    ledger = deps.ledgers.get(survivor.person_id)
    if ledger.merged_into is not None:
        raise Conflict("this person is being merged")
    return ledger
