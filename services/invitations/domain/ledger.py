"""The contact ledger of a person: every time anybody asked them, by any channel, for any team. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

ContactState = Literal["reserved", "sent", "released"]
LEAST_KEPT = timedelta(days=400)
"""Contacts are kept so long even where no rule looks back so far: rules change, and people ask."""
MOST_CONTACTS = 1000
"""Of one person; beyond, the oldest are forgotten, so that a ledger stays a small item."""


@dataclass(frozen=True)
class Contact:
    """One message to a person, or one question put to them.

    at: when it went out, or is to. reserved_at: when its place was taken.
    state: reserved until it is sent; released where it never was, or did not arrive: then it does not count.
    need: of its touchpoint, when the place was taken.
    """

    invitation_id: str
    step: int
    touchpoint: str
    channel: str
    at: datetime
    reserved_at: datetime
    state: ContactState = "reserved"
    programme: str | None = None
    need: float = 0.0


@dataclass(frozen=True)
class Ledger:
    """A person's contacts. version: counts the changes; 0 where there is none yet.

    merged_into: the person turned out to be that one, whose ledger has these contacts now; this one takes no more.
    """

    person_id: str
    version: int = 0
    contacts: tuple[Contact, ...] = ()
    merged_into: str | None = None

    @property
    def counted(self) -> list[Contact]:
        """Those that count, by time."""
        return sorted((one for one in self.contacts if one.state != "released"), key=lambda one: one.at)

    def of(self, invitation_id: str, step: int) -> Contact | None:
        return next((one for one in self.contacts if is_of(one, invitation_id, step)), None)

    def with_contact(self, contact: Contact) -> Ledger:
        """With this contact, in the place of the one of the same invitation and step if there is one."""
        others = (one for one in self.contacts if not is_of(one, contact.invitation_id, contact.step))
        return replace(self, contacts=(*others, contact))

    def without_place(self, invitation_id: str, step: int) -> Ledger | None:
        """Once the place of a message that was not sent is given back; None where it has none."""
        contact = self.of(invitation_id, step)
        if contact is None or contact.state != "reserved":
            return None
        return self.with_contact(replace(contact, state="released"))

    def pruned(self, now: datetime, longest: timedelta) -> Ledger:
        """Without what no rule looks at any more; the newest of each touchpoint stays, for its rest.

        longest: the longest window of the caps, as it holds for those who are asked less often.
        """
        newest = {one.touchpoint: one for one in self.counted}.values()
        oldest = now - max(longest, LEAST_KEPT)
        kept = [one for one in self.contacts if one.at > oldest or one in newest]
        return replace(self, contacts=tuple(sorted(kept, key=lambda one: one.at)[-MOST_CONTACTS:]))


def added_up(survivor: Ledger, absorbed: Ledger) -> tuple[Ledger, Ledger]:
    """The ledgers of two people who are one: the survivor's with all contacts, and the other, closed."""
    whole = replace(survivor, contacts=(*survivor.contacts, *absorbed.contacts))
    return whole, Ledger(absorbed.person_id, absorbed.version, merged_into=survivor.person_id)


def is_of(contact: Contact, invitation_id: str, step: int) -> bool:
    return (contact.invitation_id, contact.step) == (invitation_id, step)
