"""Webhooks, as Standard Webhooks has them (standardwebhooks.com)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.alerts.adapters import signing
from services.alerts.adapters.senders.outside import Answer, Outside, attempt_of
from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.domain.subscribers import subscriber
from shared.catalogue import Catalogue
from shared.events import canonical


@dataclass(frozen=True)
class WebhookSender:
    """A signed JSON post of one alert's event.

    Secrets stay in the registry: they are looked up when a message is sent, so a new one holds at once.
    """

    catalogue: Catalogue
    outside: Outside
    now: Callable[[], datetime]

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:  # noqa: ARG002 - programs need none
        body = canonical(delivery.news[0]).encode()
        known = subscriber(delivery.subscription, self.catalogue)
        held = (known.subscription.secret, known.subscription.former_secret) if known else ()
        signed = signing.headers([one for one in held if one], delivery.message_id, self.now(), body)
        headers = {"Content-Type": "application/json", "User-Agent": "Etincelle", **signed}
        answer = self.outside.post(delivery.target, body, headers)
        return attempt_of(answer, self.now()) if isinstance(answer, Answer) else answer
