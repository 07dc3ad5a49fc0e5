"""Invitations in the table `contacts`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from services.invitations.adapters.interactions import time_in
from services.invitations.adapters.versions import present, write_versioned
from services.invitations.domain.invitations import Invitation
from shared.dynamo import Item, Table
from shared.tables import contacts as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TableInvitations:
    """One item each, written on condition of its version."""

    table: Table

    def get(self, invitation_id: str) -> Invitation | None:
        item = self.table.get(*keys.invitation_key(invitation_id), consistent=True)
        return invitation_in(item) if item else None

    def save(self, invitation: Invitation) -> Invitation:
        write_versioned(self.table, item_of_invitation(invitation), invitation.version)
        return replace(invitation, version=invitation.version + 1)


def item_of_invitation(invitation: Invitation) -> Item:
    """The invitation's item, but for the version; among what is due only while something is."""
    pk, sk = keys.invitation_key(invitation.invitation_id)
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "kind": "invitation",
        "v": 1,
        "invitation_id": invitation.invitation_id,
        "touchpoint": invitation.touchpoint,
        "interaction_id": invitation.interaction_id,
        "person_id": invitation.person_id,
        "channel": invitation.channel,
        "occurred_at": invitation.occurred_at,
        "planned_at": invitation.planned_at,
        "probability": invitation.probability,
        "state": invitation.state,
        "step": invitation.step,
        "due_at": invitation.due_at,
        "sent_at": invitation.sent_at,
        "delivered_at": invitation.delivered_at,
        "opened_at": invitation.opened_at,
        "answered_at": invitation.answered_at,
        "ended_at": invitation.ended_at,
        "expires_at_time": invitation.expires_at,
        "locale": invitation.locale,
        "reason": invitation.reason,
    }
    return present(item | due_place(invitation))


def due_place(invitation: Invitation) -> Item:
    if invitation.due_at is None:
        return {}
    due_pk, due_sk = keys.due_key(invitation.invitation_id, invitation.due_at)
    return {"due_pk": due_pk, "due_sk": due_sk}


def invitation_in(item: Item) -> Invitation:
    """The invitation in an item. Raises KeyError or ValueError where it holds none."""
    return Invitation(
        invitation_id=item["invitation_id"],
        touchpoint=item["touchpoint"],
        interaction_id=item["interaction_id"],
        person_id=item["person_id"],
        channel=item["channel"],
        occurred_at=parse_time(item["occurred_at"]),
        planned_at=parse_time(item["planned_at"]),
        probability=item["probability"],
        version=item["version"],
        state=item["state"],
        step=item["step"],
        due_at=time_in(item, "due_at"),
        sent_at=time_in(item, "sent_at"),
        delivered_at=time_in(item, "delivered_at"),
        opened_at=time_in(item, "opened_at"),
        answered_at=time_in(item, "answered_at"),
        ended_at=time_in(item, "ended_at"),
        expires_at=time_in(item, "expires_at_time"),
        locale=item.get("locale"),
        reason=item.get("reason"),
    )
