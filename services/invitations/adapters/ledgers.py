"""Contact ledgers in the table `contacts`."""

from __future__ import annotations

from dataclasses import dataclass

from services.invitations.adapters.versions import present, write_versioned
from services.invitations.domain.ledger import Contact, Ledger
from shared.dynamo import Item, Table
from shared.tables import contacts as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TableLedgers:
    """One item a person, read as of now and written on condition of its version."""

    table: Table

    def get(self, person_id: str) -> Ledger:
        item = self.table.get(*keys.ledger_key(person_id), consistent=True)
        return ledger_in(item) if item else Ledger(person_id)

    def save(self, ledger: Ledger) -> None:
        write_versioned(self.table, item_of_ledger(ledger), ledger.version)


def item_of_ledger(ledger: Ledger) -> Item:
    """The ledger's item, but for the version, which the write gives it."""
    pk, sk = keys.ledger_key(ledger.person_id)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "ledger",
        "person_id": ledger.person_id,
        "contacts": [item_of_contact(one) for one in ledger.contacts],
        "merged_into": ledger.merged_into,
    }
    return present(item)


def item_of_contact(contact: Contact) -> Item:
    """The contact as it stands in its ledger's list; what is absent has no attribute."""
    item = {
        "invitation_id": contact.invitation_id,
        "step": contact.step,
        "touchpoint": contact.touchpoint,
        "channel": contact.channel,
        "at": contact.at,
        "reserved_at": contact.reserved_at,
        "state": contact.state,
        "programme": contact.programme,
        "need": contact.need or None,
    }
    return present(item)


def ledger_in(item: Item) -> Ledger:
    """The ledger in an item. Raises KeyError or ValueError where it holds none."""
    return Ledger(
        person_id=item["person_id"],
        version=item["version"],
        contacts=tuple(contact_in(one) for one in item.get("contacts", ())),
        merged_into=item.get("merged_into"),
    )


def contact_in(item: Item) -> Contact:
    """The contact in a ledger's list. Raises KeyError or ValueError where it is none."""
    return Contact(
        invitation_id=item["invitation_id"],
        step=item["step"],
        touchpoint=item["touchpoint"],
        channel=item["channel"],
        at=parse_time(item["at"]),
        reserved_at=parse_time(item["reserved_at"]),
        state=item["state"],
        programme=item.get("programme"),
        need=item.get("need", 0.0),
    )
