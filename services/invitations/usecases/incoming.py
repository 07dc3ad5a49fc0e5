"""From what was sent to a typed interaction, or every wrong field at once; the same by HTTP, queue and event bus."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.invitations.domain import identifiers
from services.invitations.domain.identifiers import NotAnIdentifier
from services.invitations.domain.interactions import Interaction
from services.invitations.domain.people import ALL, Identifier
from services.invitations.usecases.ports import Deps
from shared import bodies, fields
from shared.catalogue import ID
from shared.fields import MOST_ATTRIBUTES, AttributeName, AttributeValue, KnownTouchpoint, Past

AskedChannel = Literal["email", "sms", "web", "widget", "qr", "kiosk", "phone", "agent"]
CHANNELS: tuple[str, ...] = AskedChannel.__args__  # type: ignore[attr-defined]
COUNTRY = "[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?"
Parse = Callable[[str, ValidationInfo], Identifier]


@dataclass(frozen=True)
class Known(fields.Known):
    """What an interaction is checked against. country: of phone numbers that are written as in their country."""

    country: str | None = None


def named_by(parse: Parse, value: Any, info: ValidationInfo) -> Identifier | None:
    """The identifier that was sent. Raises PydanticCustomError with what is wrong with it."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    try:
        return parse(value, info)
    except NotAnIdentifier as error:
        raise PydanticCustomError(error.fault, str(error)) from None


def by_id(value: Any, info: ValidationInfo) -> Identifier | None:
    return named_by(lambda text, _: identifiers.customer_id(text), value, info)


def by_email(value: Any, info: ValidationInfo) -> Identifier | None:
    return named_by(lambda text, _: identifiers.email(text), value, info)


def by_phone(value: Any, info: ValidationInfo) -> Identifier | None:
    known = info.context
    assert isinstance(known, Known), "interactions are parsed against what is known"
    return named_by(lambda text, _: identifiers.phone(text, known.country), value, info)


def zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise PydanticCustomError("time_zone", "is no time zone; write one such as Europe/Paris") from None
    return name


def consent(said: Any) -> frozenset[str] | None:
    """As `Person` keeps it: every channel, none, those that are listed; None where nothing is said."""
    if isinstance(said, bool):
        return frozenset({ALL}) if said else frozenset()
    if said is None:
        return None
    if not isinstance(said, list | tuple) or not all(isinstance(one, str) and one in CHANNELS for one in said):
        raise PydanticCustomError("consent", "is true, false, or a list of channels such as email and sms")
    return frozenset(said)


ById = Annotated[Identifier | None, PlainValidator(by_id), WithJsonSchema({"type": "string", "maxLength": 256})]
ByEmail = Annotated[Identifier | None, PlainValidator(by_email), WithJsonSchema({"type": "string", "format": "email"})]
ByPhone = Annotated[Identifier | None, PlainValidator(by_phone), WithJsonSchema({"type": "string"})]

Consent = Annotated[
    frozenset[str] | None,
    PlainValidator(consent),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"enum": list(CHANNELS)}}]}),
]


class Customer(BaseModel):
    """Who it happened to, named in one way or several; all that are given name the same person from then on."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: ById = Field(None, description="the sender's own id, 1 to 256 characters")
    email: ByEmail = Field(None, description="capital letters do not matter")
    phone: ByPhone = Field(None, description="with + and the country's code, or as it is written in `country`")

    @model_validator(mode="after")
    def is_named(self) -> Customer:
        if not self.identifiers:
            raise PydanticCustomError("customer_unnamed", "give at least one of id, email and phone")
        return self

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """The strongest first."""
        return tuple(one for one in (self.id, self.email, self.phone) if one is not None)


class SentInteraction(BaseModel):
    """Something that happened to a customer at a touchpoint, as it is sent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    interaction_id: fields.Identifier = Field(description="the sender's own id: the same at a touchpoint counts once")
    touchpoint: KnownTouchpoint = Field(description="id of the touchpoint where it happened")
    occurred_at: Past = Field(description="when it happened")
    customer: Customer
    channel: AskedChannel | None = Field(
        None, description="by which the sender wants to ask now; left out, we choose among email and sms, and send"
    )
    locale: str | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", description="BCP 47 tag")
    time_zone: Annotated[str, AfterValidator(zone)] | None = Field(None, description="the customer's, an IANA name")
    country: str | None = Field(None, pattern=f"^{COUNTRY}$", description="the customer's, ISO 3166: `FR`, `US-FL`")
    consent: Consent = Field(
        None, description="whether the customer agreed to be asked, or the channels by which they did"
    )
    consent_source: fields.Text | None = Field(
        None, max_length=200, description="where they said so, such as the form or the contract; kept with the time"
    )
    attributes: dict[AttributeName, AttributeValue] = Field(default_factory=dict, max_length=MOST_ATTRIBUTES)

    def interaction(self, known: Known) -> Interaction:
        """What happened, as the service knows it."""
        return Interaction(
            interaction_id=self.interaction_id,
            touchpoint=self.touchpoint,
            occurred_at=self.occurred_at,
            received_at=known.now,
            customer=self.customer.identifiers,
            channel=self.channel,
            locale=self.locale,
            time_zone=self.time_zone,
            country=self.country.upper() if self.country else None,
            consent=self.consent,
            consent_source=self.consent_source,
            attributes=self.attributes,
        )


def parse_interaction(sent: object, deps: Deps) -> Interaction:
    """The interaction that was sent. Raises InvalidInput naming every wrong field."""
    known = known_to(sent, deps)
    return bodies.parse_as(SentInteraction, sent, known).interaction(known)


def known_to(sent: object, deps: Deps) -> Known:
    """The time, and the touchpoint and country that what was sent names."""
    named: dict[str, Any] = sent if isinstance(sent, dict) else {}
    name, country = named.get("touchpoint"), named.get("country")
    touchpoint = deps.catalogue.touchpoint(name) if isinstance(name, str) and ID.fullmatch(name) else None
    region = country[:2].upper() if isinstance(country, str) and re.fullmatch(COUNTRY, country) else None
    return Known(deps.now(), {touchpoint.id: touchpoint} if touchpoint else {}, region)
