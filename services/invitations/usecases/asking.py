"""Asking a customer who is known on somebody else's site: the site's server names them in a token, the widget asks.

The token says which person and which touchpoint, and nothing else: their id, address or number is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from services.invitations.domain.interactions import Interaction, Planned
from services.invitations.domain.links import code_of
from services.invitations.domain.people import Person
from services.invitations.usecases.deciding import record_interaction
from services.invitations.usecases.identity import person_of
from services.invitations.usecases.incoming import Customer, known_to
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.retrying import retried
from shared import bodies, tokens
from shared.codes import keyed_hash
from shared.fields import KnownTouchpoint
from shared.tokens import TokenRefused

PURPOSE = "customer"
MOST_MINUTES = 7 * 24 * 60
ALREADY_ASKED = "already_asked"
CHANNEL = "widget"


class TokenRequest(BaseModel):
    """Whom a page is shown to, and the touchpoint that its widget asks about."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    touchpoint: KnownTouchpoint = Field(description="id of the touchpoint that the widget asks about")
    customer: Customer
    valid_minutes: int = Field(60, ge=1, le=MOST_MINUTES, description="how long the page may be shown")


class TokenAsks(BaseModel):
    """What the widget sends before it asks."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    token: str = Field(max_length=tokens.LONGEST, description="of `POST /v1/customer-tokens`")


@dataclass(frozen=True)
class Minted:
    """A customer's token, and until when it is good."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Asked:
    """Whether the customer may be asked now. code: of the link that takes their answer; reason: why they may not."""

    code: str | None = None
    reason: str | None = None


def mint_token(sent: object, deps: Deps) -> Minted:
    """A token for that customer at that touchpoint. Raises InvalidInput naming every wrong field, Unavailable."""
    request = bodies.parse_as(TokenRequest, sent, known_to(sent, deps))
    now = deps.now()
    named = Interaction("", request.touchpoint, now, now, customer=request.customer.identifiers)
    person = retried(lambda: person_of(named, deps), deps)
    expires_at = (now + timedelta(minutes=request.valid_minutes)).replace(microsecond=0)
    fields = {"p": person.person_id, "t": request.touchpoint}
    return Minted(tokens.mint(deps.secret, PURPOSE, fields, expires_at), expires_at)


def ask(sent: object, deps: Deps) -> Asked:
    """Whether the token's customer may be asked now; then they are, so that the next who wants to is told no.

    That they are here is an interaction like any other, of which they have one a day at a touchpoint: it is asked
    about once. Raises InvalidInput, TokenRefused, Unavailable.
    """
    now = deps.now()
    fields = tokens.read(deps.secret, PURPOSE, bodies.parse_as(TokenAsks, sent).token, now)
    person = deps.people.get(fields["p"])
    if person is None or deps.catalogue.touchpoint(fields["t"]) is None:
        raise TokenRefused()
    recorded = record_interaction(presence(person, fields["t"], now, deps), deps)
    decision = recorded.decided.decision
    if not isinstance(decision, Planned):
        return Asked(reason=decision.reason)
    if not recorded.is_new:
        return Asked(reason=ALREADY_ASKED)
    return Asked(code=code_of(deps.secret, recorded.decided.invitation_id, CHANNEL))


def presence(person: Person, touchpoint: str, now: datetime, deps: Deps) -> Interaction:
    """The interaction of that person being there on that day."""
    name = keyed_hash(deps.secret, "presence", f"{person.person_id}:{now:%Y-%m-%d}")
    return Interaction(f"{CHANNEL}-{name}", touchpoint, now, now, customer=person.identifiers, channel=CHANNEL)
