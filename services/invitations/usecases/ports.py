"""The ports of the service: what its verbs need from outside, and `Deps`, in which they come.

Everything that is stored has a version, and is saved on condition that its version is still the one that was
read: `Conflict` says that somebody else was faster; read again and decide again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.invitations.domain.funnel import Notice, Tally
from services.invitations.domain.interactions import Decided, Share
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.links import Link
from services.invitations.domain.outcomes import Outcome
from services.invitations.domain.people import Identifier, Person
from shared.catalogue import Catalogue


@dataclass(frozen=True)
class Merge:
    """Two people who are one. survivor: as they are now, both together; absorbed: with `merged_into`.

    ledger: the survivor's, with the contacts of both; closed: the absorbed one's, with `merged_into`.
    """

    survivor: Person
    absorbed: Person
    ledger: Ledger
    closed: Ledger


@dataclass(frozen=True)
class Displaced:
    """An invitation that lost its place before anything was sent, and its interaction with what is decided now."""

    invitation: Invitation
    decided: Decided


@dataclass(frozen=True)
class Reservation:
    """What is written together, before anything is sent: the decision, its place in the ledger, the invitation.

    link: by which it can be answered, where the caller puts the question and needs it at once.
    displaced: who loses the place for it, if somebody does.
    """

    decided: Decided
    ledger: Ledger
    invitation: Invitation
    link: Link | None = None
    displaced: Displaced | None = None


@dataclass(frozen=True)
class Named:
    """Whom identifiers name: people as they are now, each once, in the order of the identifiers; of merged ones the
    survivor. erased_at: when the erasure of whoever had one of them before was asked for, if that was lately.
    """

    people: list[Person]
    erased_at: datetime | None = None


class People(Protocol):
    """Where people stand, each under all of their identifiers."""

    def named(self, identifiers: Sequence[Identifier]) -> Named: ...

    def find(self, identifiers: Sequence[Identifier]) -> list[Person]:
        """The people whom they name, without what was erased."""
        ...

    def get(self, person_id: str) -> Person | None:
        """The person of that id, or the survivor where they were merged."""
        ...

    def save(self, person: Person, added: Sequence[Identifier] = ()) -> Person:
        """Stores the person, and gives them with their next version. added: identifiers that are new to them.

        Raises Conflict where they have changed, or one of those added has come to be another's: then nothing
        is stored.
        """
        ...

    def merge(self, merge: Merge) -> None:
        """All four, and every identifier to the survivor, or nothing. Raises Conflict where one has changed."""
        ...


class Ledgers(Protocol):
    """Where the contacts of people stand."""

    def get(self, person_id: str) -> Ledger:
        """The ledger as of now; an empty one of version 0 where there is none."""
        ...

    def save(self, ledger: Ledger) -> None:
        """Raises Conflict where it has changed."""
        ...


class Interactions(Protocol):
    """Where interactions stand, each once, with what was decided."""

    def get(self, touchpoint: str, interaction_id: str) -> Decided | None: ...

    def add(self, decided: Decided) -> bool:
        """Stores it where there is none of its id; says whether it was new. For those that are not asked."""
        ...

    def of_person(self, person_id: str) -> list[Decided]:
        """Those stored under that very id, by time: merged people have several ids."""
        ...


class Invitations(Protocol):
    """Where invitations stand."""

    def get(self, invitation_id: str) -> Invitation | None: ...

    def save(self, invitation: Invitation) -> Invitation:
        """Stores it, and gives it with its next version. Raises Conflict where it has changed."""
        ...


class Reservations(Protocol):
    """The one write by which somebody comes to be asked."""

    def reserve(self, reservation: Reservation) -> bool:
        """All of it or nothing; says whether the interaction was new. Raises Conflict where the ledger, or the
        invitation that is to lose its place, has changed."""
        ...


class Sampling(Protocol):
    """How many are asked."""

    def share(self, touchpoint: str) -> Share:
        """The share that holds there now; everybody where the touchpoint has no sampling."""
        ...


class Tallies(Protocol):
    """Where the funnels are counted: sets of marks and labels, by touchpoint and day."""

    def add(self, notices: Sequence[Notice]) -> None:
        """Counts what they say; counting it again changes nothing. Raises Unavailable."""
        ...

    def days(self, touchpoint: str, first: date, last: date) -> Iterable[Tally]:
        """The days that have anything, from `first` to `last`, both included, in order; each once."""
        ...


class Outcomes(Protocol):
    """Where outcomes stand, each once."""

    def holds(self, outcome_id: str) -> bool: ...

    def add(self, outcome: Outcome) -> bool:
        """Stores it where there is none of its id; says whether it was new."""
        ...

    def of_person(self, person_id: str) -> list[Outcome]:
        """Those stored under that very id, by time."""
        ...


@dataclass(frozen=True)
class Deps:
    """All that the verbs need from outside. pause: sleeps so many seconds. jitter: 0 to 1, drawn anew each time.

    secret: key material of the keyed hashes and of the draws.
    """

    people: People
    ledgers: Ledgers
    interactions: Interactions
    invitations: Invitations
    reservations: Reservations
    sampling: Sampling
    tallies: Tallies
    outcomes: Outcomes
    catalogue: Catalogue
    now: Callable[[], datetime]
    new_code: Callable[[], str]
    pause: Callable[[float], None]
    jitter: Callable[[], float]
    secret: bytes
    public_url: str
