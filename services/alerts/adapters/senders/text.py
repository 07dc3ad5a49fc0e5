"""Text messages through AWS End User Messaging."""

from __future__ import annotations

from dataclasses import dataclass

from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.messages.story import Manage, story
from services.alerts.messages.texts import text
from shared.errors import Unavailable
from shared.sms import NumberRefused, TextMessages


@dataclass(frozen=True)
class TextSender:
    """origin: the number, pool or sender id that messages come from; empty where there is none."""

    messages: TextMessages
    origin: str
    manage: Manage

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:  # noqa: ARG002 - texts have none
        if not self.origin:
            return Attempt("no number is set up to send from (SMS_ORIGIN)")
        try:
            told = self.messages.send(delivery.target, text(story(delivery, self.manage)), self.origin)
        except NumberRefused as refusal:
            return Attempt(f"the number takes no messages: {refusal.reason}", is_final=True)
        except Unavailable as failure:
            return Attempt(failure.detail or "text messages cannot be sent just now")
        return Attempt(answer=told)
