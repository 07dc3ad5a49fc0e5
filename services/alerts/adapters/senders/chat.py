"""Slack and Microsoft Teams."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts.adapters.senders.outside import Answer, Outside, attempt_of
from services.alerts.domain.deliveries import Attempt, Delivery
from services.alerts.domain.subscribers import subscriber
from services.alerts.messages import slack, teams
from services.alerts.messages.story import Manage, story
from shared.catalogue import Catalogue
from shared.events import AlertEvent
from shared.receivers import Receiver

JSON = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Etincelle"}
SLACK = "https://slack.com/api/chat.postMessage"
BUSY = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
"""What Slack answers when the same post may work later."""
Token = Callable[[str, Receiver], str]
"""Gives what a button carries: (alert_id, receiver)."""


@dataclass(frozen=True)
class SlackSender:
    """To a channel by a bot, which may reply in a thread; or by an incoming webhook, which may not.

    api: where a bot posts.
    """

    catalogue: Catalogue
    outside: Outside
    manage: Manage
    token: Token
    now: Callable[[], datetime]
    api: str = SLACK

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:
        alerts = [event for event in delivery.news if isinstance(event, AlertEvent)]
        tokens = {event.alert_id: self.token(event.alert_id, delivery.receiver) for event in alerts}
        post = slack.post(story(delivery, self.manage), tokens)
        if delivery.target.startswith("http"):
            return self._to_webhook(delivery.target, post)
        return self._by_bot(delivery, post, thread)

    def _to_webhook(self, url: str, post: dict[str, Any]) -> Attempt:
        answer = self.outside.post(url, body_of(post), JSON)
        return attempt_of(answer, self.now()) if isinstance(answer, Answer) else answer

    def _by_bot(self, delivery: Delivery, post: dict[str, Any], thread: str | None) -> Attempt:
        known = subscriber(delivery.subscription, self.catalogue)
        secret = known.subscription.secret if known else None
        post |= {"channel": delivery.target, "unfurl_links": False} | ({"thread_ts": thread} if thread else {})
        answer = self.outside.post(self.api, body_of(post), {**JSON, "Authorization": f"Bearer {secret}"})
        return said_by_slack(answer, self.now()) if isinstance(answer, Answer) else answer


def said_by_slack(answer: Answer, now: datetime) -> Attempt:
    """Slack's API answers 200 to a post that it refused too: `ok` tells."""
    if answer.status != 200:
        return attempt_of(answer, now)
    try:
        said = json.loads(answer.body)
        error = None if said["ok"] else str(said.get("error"))
    except (ValueError, KeyError, TypeError):
        return Attempt("Slack's answer could not be read")
    if error is None:
        return Attempt(answer=str(said.get("ts", "")), thread=said.get("ts"))
    return Attempt(f"Slack answered {error}", is_final=error not in BUSY)


@dataclass(frozen=True)
class TeamsSender:
    """To a workflow that posts the card it is sent."""

    outside: Outside
    manage: Manage
    now: Callable[[], datetime]

    def send(self, delivery: Delivery, thread: str | None) -> Attempt:  # noqa: ARG002 - workflows cannot reply
        answer = self.outside.post(delivery.target, body_of(teams.message(story(delivery, self.manage))), JSON)
        return attempt_of(answer, self.now()) if isinstance(answer, Answer) else answer


def body_of(post: dict[str, Any]) -> bytes:
    return json.dumps(post, ensure_ascii=False).encode()
