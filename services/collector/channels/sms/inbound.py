"""A person's text as the queue `sms-answers` brings it: an SNS notification of AWS End User Messaging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.bodies import parse_as, parse_json
from shared.times import parse_time

E164 = r"^\+[1-9][0-9]{6,14}$"
TIMESTAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
Text = Annotated[str, BeforeValidator(lambda text: text.replace("\0", "") if isinstance(text, str) else text)]


class Notification(BaseModel):
    """What SNS puts around a message. Timestamp: when it was published."""

    model_config = ConfigDict(defer_build=True, extra="ignore", frozen=True)

    Message: str
    Timestamp: str = Field(pattern=TIMESTAMP)


class TwoWay(BaseModel):
    """The message itself, by AWS's names."""

    model_config = ConfigDict(defer_build=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    originationNumber: str = Field(pattern=E164)  # noqa: N815
    destinationNumber: str = Field(min_length=1, max_length=64)  # noqa: N815
    messageBody: Text = Field(max_length=10_000)  # noqa: N815
    inboundMessageId: str = Field(min_length=1, max_length=128)  # noqa: N815


@dataclass(frozen=True)
class Inbound:
    """One text. number: whose it is, E.164; to: the number of ours it was sent to; at: when, aware UTC."""

    text_id: str
    number: str
    to: str
    text: str
    at: datetime


def inbound_of(body: str) -> Inbound:
    """The text in the body of an SQS message. Raises MalformedBody, InvalidInput; neither tells what was written."""
    notification = parse_as(Notification, parse_json(body.encode()))
    message = parse_as(TwoWay, parse_json(notification.Message.encode()))
    return Inbound(
        text_id=message.inboundMessageId,
        number=message.originationNumber,
        to=message.destinationNumber,
        text=message.messageBody,
        at=parse_time(notification.Timestamp),
    )
