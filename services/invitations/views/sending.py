"""How previews and the suppression list are asked for, and answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.invitations.domain.identifiers import NotAnIdentifier, email, phone
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.people import Identifier
from services.invitations.usecases.previewing import Preview
from services.invitations.usecases.sending_ports import Suppression
from shared.codes import LINK_LENGTH
from shared.errors import FieldError, InvalidInput, NotFound
from shared.times import format_time

MOST_SUPPRESSED = 500
MOST_LISTED = 500
INVITATION = re.compile(rf"[0-9A-Za-z]{{{LINK_LENGTH}}}")


class PreviewQuestion(BaseModel):
    """What to show. country: two letters; whose price of a text message is given."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["email", "sms"] = "email"
    lang: str | None = Field(None, pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$")


class PriceView(BaseModel):
    """What one part of a text message costs; source: who says so."""

    amount: float
    currency: str
    source: str


class InvitationView(BaseModel):
    """An invitation as it stands: planned, sent, delivered, opened, answered, expired, suppressed or bounced."""

    invitation_id: str
    touchpoint: str
    channel: str
    state: str


class PreviewView(BaseModel):
    """A message as it would leave. bytes: of the whole e-mail. A text message has encoding, units and parts."""

    channel: str
    lang: str
    subject: str | None = None
    text: str
    html: str | None = None
    bytes: int | None = None
    encoding: str | None = None
    units: int | None = None
    parts: int | None = None
    price: PriceView | None = None


class SentSuppression(BaseModel):
    """An address or a number to which nothing is to be sent; exactly one of the two."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: str | None = None
    phone: str | None = None

    @field_validator("email", "phone")
    @classmethod
    def known(cls, sent: str | None, info: ValidationInfo) -> str | None:
        """In its one spelling."""
        try:
            return None if sent is None else (email if info.field_name == "email" else phone)(sent).value
        except NotAnIdentifier as wrong:
            raise ValueError(str(wrong)) from None

    @property
    def identifier(self) -> Identifier | None:
        """None where neither or both were given."""
        if (self.email is None) == (self.phone is None):
            return None
        return Identifier("email", self.email) if self.email else Identifier("phone", self.phone or "")


class SentSuppressions(BaseModel):
    """Several of them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    suppressions: list[SentSuppression] = Field(min_length=1, max_length=MOST_SUPPRESSED)


class SuppressionView(BaseModel):
    """One of the list. because: stop, complaint, import or such. Without both where nobody is known by it any more."""

    email: str | None = None
    phone: str | None = None
    because: str
    at: str


class SuppressionList(BaseModel):
    """Suppressions, in no order that means anything. next_cursor: given back as `cursor`, leads to the others."""

    suppressions: list[SuppressionView]
    next_cursor: str | None = None


class Suppressed(BaseModel):
    """How many addresses and numbers were sent; all of them are on the list now."""

    taken: int


def preview_view(preview: Preview) -> PreviewView:
    """The preview, with what only the one kind of message has."""
    count, price = preview.count, preview.price
    return PreviewView(
        channel=preview.channel,
        lang=preview.lang,
        subject=preview.subject or None,
        text=preview.text,
        html=preview.html,
        bytes=preview.size,
        encoding=count.encoding if count else None,
        units=count.units if count else None,
        parts=count.parts if count else None,
        price=PriceView(amount=price.amount, currency=price.currency, source=price.source) if price else None,
    )


def identifiers_of(sent: SentSuppressions) -> list[Identifier]:
    """Whom the list names. Raises InvalidInput naming every entry that names nobody, or two."""
    found = [one.identifier for one in sent.suppressions]
    detail = "give an e-mail address or a phone number, one of them"
    errors = [FieldError(f"#/suppressions/{n}", detail, "one_of") for n, one in enumerate(found) if one is None]
    if errors:
        raise InvalidInput(errors=errors)
    return [one for one in found if one is not None]


def listing(query: Callable[[str], Any]) -> tuple[str | None, int]:
    """cursor and limit of a list. Raises InvalidInput."""
    limit = query("limit") or "100"
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST_LISTED:
        raise InvalidInput(errors=[FieldError("query:limit", f"1 to {MOST_LISTED}", "limit")])
    return query("cursor"), int(limit)


def suppression_list(found: Sequence[Suppression], cursor: str | None) -> SuppressionList:
    return SuppressionList(suppressions=[suppression_view(one) for one in found], next_cursor=cursor)


def suppression_view(one: Suppression) -> SuppressionView:
    named = {one.identifier.kind: one.identifier.value} if one.identifier else {}
    return SuppressionView(because=one.because, at=format_time(one.at), **named)


def invitation_name(text: str) -> str:
    """The id itself. Raises NotFound for what can be none, since no key is made of it."""
    if not INVITATION.fullmatch(text):
        raise NotFound("there is no such invitation")
    return text


def invitation_view(invitation: Invitation) -> InvitationView:
    """What the API says of an invitation; nothing of whose it is."""
    return InvitationView(
        invitation_id=invitation.invitation_id,
        touchpoint=invitation.touchpoint,
        channel=invitation.channel,
        state=invitation.state,
    )
