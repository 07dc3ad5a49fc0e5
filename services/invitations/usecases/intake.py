"""Interactions as they come: one, or many in one request, each answered on its own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from services.invitations.domain.interactions import Decided, Interaction, Planned
from services.invitations.domain.invitations import SENT_BY_US
from services.invitations.domain.links import code_of
from services.invitations.usecases.deciding import record_interaction
from services.invitations.usecases.identity import CustomerErased
from services.invitations.usecases.incoming import parse_interaction
from services.invitations.usecases.ports import Deps
from shared.errors import FieldError, InvalidInput

MOST_INTERACTIONS = 500
"""In one list. The importer sends as many at the most."""
AT_ONCE = 8
"""People whose interactions are worked on at the same time: most of the work is waiting for the table."""
Status = Literal["accepted", "already_known", "invalid", "erased"]
Sent = TypeVar("Sent")


@dataclass(frozen=True)
class Receipt:
    """What became of one interaction that was sent.

    decided: None where it is invalid, and errors say why, or where it came after its customer was erased.
    url: where the caller, who asks by a channel of their own, finds the question.
    """

    interaction_id: str
    status: Status
    decided: Decided | None = None
    url: str | None = None
    errors: tuple[FieldError, ...] = ()


def take(sent: object, deps: Deps) -> Receipt:
    """Stores one interaction with its decision. Raises InvalidInput naming every wrong field, Unavailable."""
    return taken(parse_interaction(sent, deps), deps)


def taken(interaction: Interaction, deps: Deps) -> Receipt:
    try:
        recorded = record_interaction(interaction, deps)
    except CustomerErased:
        return Receipt(interaction.interaction_id, "erased")
    status: Status = "accepted" if recorded.is_new else "already_known"
    return Receipt(interaction.interaction_id, status, recorded.decided, url_of(recorded.decided, deps))


def url_of(decided: Decided, deps: Deps) -> str | None:
    """Where the question is that a caller may put; None where nobody is asked, or where we send it."""
    decision = decided.decision
    if not isinstance(decision, Planned) or decision.channel in SENT_BY_US:
        return None
    return f"{deps.public_url}/s/{code_of(deps.secret, decided.invitation_id, decision.channel)}"


def take_all(sent: list[object], deps: Deps) -> list[Receipt]:
    """What became of each of up to 500, in their order; a wrong one keeps no other from being taken.

    Raises InvalidInput where they are none or too many; Unavailable, after which some may be stored: sending the
    same list again is safe. Those of one person are taken one after the other, in their order.
    """
    if not 1 <= len(sent) <= MOST_INTERACTIONS:
        detail = f"send a list of 1 to {MOST_INTERACTIONS} interactions"
        raise InvalidInput(errors=[FieldError("#", detail, "list_length")])
    read = [read_at(place, one, deps) for place, one in enumerate(sent)]
    good = [(place, one) for place, one in enumerate(read) if isinstance(one, Interaction)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        groups = pool.map(
            lambda group: [(place, taken(one, deps)) for place, one in group], apart(good, lambda one: one.customer)
        )
        receipts = dict(pair for group in groups for pair in group)
    return [receipts[place] if isinstance(one, Interaction) else one for place, one in enumerate(read)]


def read_at(place: int, sent: object, deps: Deps) -> Interaction | Receipt:
    """The interaction at that place of the list, or what is wrong with it, with pointers such as `#/3/touchpoint`."""
    try:
        return parse_interaction(sent, deps)
    except InvalidInput as refusal:
        errors = tuple(replace(one, pointer=one.pointer.replace("#", f"#/{place}", 1)) for one in refusal.errors)
        named = sent.get("interaction_id") if isinstance(sent, dict) else None
        return Receipt(named if isinstance(named, str) else "", "invalid", errors=errors)


def apart(
    placed: Iterable[tuple[int, Sent]], names: Callable[[Sent], Iterable[Hashable]]
) -> list[list[tuple[int, Sent]]]:
    """What was sent, by its place, in groups that have no name in common, as far as they themselves tell."""
    groups: dict[Hashable, list[tuple[int, Sent]]] = {}
    for place, one in placed:
        mine: list[tuple[int, Sent]] = []
        for group in {id(found): found for name in names(one) if (found := groups.get(name))}.values():
            mine += group
        mine.append((place, one))
        groups |= {name: mine for _, each in mine for name in names(each)}
    unique = {id(group): group for group in groups.values()}.values()
    return [sorted(group, key=lambda pair: pair[0]) for group in unique]
