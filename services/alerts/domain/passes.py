"""The pass by which a subscription acts on an alert, without an account: a code in its messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.codes import keyed_code, keyed_hash
from shared.events import WEEKLY, AlertEvent, News, WeeklyEvent
from shared.receivers import Receiver

GOOD_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Pass:
    """What a code stands for, and until when. alert_id: an alert's, or `WEEKLY`; receiver: digest of whom it reached.

    Where its subscription has come to lead to somebody else, it is for nobody any more.
    """

    alert_id: str
    subscription: str
    receiver: str
    expires_at: datetime


def pass_for(event: News) -> str | None:
    """What the pass in its message is for: the alert, or the weekly report as such; None where none is needed."""
    if isinstance(event, WeeklyEvent):
        return WEEKLY
    return event.alert_id if isinstance(event, AlertEvent) else None


@dataclass(frozen=True)
class Codes:
    """Codes of passes. Each message on an alert to a receiver carries the same one, so it is made, not drawn."""

    secret: bytes
    public_url: str

    def code(self, alert_id: str, receiver: Receiver) -> str:
        return keyed_code(self.secret, "pass of alert", f"{alert_id} {receiver.digest}")

    def kept(self, code: str) -> str:
        """What is kept of a code."""
        return keyed_hash(self.secret, "pass", code)

    def address(self, alert_id: str, receiver: Receiver) -> str:
        """Where the receiver acknowledges or mutes the alert."""
        return f"{self.public_url}/alerts/{self.code(alert_id, receiver)}"
