"""The link by which an invitation is answered, and the codes made for it. Pure.

Codes are not kept, and need not be: they are made of the invitation by a keyed hash, so that making one again gives
the same, and nobody without the key can make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.invitations.domain.invitations import Invitation
from services.invitations.domain.people import Person
from shared.codes import ALPHABET, LINK_LENGTH, SMS_LENGTH, keyed_hash
from shared.customers import customer_hash


@dataclass(frozen=True)
class Link:
    """A way to the page of an invitation's question; takes one answer. Read by the collector, which knows its shape.

    link_id: keyed hash of the code. customer: keyed hash of whose it is. expires_at: from then on it takes none.
    """

    link_id: str
    touchpoint: str
    channel: str
    created_at: datetime
    invitation_id: str
    customer: str
    expires_at: datetime


def invitation_id_of(secret: bytes, touchpoint: str, interaction_id: str) -> str:
    """The id of the invitation that an interaction leads to: the same however often the interaction is sent."""
    return base62(keyed_hash(secret, "invitation", f"{touchpoint}:{interaction_id}"), LINK_LENGTH)


def code_of(secret: bytes, invitation_id: str, channel: str, number: int = 1) -> str:
    """What stands in the link of that invitation, made for that channel; the reminder, 2, has a code of its own."""
    whose = invitation_id if number == 1 else f"{invitation_id}:{number}"
    return base62(keyed_hash(secret, "link of", whose), SMS_LENGTH if channel == "sms" else LINK_LENGTH)


def link_of(secret: bytes, invitation: Invitation, person: Person, expires_at: datetime, number: int = 1) -> Link:
    """The link of that message of the invitation; its code is `code_of`. All its links take one answer together."""
    return Link(
        link_id=keyed_hash(secret, "link", code_of(secret, invitation.invitation_id, invitation.channel, number)),
        touchpoint=invitation.touchpoint,
        channel=invitation.channel,
        created_at=invitation.planned_at,
        invitation_id=invitation.invitation_id,
        customer=customer_of(secret, person),
        expires_at=expires_at,
    )


def customer_of(secret: bytes, person: Person) -> str:
    """What stands for the person wherever their name is not needed: keyed, and the same for the same customer."""
    return customer_hash(secret, person.customer)


def base62(hexadecimal: str, length: int) -> str:
    """The last so many base-62 digits of a number written in hex; of 128 bits, at most 21 are as good as even."""
    number, code = int(hexadecimal, 16), ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        code += ALPHABET[digit]
    return code
