"""Text messages through AWS End User Messaging (the API `pinpoint-sms-voice-v2`).

On a laptop the same client talks to the local outbox: AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2 names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from shared.errors import Refused, Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

BUSY = {"ThrottlingException", "InternalServerException", "ServiceUnavailableException"}
"""Nothing was sent: the same message may be sent again."""
OPTED_OUT = "DESTINATION_PHONE_NUMBER_OPTED_OUT"


class NumberRefused(Refused):
    """AWS sends nothing to this number; `reason` is its own word for why, such as OPTED_OUT."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "number_refused"
    title: ClassVar[str] = "This number takes no text messages"

    def __init__(self, reason: str) -> None:
        super().__init__("no text message can be sent to this number")
        self.reason = reason


@dataclass(frozen=True)
class TextMessages:
    """Sends text messages. client: makes the boto3 client, at the first message: it takes a while to load.

    configuration_set: where AWS tells what became of each message; empty: nowhere.
    """

    client: Callable[[], Any]
    configuration_set: str = ""

    def send(self, number: str, text: str, origin: str) -> str:
        """Sends one message, in as many parts as it takes, and gives its id.

        number: E.164; origin: the number, pool or sender id that it comes from. Raises NumberRefused, Unavailable.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with boto3, which does the sending

        try:
            return self.ask(number, text, origin, MessageType="TRANSACTIONAL")
        except ClientError as error:
            raise refusal(error) from None
        except BotoCoreError as error:
            raise Unavailable(f"no text message could be sent: {type(error).__name__}") from None

    def ask(self, number: str, text: str, origin: str, **more: Any) -> str:
        """The same, raising what botocore raises. more: further parameters of SendTextMessage, by AWS's names."""
        told = {"ConfigurationSetName": self.configuration_set} if self.configuration_set else {}
        reply = self.client().send_text_message(
            DestinationPhoneNumber=number, OriginationIdentity=origin, MessageBody=text, **told, **more
        )
        return str(reply["MessageId"])


def refusal(error: ClientError) -> Exception:
    """The error of ours that stands for AWS's; its own where it can only be a bug."""
    told: Mapping[str, Any] = error.response
    code = str(told.get("Error", {}).get("Code", ""))
    reason = str(told.get("Reason") or code)
    if code == "ConflictException" or reason == "INVALID_PHONE_NUMBER":
        return NumberRefused(reason)
    return Unavailable(code) if code in BUSY else error
