"""The invitations service on fakes: its stores as dictionaries, its clock as told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from services.invitations.domain.funnel import DIGEST, Notice, Tally
from services.invitations.domain.interactions import Decided, Share
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.links import Link
from services.invitations.domain.outcomes import Outcome
from services.invitations.domain.people import Identifier, Person
from services.invitations.domain.sampling import Plan
from services.invitations.usecases.ports import Deps, Merge, Named, Reservation
from shared.catalogue import Pressure, Touchpoint
from shared.errors import Conflict
from tests.fakes import FakeCatalogue
from tests.fakes import touchpoint as plain_touchpoint

NOW = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
SECRET = b"a secret of the tests"


@dataclass
class FakeLedgers:
    """Ledgers by person."""

    stored: dict[str, Ledger] = field(default_factory=dict)

    def get(self, person_id: str) -> Ledger:
        return self.stored.get(person_id, Ledger(person_id))

    def save(self, ledger: Ledger) -> None:
        self.expect(ledger)
        self.stored[ledger.person_id] = replace(ledger, version=ledger.version + 1)

    def expect(self, ledger: Ledger) -> None:
        if self.get(ledger.person_id).version != ledger.version:
            raise Conflict("the ledger has changed")


@dataclass
class FakePeople:
    """People by id, and whose each identifier is."""

    ledgers: FakeLedgers = field(default_factory=FakeLedgers)
    stored: dict[str, Person] = field(default_factory=dict)
    links: dict[Identifier, str] = field(default_factory=dict)
    erasures: dict[Identifier, datetime] = field(default_factory=dict)

    def named(self, identifiers: Sequence[Identifier]) -> Named:
        named = [self.get(self.links[one]) for one in identifiers if one in self.links]
        people = list({one.person_id: one for one in named if one}.values())
        return Named(people, max((at for one, at in self.erasures.items() if one in identifiers), default=None))

    def find(self, identifiers: Sequence[Identifier]) -> list[Person]:
        return self.named(identifiers).people

    def get(self, person_id: str) -> Person | None:
        person = self.stored.get(person_id)
        return self.get(person.merged_into) if person and person.merged_into else person

    def save(self, person: Person, added: Sequence[Identifier] = ()) -> Person:
        self.expect(person)
        if any(self.links.get(one, person.person_id) != person.person_id for one in added):
            raise Conflict("an identifier is another's")
        return self.write(person)

    def merge(self, merge: Merge) -> None:
        for person in (merge.survivor, merge.absorbed):
            self.expect(person)
        for ledger in (merge.ledger, merge.closed):
            self.ledgers.expect(ledger)
        self.write(merge.absorbed)
        self.write(merge.survivor)
        for ledger in (merge.ledger, merge.closed):
            self.ledgers.save(ledger)

    def write(self, person: Person) -> Person:
        self.links |= dict.fromkeys(person.identifiers, person.person_id)
        self.stored[person.person_id] = replace(person, version=person.version + 1)
        return self.stored[person.person_id]

    def expect(self, person: Person) -> None:
        there = self.stored.get(person.person_id)
        if (there.version if there else 0) != person.version:
            raise Conflict("the person has changed")


@dataclass
class FakeInteractions:
    """Interactions by touchpoint and id; the customer's identifiers are not kept."""

    stored: dict[tuple[str, str], Decided] = field(default_factory=dict)

    def get(self, touchpoint: str, interaction_id: str) -> Decided | None:
        return self.stored.get((touchpoint, interaction_id))

    def add(self, decided: Decided) -> bool:
        if self.get(decided.interaction.touchpoint, decided.interaction.interaction_id):
            return False
        self.write(decided)
        return True

    def of_person(self, person_id: str) -> list[Decided]:
        mine = (one for one in self.stored.values() if one.person_id == person_id)
        return sorted(mine, key=lambda one: one.interaction.occurred_at)

    def write(self, decided: Decided) -> None:
        kept = replace(decided, interaction=replace(decided.interaction, customer=()))
        self.stored[kept.interaction.touchpoint, kept.interaction.interaction_id] = kept


@dataclass
class FakeInvitations:
    """Invitations by id."""

    stored: dict[str, Invitation] = field(default_factory=dict)

    def get(self, invitation_id: str) -> Invitation | None:
        return self.stored.get(invitation_id)

    def save(self, invitation: Invitation) -> Invitation:
        self.expect(invitation)
        self.stored[invitation.invitation_id] = replace(invitation, version=invitation.version + 1)
        return self.stored[invitation.invitation_id]

    def expect(self, invitation: Invitation) -> None:
        there = self.stored.get(invitation.invitation_id)
        if (there.version if there else 0) != invitation.version:
            raise Conflict("the invitation has changed")


@dataclass
class FakeReservations:
    """Writes into the other fakes, all or nothing."""

    ledgers: FakeLedgers
    interactions: FakeInteractions
    invitations: FakeInvitations
    links: dict[str, Link] = field(default_factory=dict)

    def reserve(self, reservation: Reservation) -> bool:
        interaction = reservation.decided.interaction
        if self.interactions.get(interaction.touchpoint, interaction.interaction_id):
            return False
        self.ledgers.expect(reservation.ledger)
        if reservation.displaced:
            self.invitations.save(reservation.displaced.invitation)
            self.interactions.write(reservation.displaced.decided)
        self.ledgers.save(reservation.ledger)
        self.invitations.save(reservation.invitation)
        if reservation.link:
            self.links[reservation.link.link_id] = reservation.link
        return self.interactions.add(reservation.decided)


@dataclass
class FakeSampling:
    """Everybody is asked, where a test says nothing else."""

    shares: dict[str, Share] = field(default_factory=dict)

    def share(self, touchpoint: str) -> Share:
        return self.shares.get(touchpoint, Share(1.0))


@dataclass
class FakeTallies:
    """Marks and labels by touchpoint and day."""

    stored: dict[tuple[str, date], Tally] = field(default_factory=dict)

    def add(self, notices: Sequence[Notice]) -> None:
        for one in notices:
            tally = self.stored.get((one.touchpoint, one.day), Tally(one.day, frozenset()))
            digests = frozenset(mark[DIGEST] for mark in one.marks)
            more = {label: tally.labels.get(label, frozenset()) | digests for label in one.labels}
            self.stored[one.touchpoint, one.day] = Tally(one.day, tally.marks | one.marks, {**tally.labels, **more})

    def days(self, touchpoint: str, first: date, last: date) -> list[Tally]:
        return [one for (of, day), one in sorted(self.stored.items()) if of == touchpoint and first <= day <= last]


@dataclass
class FakeOutcomes:
    """Outcomes by id."""

    stored: dict[str, Outcome] = field(default_factory=dict)

    def holds(self, outcome_id: str) -> bool:
        return outcome_id in self.stored

    def add(self, outcome: Outcome) -> bool:
        return not self.holds(outcome.outcome_id) and self.stored.setdefault(outcome.outcome_id, outcome) is outcome

    def of_person(self, person_id: str) -> list[Outcome]:
        mine = (one for one in self.stored.values() if one.person_id == person_id)
        return sorted(mine, key=lambda one: one.occurred_at)


@dataclass
class FakePlans:
    """Shares by touchpoint, day and target; the first stays."""

    stored: dict[tuple[str, date, str], Plan] = field(default_factory=dict)

    def get(self, touchpoint: str, day: date, target: str) -> Plan | None:
        return self.stored.get((touchpoint, day, target))

    def settle(self, touchpoint: str, day: date, target: str, plan: Plan) -> Plan:
        return self.stored.setdefault((touchpoint, day, target), plan)


def touchpoint(name: str = "checkout", **more: Any) -> Touchpoint:
    """A touchpoint that asks by e-mail, then by text message; `more`: any of its fields."""
    return plain_touchpoint(name).model_copy(update={"channels": ("email", "sms"), **more})


class World:
    """The service's stores and deps on fakes. `now` is the clock's."""

    def __init__(self, *touchpoints: Touchpoint, pressure: Pressure | None = None) -> None:
        self.now = NOW
        self.ledgers = FakeLedgers()
        self.people = FakePeople(self.ledgers)
        self.interactions, self.invitations = FakeInteractions(), FakeInvitations()
        self.reservations = FakeReservations(self.ledgers, self.interactions, self.invitations)
        self.sampling = FakeSampling()
        self.tallies, self.outcomes = FakeTallies(), FakeOutcomes()
        self.catalogue = FakeCatalogue({one.id: one for one in touchpoints or (touchpoint(),)}, pressure or Pressure())
        self.codes = count(1)

    @property
    def deps(self) -> Deps:
        return Deps(
            people=self.people,
            ledgers=self.ledgers,
            interactions=self.interactions,
            invitations=self.invitations,
            reservations=self.reservations,
            sampling=self.sampling,
            tallies=self.tallies,
            outcomes=self.outcomes,
            catalogue=self.catalogue,
            now=lambda: self.now,
            new_code=lambda: f"{next(self.codes):016}",
            pause=lambda _seconds: None,
            jitter=lambda: 0.5,
            secret=SECRET,
            public_url="https://answers.example.com",
        )
