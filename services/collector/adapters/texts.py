"""Texts that people write back: which question they answer, what was said so far, and the reply."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from services.collector.adapters.items import of_customer
from services.collector.channels.sms.conversation import Conversation, Heard, Outcome
from services.collector.channels.sms.hearing import Asked, Dropped
from shared.dynamo import ConditionFailed, Item, Table
from shared.errors import Conflict
from shared.sms import NumberRefused, TextMessages
from shared.tables import contacts, responses
from shared.times import key_time, parse_time

KEPT_FOR = timedelta(days=30)
"""From the last text on. The words are kept for that long apart from the answer, to put late texts in their place."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TableQuestions:
    """The questions that were sent by text message, in the table `contacts`; read only."""

    table: Table

    def asked(self, number_hash: str) -> list[Asked]:
        item = self.table.get(*contacts.reply_key(number_hash))
        return [asked_of(one) for one in (item, *item["earlier"])] if item else []


def asked_of(item: Item) -> Asked:
    """The question in an item. Raises KeyError or ValueError where it holds none."""
    return Asked(
        invitation_id=item["invitation_id"],
        touchpoint=item["touchpoint"],
        survey_version=item["survey_version"],
        lang=item["lang"],
        customer=item.get("customer"),
        sent_at=parse_time(item["sent_at"]),
        has_left=item["has_left"],
    )


@dataclass(frozen=True)
class TableConversations:
    """Conversations in the table `responses`."""

    table: Table

    def get(self, invitation_id: str) -> Conversation:
        item = self.table.get(*responses.conversation_key(invitation_id), consistent=True)
        return conversation_of(item) if item else Conversation(invitation_id)

    def save(self, conversation: Conversation) -> None:
        try:
            self.table.put(
                item_of(conversation),
                condition="attribute_not_exists(pk)" if not conversation.version else "version = :version",
                values={":version": conversation.version} if conversation.version else None,
            )
        except ConditionFailed:
            raise Conflict("another text was heard at the same moment") from None


def item_of(conversation: Conversation) -> Item:
    """The item with its next version; DynamoDB removes it some time after `expires_at`."""
    pk, sk = responses.conversation_key(conversation.invitation_id)
    last = max(heard.at for heard in conversation.heard.values())
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "kind": "conversation",
        "v": 1,
        "version": conversation.version + 1,
        "invitation_id": conversation.invitation_id,
        "heard": {name: heard_item(heard) for name, heard in conversation.heard.items()},
        "replied": sorted(conversation.replied),
        "customer": conversation.customer,
        "expires_at": int((last + KEPT_FOR).timestamp()),
    }
    if conversation.stored is not None:
        stored = conversation.stored
        item["stored"] = {"score": stored.score, "comment": stored.comment, "at": key_time(stored.at)}
    return item | of_customer(conversation.customer, (pk, sk))


def heard_item(heard: Heard) -> Item:
    score = {"score": heard.score, "is_first": heard.is_first}
    return {"at": key_time(heard.at), "kind": heard.kind, "words": heard.words} | score


def conversation_of(item: Item) -> Conversation:
    """The conversation in an item. Raises KeyError or ValueError where it holds none."""
    stored = item.get("stored")
    return Conversation(
        invitation_id=item["invitation_id"],
        heard={
            name: Heard(parse_time(one["at"]), one["kind"], one["score"], one["words"], one["is_first"])
            for name, one in item["heard"].items()
        },
        replied=frozenset(item["replied"]),
        stored=Outcome(stored["score"], stored["comment"], parse_time(stored["at"])) if stored else None,
        customer=item.get("customer"),
        version=item["version"],
    )


@dataclass(frozen=True)
class Replies:
    """Replies, by the same API as invitations go out."""

    messages: TextMessages

    def reply(self, number: str, text: str, origin: str) -> None:
        """A number that takes none gets none: AWS knows of a STOP before we do."""
        try:
            self.messages.send(number, text, origin)
        except NumberRefused as refused:
            log.info("a reply was refused: %s", refused.reason)


def count_dropped(stage: str, why: Dropped) -> None:
    """One more text that leads nowhere, as CloudWatch's metric `TextsDropped` by its reason."""
    with single_metric("TextsDropped", MetricUnit.Count, 1, namespace="Etincelle") as metric:
        metric.add_dimension("stage", stage)
        metric.add_dimension("reason", why)
