"""Turns through SQS, and alerts as the topic hands them over."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.alerts.usecases.ports import Bundle, Escalate, Try, Turn
from shared import dynamo
from shared.events import News, news_in
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class QueueTurns:
    client: Any
    url: str

    def put(self, turn: Turn, wait: timedelta) -> None:
        dynamo.call(
            self.client.send_message,
            QueueUrl=self.url,
            MessageBody=body_of(turn),
            DelaySeconds=int(wait.total_seconds()),
        )


def body_of(turn: Turn) -> str:
    """The turn as a queue's message."""
    due = key_time(turn.due)
    match turn:
        case Bundle():
            return json.dumps(["bundle", turn.alert_id, turn.revision, turn.state, turn.subscription, due])
        case Try():
            return json.dumps(["try", turn.message_id, due, turn.after])
        case Escalate():
            return json.dumps(["escalate", turn.alert_id, turn.level, due])


READ: dict[str, Callable[..., Turn]] = {
    "bundle": lambda alert, revision, state, name, due: Bundle(alert, int(revision), state, name, parse_time(due)),
    "try": lambda message, due, after: Try(message, parse_time(due), int(after)),
    "escalate": lambda alert, level, due: Escalate(alert, int(level), parse_time(due)),
}


def turn_of(body: str) -> Turn:
    """The turn in a queue's message. Raises ValueError, TypeError or KeyError where it is none of ours."""
    kind, *fields = json.loads(body)
    return READ[kind](*fields)


def event_of(body: str) -> News:
    """The news in a message: an alert as the topic hands it over, or what a service of ours put there itself.

    Raises ValueError where it is none.
    """
    said = json.loads(body)
    return news_in(said.get("Message", body))
