"""DynamoDB, SQS, SES and plain HTTP made to fit the ports of the alerts service."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.alerts import signing
from services.alerts.domain import Attempt, Delivery, subscription_name
from services.alerts.letters import letter
from services.alerts.usecases import Turn
from shared import dynamo
from shared.catalogue import Catalogue
from shared.dynamo import ConditionFailed, Item, Table
from shared.events import AlertEvent, canonical
from shared.tables import cases as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableOutbox:
    """Deliveries in the `cases` table."""

    table: Table

    def add(self, delivery: Delivery) -> None:
        try:
            self.table.put_new(item_of(delivery))
        except ConditionFailed:
            return

    def get(self, alert_id: str, revision: int, subscription: str) -> Delivery | None:
        place = keys.delivery_key(alert_id, revision, subscription)
        item = self.table.get(*place, consistent=True)
        return delivery_of(item) if item else None

    def save(self, delivery: Delivery) -> None:
        self.table.put(item_of(delivery))

    def listed(self, state: str, day: date | None) -> list[Delivery]:
        partition = keys.state_partition(state.upper(), day or date.min)
        items = self.table.query_all(partition, index=keys.STATE_INDEX, prefix=day.isoformat() if day else "")
        return [delivery_of(item) for item in items]


def item_of(delivery: Delivery) -> Item:
    """The delivery's item, with its place among those of its state."""
    event = delivery.event
    pk, sk = keys.delivery_key(event.alert_id, event.revision, delivery.subscription)
    state_pk, state_sk = keys.state_key(
        delivery.state.upper(), delivery.created_at, event.alert_id, delivery.subscription
    )
    delivered_at = delivery.delivered_at
    return {
        "pk": pk,
        "sk": sk,
        "kind": "delivery",
        "state_pk": state_pk,
        "state_sk": state_sk,
        "event": canonical(event),
        "owner": delivery.owner,
        "subscription": delivery.subscription,
        "way": delivery.kind,
        "target": delivery.target,
        "lang": delivery.lang,
        "created_at": key_time(delivery.created_at),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
        "delivered_at": key_time(delivered_at) if delivered_at else None,
    }


def delivery_of(item: Item) -> Delivery:
    """The delivery in an item. Raises KeyError or ValueError where it holds none."""
    return Delivery(
        event=AlertEvent.model_validate_json(item["event"]),
        owner=item["owner"],
        subscription=item["subscription"],
        kind=item["way"],
        target=item["target"],
        lang=item["lang"],
        created_at=parse_time(item["created_at"]),
        state=item["state"],
        attempts=item["attempts"],
        last_error=item["last_error"],
        delivered_at=parse_time(item["delivered_at"]) if item["delivered_at"] else None,
    )


@dataclass(frozen=True)
class QueueTurns:
    """Turns through SQS."""

    client: Any
    url: str

    def put(self, turn: Turn, wait: timedelta) -> None:
        body = [turn.alert_id, turn.revision, turn.subscription, key_time(turn.due), turn.after]
        dynamo.call(
            self.client.send_message,
            QueueUrl=self.url,
            MessageBody=json.dumps(body),
            DelaySeconds=int(wait.total_seconds()),
        )


def turn_of(body: str) -> Turn:
    """The turn in a queue's message. Raises ValueError where it is none of ours."""
    alert_id, revision, subscription, due, after = json.loads(body)
    return Turn(alert_id, int(revision), subscription, parse_time(due), int(after))


def event_of(body: str) -> AlertEvent:
    """The alert in a topic's message as SQS hands it over. Raises ValueError where it is none."""
    return AlertEvent.model_validate_json(json.loads(body)["Message"])


@dataclass(frozen=True)
class EmailSender:
    """E-mail through SES."""

    client: Any
    sender: str

    def send(self, delivery: Delivery) -> Attempt:
        try:
            self.client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [delivery.target]},
                Content={"Raw": {"Data": letter(delivery, self.sender).as_bytes()}},
            )
        except ClientError as error:
            return Attempt(error.response.get("Error", {}).get("Code", "ClientError"))
        except BotoCoreError as error:
            return Attempt(type(error).__name__)
        return Attempt()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A webhook is posted to the address that was registered, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class WebhookSender:
    """A signed JSON post; any answer of the 200s is a receipt.

    is_laptop: whether http may be spoken, which is registered for addresses of the same machine only.
    answers_within_s: of the whole try. A socket's own timeout begins anew with every byte, so the try
    runs in a thread of its own, which is given up.

    Secrets stay in the registry: they are looked up when a message is sent, so a new one holds at once.
    """

    catalogue: Catalogue
    now: Callable[[], datetime]
    is_laptop: bool = False
    answers_within_s: float = 10

    def send(self, delivery: Delivery) -> Attempt:
        if not (self.is_laptop or delivery.target.startswith("https://")):
            return Attempt("the receiver needs an https address")
        came: SimpleQueue[Attempt] = SimpleQueue()
        Thread(target=lambda: came.put(self._post(delivery)), daemon=True).start()
        try:
            return came.get(timeout=self.answers_within_s)
        except Empty:
            return Attempt(f"the receiver did not answer within {self.answers_within_s:g} s")

    def _post(self, delivery: Delivery) -> Attempt:
        body = canonical(delivery.event).encode()
        signed = signing.headers(self._secret(delivery), delivery.message_id, self.now(), body)
        request = urllib.request.Request(  # noqa: S310 - only http and https are registered
            delivery.target,
            data=body,
            headers={"Content-Type": "application/json", "User-Agent": "Etincelle", **signed},
        )
        opener = urllib.request.build_opener(NoRedirects)
        try:
            with opener.open(request, timeout=self.answers_within_s):
                return Attempt()
        except urllib.error.HTTPError as error:
            return Attempt(f"the receiver answered {error.code}", retry_after(error))
        except (OSError, ValueError, HTTPException) as error:
            return Attempt(f"the receiver could not be reached: {type(error).__name__}")

    def _secret(self, delivery: Delivery) -> str | None:
        owner = self.catalogue.owner(delivery.owner)
        known = owner.subscriptions if owner else ()
        secrets = {subscription_name(delivery.owner, each): each.secret for each in known}
        return secrets.get(delivery.subscription)


def retry_after(error: urllib.error.HTTPError) -> timedelta | None:
    """How long the receiver asked us to wait, where it said so in seconds."""
    asked = error.headers.get("Retry-After", "")
    return timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 7 else None
