"""The one write by which somebody comes to be asked: a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.invitations.adapters.interactions import item_of_decided
from services.invitations.adapters.invitations import item_of_invitation
from services.invitations.adapters.ledgers import item_of_ledger
from services.invitations.adapters.versions import conflicts, present, versioned
from services.invitations.domain.links import Link
from services.invitations.usecases.ports import Displaced, Reservation
from shared.dynamo import ConditionFailed, Item, Put, Table, transact
from shared.tables import contacts as keys

INTERACTION = 0
"""Its place among the writes."""


@dataclass(frozen=True)
class TableReservations:
    """At most six items, all or none."""

    table: Table

    def reserve(self, reservation: Reservation) -> bool:
        writes = self._writes(reservation)
        with conflicts():
            try:
                transact(writes)
            except ConditionFailed as refusal:
                if INTERACTION in refusal.places:
                    return False
                raise
        return True

    def _writes(self, reservation: Reservation) -> list[Put]:
        ledger, invitation = reservation.ledger, reservation.invitation
        writes = [
            Put(self.table, item_of_decided(reservation.decided), new=True),
            versioned(self.table, item_of_ledger(ledger), ledger.version),
            versioned(self.table, item_of_invitation(invitation), invitation.version),
        ]
        if reservation.link:
            writes.append(Put(self.table, item_of_link(reservation.link)))
        return writes + (self._displacing(reservation.displaced) if reservation.displaced else [])

    def _displacing(self, displaced: Displaced) -> list[Put]:
        """The invitation's version tells that nothing was begun for it since it was read."""
        invitation = displaced.invitation
        return [
            versioned(self.table, item_of_invitation(invitation), invitation.version),
            Put(self.table, item_of_decided(displaced.decided)),
        ]


def item_of_link(link: Link) -> Item:
    """The link's item, in the shape of those in `responses`; the collector reads both."""
    pk, sk = keys.link_key(link.link_id)
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "kind": "link",
        "link_id": link.link_id,
        "touchpoint": link.touchpoint,
        "mode": "single",
        "channel": link.channel,
        "audience": "customer",
        "created_at": link.created_at,
        "invitation_id": link.invitation_id,
        "customer": link.customer,
        "expires_at_time": link.expires_at,
    }
    return present(item)
