"""A person, whatever names them: a customer id, e-mail addresses, phone numbers; and what they wish. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["id", "email", "phone"]
ALL = "all"
"""Stands for every channel, where channels are listed."""
NEVER = datetime.min.replace(tzinfo=UTC)
MOST_IDENTIFIERS = 20
"""What more customers than this share is nobody's address, such as a shop's own, and joins no two of them."""
ADDRESS_KINDS: dict[str, Kind] = {"email": "email", "sms": "phone"}
"""The channels by which we send, and what we need to know of a person for that."""


@dataclass(frozen=True, order=True)
class Identifier:
    """One of a person's names. value: normalised, so that equal identifiers are the same person's."""

    kind: Kind
    value: str

    @property
    def text(self) -> str:
        """As it is hashed and stored: `email:somebody@example.com`, `phone:+33612345678`, `id:A-17`."""
        return f"{self.kind}:{self.value}"

    @property
    def as_customer(self) -> tuple[str, ...]:
        """What answers may name the customer by: the value, as some senders have nothing better; a caller's number
        as text."""
        return (self.value, self.text) if self.kind == "phone" else (self.value,)


def identifier_of(text: str) -> Identifier:
    """The identifier that was stored as this text. Raises ValueError where it is none."""
    kind, colon, value = text.partition(":")
    if not colon or kind not in ("id", "email", "phone"):
        raise ValueError("this is no identifier")
    return Identifier(kind, value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Person:
    """One person.

    version: counts the changes, from 1; 0 where they are not stored yet.
    identifiers: every one ever given, in the order in which they came.
    consent: channels by which they agreed to be asked, or `all`; empty: they refused; None: nothing was ever said.
    consent_at: when that was said; consent_source: where, as the sender tells it.
    opted_out: channels by which they want nothing any more, or `all`.
    unusable: addresses that do not take what is sent (bounced, complained).
    less_often: they wish to be asked half as often.
    merged_into: they turned out to be that person, and are kept only to say so.
    merged_from: whom they turned out to be; interactions and invitations still bear those ids.
    """

    person_id: str
    version: int = 0
    identifiers: tuple[Identifier, ...] = ()
    locale: str | None = None
    time_zone: str | None = None
    country: str | None = None
    consent: frozenset[str] | None = None
    consent_at: datetime | None = None
    opted_out: frozenset[str] = field(default_factory=frozenset)
    unusable: frozenset[Identifier] = field(default_factory=frozenset)
    less_often: bool = False
    merged_into: str | None = None
    merged_from: tuple[str, ...] = ()
    consent_source: str | None = None

    def address(self, channel: str) -> str | None:
        """Where a message by that channel (email or sms) goes: the newest address that works; None without one."""
        kind = ADDRESS_KINDS.get(channel)
        usable = (one.value for one in reversed(self.identifiers) if one.kind == kind and one not in self.unusable)
        return next(usable, None)

    def has_opted_out(self, channel: str) -> bool:
        return bool(self.opted_out & {channel, ALL})

    def refuses(self, channel: str) -> bool:
        """Whether they said no to it: of late, or when they were asked for their consent."""
        return self.has_opted_out(channel) or self.consent == frozenset()

    @property
    def customer(self) -> str:
        """What is hashed into responses: the customer id they were given first, else our own."""
        ids = (one.value for one in self.identifiers if one.kind == "id")
        return next(ids, self.person_id)

    def with_identifiers(self, identifiers: Iterable[Identifier]) -> Person:
        """With those they have not had yet, as their newest."""
        return replace(self, identifiers=tuple(dict.fromkeys((*self.identifiers, *identifiers))))


def merged(survivor: Person, absorbed: Person) -> tuple[Person, Person]:
    """Two people who are one: the survivor, with all that is known of both, and the other, who only points there.

    Wishes add up: what either does not want, the person does not want. Of two words about consent the later holds.
    """
    newer = max(survivor, absorbed, key=lambda one: one.consent_at or NEVER)
    whole = replace(
        survivor.with_identifiers(absorbed.identifiers),
        locale=survivor.locale or absorbed.locale,
        time_zone=survivor.time_zone or absorbed.time_zone,
        country=survivor.country or absorbed.country,
        consent=newer.consent,
        consent_at=newer.consent_at,
        consent_source=newer.consent_source,
        opted_out=survivor.opted_out | absorbed.opted_out,
        unusable=survivor.unusable | absorbed.unusable,
        less_often=survivor.less_often or absorbed.less_often,
        merged_from=(*survivor.merged_from, absorbed.person_id, *absorbed.merged_from),
    )
    return whole, Person(absorbed.person_id, absorbed.version, merged_into=survivor.person_id)
