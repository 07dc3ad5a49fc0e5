"""Links to a touchpoint's page: what is kept of one, what may be asked for, and what whoever opens it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.catalogue import Audience, Channel
from shared.fields import CustomerId, Future, Identifier, KnownTouchpoint

Mode = Literal["open", "single"]
State = Literal["ready", "answered", "expired", "revoked", "paused"]

LONGEST_PLACE = 60
KEYED_IN: tuple[Channel, ...] = ("agent", "paper")
"""Channels by which staff key in what customers said or wrote."""
SHARED: tuple[Channel, ...] = ("widget", "kiosk", *KEYED_IN)
"""Channels whose link many people answer by."""


@dataclass(frozen=True)
class Link:
    """A way to the page of a touchpoint. link_id: the keyed hash of its code; the code itself is not kept.

    mode: `open` takes any number of answers, `single` takes one.
    must_send: a score in its address only counts once the person presses Send, whatever else they do.
    expires_at: from then on it takes none; None: it stays.
    place: where it hangs or who has it: the label of a counter, a table, a parcel, a device.
    """

    link_id: str
    touchpoint: str
    mode: Mode
    channel: str
    audience: str
    created_at: datetime
    invitation_id: str | None = None
    customer: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    must_send: bool = False
    place: str | None = None

    @property
    def evidence(self) -> dict[str, str]:
        """What an answer by this link says of it."""
        known = {"link": self.link_id, "place": self.place, "invitation": self.invitation_id}
        return {name: value for name, value in known.items() if value is not None}

    @property
    def only_response_id(self) -> str | None:
        """The id of the one answer a single link can have; links of one invitation share it."""
        if self.mode == "open":
            return None
        return f"invitation:{self.invitation_id}" if self.invitation_id else f"link:{self.link_id}"

    def state(self, now: datetime, *, is_answered: bool, is_paused: bool) -> State:
        """What somebody who opens it finds; an answer given outlives the link."""
        if is_answered:
            return "answered"
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "paused" if is_paused else "ready"


def one_line(text: str) -> str:
    """The text without space around it. Printed on paper and shown in lists, it is one line that says something."""
    if not text.strip() or not text.isprintable():
        raise PydanticCustomError("one_line", "one line of text, not empty")
    return text.strip()


class LinkRequest(BaseModel):
    """A link to make: where it leads, and how many answers it takes."""

    model_config = ConfigDict(defer_build=True, strict=True, extra="forbid", frozen=True)

    touchpoint: KnownTouchpoint = Field(description="id of the touchpoint it asks about")
    mode: Literal["open", "single"] = Field("open", description="open: any number of answers; single: one")
    channel: Channel = Field("web", description="where the link is shown")
    place: Annotated[str, Field(max_length=LONGEST_PLACE), AfterValidator(one_line)] | None = Field(
        None, description="where it hangs or who has it: the label of a counter, a table, a parcel, a device"
    )
    audience: Audience = "customer"
    invitation_id: Identifier | None = Field(None, description="all single links of one invitation take one answer")
    customer_id: CustomerId | None = Field(None, description="who it is for; kept only as a keyed hash")
    expires_at: Future | None = Field(None, description="from then on it takes no answer")
    must_send: bool = Field(False, description="a score in the address counts only once the person presses Send")

    @field_validator("channel")
    @classmethod
    def is_shared(cls, channel: Channel, info: ValidationInfo) -> Channel:
        if channel in SHARED and info.data.get("mode") == "single":
            raise PydanticCustomError("shared_link", "a link of this channel takes any number of answers")
        return channel

    @field_validator("audience")
    @classmethod
    def speaks_for_customers(cls, audience: Audience, info: ValidationInfo) -> Audience:
        if audience == "staff" and info.data.get("channel") in KEYED_IN:
            raise PydanticCustomError("keyed_in", "what is keyed in for customers is the customers' answer")
        return audience
