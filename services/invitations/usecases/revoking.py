"""An invitation taken back: its links take no answer any more, and nothing more is sent."""

from __future__ import annotations

from dataclasses import replace

from services.invitations.domain import sending
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.links import code_of
from services.invitations.domain.sending import ENDED, REMINDER, Progress
from services.invitations.usecases.contacts import open_ledger
from services.invitations.usecases.retrying import retried
from services.invitations.usecases.sending_ports import SendingDeps
from shared.codes import keyed_hash
from shared.errors import NotFound


def revoke(invitation_id: str, deps: SendingDeps) -> Invitation:
    """The invitation as it stands then; an answer that was given stays. Raises NotFound, Unavailable.

    It is ended before its links are closed: what was just being sent then fails at its claim.
    """
    invitation = retried(lambda: try_to_end(invitation_id, deps), deps)
    for number in (1, REMINDER):
        code = code_of(deps.secret, invitation_id, invitation.channel, number)
        deps.links.revoke(keyed_hash(deps.secret, "link", code), deps.now())
    return invitation


def try_to_end(invitation_id: str, deps: SendingDeps) -> Invitation:
    """One look at it, and its end if it had none; a place that nothing took is given back. Raises Conflict."""
    invitation = deps.invitations.get(invitation_id)
    if invitation is None:
        raise NotFound("there is no such invitation")
    if invitation.state in ENDED:
        return invitation
    ended = sending.expired(invitation, deps.now()).invitation
    ledger = open_ledger(invitation.person_id, deps)
    contact = ledger.of(invitation_id, invitation.step)
    is_reserved = contact is not None and contact.state == "reserved"
    back = ledger.with_contact(replace(contact, state="released")) if contact and is_reserved else None
    deps.steps.write(Progress(ended, ledger=back))
    return ended
