"""E-mail through SES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.messages.letters import letter
from services.alerts.messages.story import Manage


@dataclass(frozen=True)
class EmailSender:
    """client: makes SES's; sender: the address that mails come from.

    manage: gives the address where one acts on an alert.
    """

    client: Callable[[], Any]
    sender: str
    manage: Manage

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:  # noqa: ARG002 - mails carry their own
        try:
            reply = self.client().send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [delivery.target]},
                Content={"Raw": {"Data": letter(delivery, self.sender, self.manage).as_bytes()}},
            )
        except ClientError as error:
            return Attempt(error.response.get("Error", {}).get("Code", "ClientError"))
        except BotoCoreError as error:
            return Attempt(type(error).__name__)
        return Attempt(answer=str(reply.get("MessageId", "")))
