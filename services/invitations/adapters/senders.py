"""E-mail by SES and text messages by AWS End User Messaging: one try each, and what became of it.

The clients must not try again by themselves: a try whose reply was lost may have sent the message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLCertVerificationError
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)

from services.invitations.domain.sending import NotTaken, Outcome, Refused, Taken, Unclear
from services.invitations.usecases.sending_ports import Outgoing
from shared.sms import OPTED_OUT, TextMessages

NEVER_REACHED = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
)
"""No request left; after any other failure of a connection one may have."""
UNREACHABLE = {"DESTINATION_COUNTRY_BLOCKED", "COUNTRY_NOT_SUPPORTED"}


@dataclass(frozen=True)
class SesSender:
    """E-mail through SES; its events come back with the message's tags. client: makes it, at the first message."""

    client: Callable[[], Any]
    sender: str
    configuration_set: str

    def send(self, outgoing: Outgoing) -> Outcome:
        return outcome_of(lambda: self._send(outgoing), ses_refusal)

    def _send(self, outgoing: Outgoing) -> str:
        reply = self.client().send_email(
            FromEmailAddress=self.sender,
            Destination={"ToAddresses": [outgoing.to]},
            Content={"Raw": {"Data": outgoing.content}},
            EmailTags=[{"Name": name, "Value": value} for name, value in tags(outgoing).items()],
            ConfigurationSetName=self.configuration_set,
        )
        return str(reply["MessageId"])


@dataclass(frozen=True)
class SmsSender:
    """Text messages through AWS End User Messaging; its events come back with the message's context.

    origin: the number, sender id or pool that they come from.
    """

    messages: TextMessages
    origin: str

    def send(self, outgoing: Outgoing) -> Outcome:
        return outcome_of(lambda: self._send(outgoing), sms_refusal)

    def _send(self, outgoing: Outgoing) -> str:
        assert isinstance(outgoing.content, str), "a text message is text"
        return self.messages.ask(outgoing.to, outgoing.content, self.origin, Context=tags(outgoing))


def tags(outgoing: Outgoing) -> dict[str, str]:
    """By these an event is known to be of this message."""
    return {"invitation_id": outgoing.invitation_id, "step": str(outgoing.number)}


def outcome_of(send: Callable[[], str], refusal: Callable[[str, ClientError], Refused | None]) -> Outcome:
    """What became of a try. Of errors of the 400s we know that nothing was sent; of others we do not."""
    try:
        return Taken(send())
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "ClientError")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        refused = refusal(code, error)
        return refused or (NotTaken(code) if 400 <= status < 500 else Unclear(code))
    except BotoCoreError as error:
        name = type(error).__name__
        return NotTaken(name) if never_left(error) else Unclear(name)


def never_left(error: BotoCoreError) -> bool:
    """Whether surely no request left. TLS may fail before one and after one; over a certificate only before."""
    if isinstance(error, SSLError):
        reason: Exception = error.kwargs["error"]
        return any(isinstance(one, SSLCertVerificationError) for one in reason.args)
    return isinstance(error, NEVER_REACHED)


def ses_refusal(code: str, error: ClientError) -> Refused | None:
    """A message that SES will not take however often it is sent. It says nothing of the person: bounces do.

    That a sender is not verified yet, or the account not yet let out of the sandbox, is nothing of the message.
    """
    if "not verified" in str(error.response.get("Error", {}).get("Message", "")):
        return None
    return Refused(code, None) if code in ("MessageRejected", "BadRequestException") else None


def sms_refusal(code: str, error: ClientError) -> Refused | None:
    """A message that will not be taken: the number wants none, or takes none."""
    reason = str(error.response.get("Reason", ""))
    fields = {str(one.get("Name", "")) for one in error.response.get("Fields", []) or []}
    if code == "ConflictException" and reason == OPTED_OUT:
        return Refused(reason, "opted_out")
    if code == "ConflictException" and reason in UNREACHABLE:
        return Refused(reason, "channel_unusable")
    if code == "ValidationException":
        return Refused(reason or code, "channel_unusable" if "DestinationPhoneNumber" in fields else None)
    return None
