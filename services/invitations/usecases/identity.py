"""Whose interaction it is: people found by what names them, made where there is none, merged where two are one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.invitations.domain.identifiers import country_of, takes_texts
from services.invitations.domain.interactions import Interaction
from services.invitations.domain.ledger import added_up
from services.invitations.domain.people import MOST_IDENTIFIERS, NEVER, Identifier, Person, merged
from services.invitations.usecases.ports import Deps, Merge, Named
from services.invitations.usecases.retrying import retried
from shared.errors import EtincelleError, NotFound


def person_of(interaction: Interaction, deps: Deps) -> Person:
    """The one person whom the interaction's identifiers name, with what it says of them stored.

    People who turn out to be one are merged. Raises Conflict where somebody else changed one of them meanwhile, and
    CustomerErased where it happened before the person was erased.
    """
    named = deps.people.named(interaction.customer)
    refuse_what_was_erased(interaction, named)
    found = named.people
    if not is_one_person(interaction.customer, found):
        return apart(interaction, found, deps)
    person = found[0] if found else Person(deps.new_code())
    for other in found[1:]:
        person = merge(person, other, deps)
    return store(person, interaction.customer, interaction, deps)


class CustomerErased(EtincelleError):
    """It happened before the person was erased, and came after: nothing of it is kept."""


def refuse_what_was_erased(interaction: Interaction, named: Named) -> None:
    """Who came back after their erasure is somebody new: what was before it is not theirs. Raises CustomerErased."""
    if named.erased_at is not None and interaction.occurred_at <= named.erased_at:
        raise CustomerErased()


def is_one_person(identifiers: Sequence[Identifier], found: Sequence[Person]) -> bool:
    """False where they would come to have so many identifiers that one of them must be everybody's."""
    return len({*identifiers, *(one for person in found for one in person.identifiers)}) <= MOST_IDENTIFIERS


def apart(interaction: Interaction, found: Sequence[Person], deps: Deps) -> Person:
    """The person whom the first identifier names; a new one where it names nobody, without what is others'."""
    first = interaction.customer[0]
    owner = next((person for person in found if first in person.identifiers), None)
    if owner is not None:
        return store(owner, (), interaction, deps)
    taken = {one for person in found for one in person.identifiers}
    free = [one for one in interaction.customer if one not in taken]
    return store(Person(deps.new_code()), free, interaction, deps)


def merge(survivor: Person, absorbed: Person, deps: Deps) -> Person:
    """The survivor, once both are one. Raises Conflict."""
    ledgers = added_up(deps.ledgers.get(survivor.person_id), deps.ledgers.get(absorbed.person_id))
    whole, pointer = merged(survivor, absorbed)
    deps.people.merge(Merge(whole, pointer, *ledgers))
    return replace(whole, version=whole.version + 1)


def store(person: Person, identifiers: Sequence[Identifier], interaction: Interaction, deps: Deps) -> Person:
    """The person with what the interaction says, stored if it says anything new."""
    new = [one for one in identifiers if one not in person.identifiers]
    landlines = {one for one in new if one.kind == "phone" and not takes_texts(one)}
    told = replace(
        person.with_identifiers(new),
        locale=interaction.locale or person.locale,
        time_zone=interaction.time_zone or person.time_zone,
        country=interaction.country or person.country or country_by(new),
        unusable=person.unusable | landlines,
    )
    if interaction.consent is not None and interaction.occurred_at >= (person.consent_at or NEVER):
        source = interaction.consent_source
        told = replace(told, consent=interaction.consent, consent_at=interaction.occurred_at, consent_source=source)
    return person if told == person else deps.people.save(told, new)


def country_by(identifiers: Sequence[Identifier]) -> str | None:
    """Of the first phone number: where nobody names a country, its hours are those in which a text may arrive."""
    return next((country for one in identifiers if one.kind == "phone" and (country := country_of(one))), None)


def change_person(person_id: str, how: Callable[[Person], Person], deps: Deps) -> Person:
    """The person after a change of their wishes or addresses, whoever else changes them meanwhile.

    how: gives the person as they are to be; the same if nothing is to change. Raises NotFound, Unavailable.
    """

    def attempt() -> Person:
        person = deps.people.get(person_id)
        if person is None:
            raise NotFound("there is no such person")
        changed = how(person)
        return person if changed == person else deps.people.save(changed)

    return retried(attempt, deps)
