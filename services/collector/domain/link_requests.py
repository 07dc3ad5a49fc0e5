"""What may be asked for of a link to a touchpoint's page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.collector.domain.links import KEYED_IN, SHARED
from shared.catalogue import Audience, Channel
from shared.fields import CustomerId, Future, Identifier, KnownTouchpoint

LONGEST_PLACE = 60


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
