"""What a person was asked, by whom, what was refused and why, and when they may be asked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.invitations.domain.decision import Case
from services.invitations.domain.interactions import Decided, Suppressed
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.people import Person
from services.invitations.domain.pressure import Standing
from services.invitations.domain.quiet_hours import next_allowed
from services.invitations.domain.rules import rules_of
from services.invitations.usecases.contacts import open_ledger, standing_by
from services.invitations.usecases.incoming import Customer, Known
from services.invitations.usecases.sending_ports import SendingDeps
from shared import bodies
from shared.catalogue import Touchpoint
from shared.errors import NotFound


class PressureQuestion(BaseModel):
    """Who is asked about. In a body, since no address of a person may stand in a URL."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    customer: Customer
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$", description="of phone numbers written as in it")


@dataclass(frozen=True)
class PersonPressure:
    """All of it. asked: every contact, by time; refused: by time of the interaction. owners: by touchpoint."""

    person: Person
    asked: tuple[Contact, ...]
    refused: tuple[Decided, ...]
    standings: tuple[Standing, ...]
    owners: dict[str, str]


def pressure_on(sent: object, deps: SendingDeps) -> PersonPressure:
    """How the person who is named stands with everybody. Raises InvalidInput, NotFound where nobody is so named."""
    named: dict[str, Any] = sent if isinstance(sent, dict) else {}
    country = named.get("country")
    known = Known(deps.now(), {}, country.upper() if isinstance(country, str) else None)
    found = deps.people.find(bodies.parse_as(PressureQuestion, sent, known).customer.identifiers)
    if not found:
        raise NotFound("nobody is known by that")
    return pressure_of(found[0], deps)


def pressure_of(person: Person, deps: SendingDeps) -> PersonPressure:
    """The same of a person who is known; with what was refused to those they were merged from."""
    ledger = open_ledger(person.person_id, deps)
    touchpoints = [known for name in deps.catalogue.touchpoints() if (known := deps.catalogue.touchpoint(name))]
    mine = [one for name in (person.person_id, *person.merged_from) for one in deps.interactions.of_person(name)]
    refused = (one for one in mine if isinstance(one.decision, Suppressed))
    standings = (one for known in touchpoints for one in standings_at(known, person, ledger, deps))
    return PersonPressure(
        person=person,
        asked=tuple(sorted(ledger.contacts, key=lambda one: one.at)),
        refused=tuple(sorted(refused, key=lambda one: one.interaction.occurred_at)),
        standings=tuple(standings),
        owners={known.id: known.owner.id for known in touchpoints},
    )


def standings_at(touchpoint: Touchpoint, person: Person, ledger: Ledger, deps: SendingDeps) -> Iterator[Standing]:
    """One for each of the touchpoint's channels."""
    case = Case(
        rules=rules_of(touchpoint, deps.catalogue.pressure()),
        person=person,
        ledger=ledger,
        share=deps.sampling.share(touchpoint.id),
        now=deps.now(),
        seed=deps.secret,
        next_allowed=next_allowed,
    )
    for channel in touchpoint.channels:
        yield standing_by(channel, case, deps.suppressions)
