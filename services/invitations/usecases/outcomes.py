"""Outcomes in: what customers did in the end, once each, to be laid beside what they went through."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.invitations.domain.interactions import Interaction
from services.invitations.domain.links import customer_of
from services.invitations.domain.outcomes import Outcome, OutcomeKind
from services.invitations.usecases.identity import CustomerErased, person_of
from services.invitations.usecases.incoming import Customer, Known
from services.invitations.usecases.intake import AT_ONCE, apart
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.retrying import retried
from shared import bodies, fields
from shared.codes import keyed_hash
from shared.errors import FieldError, InvalidInput
from shared.fields import LARGEST_NUMBER, Past

MOST_OUTCOMES = 500
"""In one list. The importer sends as many at the most."""


class SentOutcome(BaseModel):
    """What a customer did in the end, as it is sent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    outcome_id: fields.Identifier | None = Field(
        None, description="the sender's own id: the same is stored once; without it, the same content is"
    )
    customer: Customer
    kind: OutcomeKind
    occurred_at: Past = Field(description="when it happened")
    amount: Annotated[float, Field(ge=0, le=LARGEST_NUMBER, allow_inf_nan=False)] | None = Field(
        None, description="of money: needed of what was bought"
    )
    currency: str | None = Field(None, pattern="^[A-Z]{3}$", description="ISO 4217: `EUR`")
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$", description="of phone numbers written as in it")

    @field_validator("amount")
    @classmethod
    def is_there_where_something_was_bought(cls, amount: float | None, info: ValidationInfo) -> float | None:
        if amount is None and info.data.get("kind") == "bought":
            raise PydanticCustomError("no_amount", "say for how much was bought")
        return None if amount is None else fields.kept(amount)


@dataclass(frozen=True)
class OutcomeReceipt:
    """What the sender is told of one outcome. errors: why it is invalid; erased: it came after its customer was."""

    outcome_id: str
    status: Literal["stored", "already_stored", "invalid", "erased"]
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Ready:
    """An outcome that can be stored, under its id."""

    outcome_id: str
    sent: SentOutcome


def record_outcome(sent: object, deps: Deps) -> OutcomeReceipt:
    """Stores one outcome. Raises InvalidInput naming every wrong field, Unavailable."""
    return recorded(ready(sent, deps), deps)


def ready(sent: object, deps: Deps) -> Ready:
    named: dict[str, Any] = sent if isinstance(sent, dict) else {}
    country = named.get("country")
    known = Known(deps.now(), {}, country.upper() if isinstance(country, str) else None)
    valid = bodies.parse_as(SentOutcome, sent, known)
    return Ready(valid.outcome_id or id_of(valid, deps.secret), valid)


def recorded(one: Ready, deps: Deps) -> OutcomeReceipt:
    """What became of it. Raises Unavailable."""
    try:
        is_new = not deps.outcomes.holds(one.outcome_id) and retried(lambda: store(one, deps), deps)
    except CustomerErased:
        return OutcomeReceipt(one.outcome_id, "erased")
    return OutcomeReceipt(one.outcome_id, "stored" if is_new else "already_stored")


def record_outcomes(sent: list[object], deps: Deps) -> list[OutcomeReceipt]:
    """What became of each of up to 500, in their order; a wrong one keeps no other from being stored.

    Raises InvalidInput where they are none or too many; Unavailable, after which sending them again is safe. Those of
    one person, and those of one id, are taken one after the other, in their order.
    """
    if not 1 <= len(sent) <= MOST_OUTCOMES:
        raise InvalidInput(errors=[FieldError("#", f"send a list of 1 to {MOST_OUTCOMES} outcomes", "list_length")])
    read = [read_at(place, one, deps) for place, one in enumerate(sent)]
    good = [(place, one) for place, one in enumerate(read) if isinstance(one, Ready)]
    groups = apart(good, lambda one: [*one.sent.customer.identifiers, one.outcome_id])
    with ThreadPoolExecutor(AT_ONCE) as pool:
        taken = pool.map(lambda group: [(place, recorded(one, deps)) for place, one in group], groups)
        receipts = dict(pair for group in taken for pair in group)
    return [receipts[place] if isinstance(one, Ready) else one for place, one in enumerate(read)]


def read_at(place: int, sent: object, deps: Deps) -> Ready | OutcomeReceipt:
    """The outcome at that place of the list, or what is wrong with it."""
    try:
        return ready(sent, deps)
    except InvalidInput as refusal:
        errors = tuple(replace(one, pointer=one.pointer.replace("#", f"#/{place}", 1)) for one in refusal.errors)
        named = sent.get("outcome_id") if isinstance(sent, dict) else None
        return OutcomeReceipt(named if isinstance(named, str) else "", "invalid", errors)


def id_of(sent: SentOutcome, secret: bytes) -> str:
    """The id of an outcome that has none: the same for the same content."""
    names = ",".join(sorted(one.text for one in sent.customer.identifiers))
    content = f"{sent.kind}|{sent.occurred_at.isoformat()}|{sent.amount}|{sent.currency}|{names}"
    return "content-" + keyed_hash(secret, "outcome", content)


def store(one: Ready, deps: Deps) -> bool:
    """Stores it with the person whom it names; says whether it was new. Raises Conflict."""
    now, sent = deps.now(), one.sent
    # What says who somebody is says it in the same way wherever it comes from: as an interaction does.
    named = Interaction(one.outcome_id, "", sent.occurred_at, now, sent.customer.identifiers)
    person = person_of(named, deps)
    return deps.outcomes.add(
        Outcome(
            outcome_id=one.outcome_id,
            person_id=person.person_id,
            kind=sent.kind,
            occurred_at=sent.occurred_at,
            received_at=now,
            amount=sent.amount,
            currency=sent.currency,
            customer=customer_of(deps.secret, person),
        )
    )
