"""The erasure of a person: asked for, begun, gone round twice, and its receipt.

Whose erasure it is stands in it by keyed hashes and ids, and only while it goes on; the receipt names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from services.invitations.domain.identifiers import customer_id, taken
from services.invitations.domain.people import Identifier
from services.invitations.usecases.incoming import Customer, Known
from services.invitations.usecases.ports import Deps
from shared import bodies
from shared.errors import FieldError, InvalidInput, NotFound

State = Literal["running", "done"]
PLAIN_ID = re.compile("[A-Za-z0-9._:-]{1,256}")
"""What may stand in a URL: no address has these signs only, and no number in its one spelling."""


class CustomerNamed(BaseModel):
    """Who is meant. In a body, since no address of a person may stand in a URL."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    customer: Customer
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$", description="of phone numbers written as in it")


@dataclass(frozen=True)
class Erasure:
    """One person's erasure. by: id of the API key that asked for it.

    identities, customers: keyed hashes of what the person is named by, for the two purposes; people: their ids.
    All three are empty once it is done. erased: how much of what, by table.
    """

    erasure_id: str
    asked_at: datetime
    by: str
    identities: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    state: State = "running"
    done_at: datetime | None = None
    erased: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether there was anything of the person."""
        return any(n for of_table in self.erased.values() for n in of_table.values())


class Erasures(Protocol):
    """Where erasures stand."""

    def add(self, erasure: Erasure) -> None: ...

    def get(self, erasure_id: str) -> Erasure | None: ...

    def named(self, identifiers: Sequence[Identifier]) -> tuple[frozenset[str], frozenset[str]]:
        """What names stand under: as identities, and as customers of answers."""
        ...


def named_in(sent: object, deps: Deps) -> tuple[Identifier, ...]:
    """Whom a body names, by each name also as an id, as it was typed: so it may stand in answers. Raises InvalidInput
    naming every wrong field."""
    told: dict[str, Any] = sent if isinstance(sent, dict) else {}
    country = told.get("country")
    known = Known(deps.now(), {}, country.upper() if isinstance(country, str) else None)
    named = bodies.parse_as(CustomerNamed, sent, known).customer.identifiers
    typed = (taken(customer_id, text) for text in told["customer"].values() if text is not None)
    return tuple(dict.fromkeys((*named, *(one for one in typed if one is not None))))


def named_by_id(text: str) -> tuple[Identifier, ...]:
    """The customer of that id. Raises InvalidInput for what may be an address or a number: URLs are logged."""
    if not PLAIN_ID.fullmatch(text):
        detail = "letters, digits and ._:- only; send an address, a number or any other id in POST /v1/erasures"
        raise InvalidInput(errors=[FieldError("path:customer_id", detail, "not_a_plain_id")])
    return (Identifier("id", text),)


def ask_to_erase(identifiers: Sequence[Identifier], by: str, erasures: Erasures, deps: Deps) -> Erasure:
    """The erasure as it begins: a fact, whose table's stream sets it going. Safe to ask for again."""
    identities, customers = erasures.named(identifiers)
    erasure = Erasure(deps.new_code(), deps.now(), by, identities, customers)
    erasures.add(erasure)
    return erasure


def receipt(erasure_id: str, erasures: Erasures) -> Erasure:
    """How it stands. Raises NotFound."""
    erasure = erasures.get(erasure_id)
    if erasure is None:
        raise NotFound("there is no such erasure")
    return erasure


def finished(erasure: Erasure, erased: Mapping[str, Mapping[str, int]], at: datetime) -> Erasure:
    """The erasure as its receipt: what was erased, when, for whom it was asked no more."""
    empty: frozenset[str] = frozenset()
    return replace(
        erasure, identities=empty, customers=empty, people=empty, state="done", done_at=at, erased=dict(erased)
    )
