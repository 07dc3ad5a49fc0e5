"""SQS messages: sent ten a call, and handled one by one, so that a poisoned one does not hold the others back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from shared import aws
from shared.dynamo import meaning
from shared.errors import EtincelleError
from shared.streams import failures

MOST_SENT = 10
"""Messages that SQS takes in one call."""


@dataclass(frozen=True)
class Message:
    """A message that is to be sent. delay_s: 0 to 900."""

    body: str
    delay_s: int = 0


def send_all(client: Any, url: str, messages: Sequence[Message]) -> None:
    """Puts messages into a queue. Raises Unavailable where one was not taken; the others may be there then."""
    entries = [{"MessageBody": one.body, "DelaySeconds": one.delay_s} for one in messages]
    tens = [entries[first : first + MOST_SENT] for first in range(0, len(entries), MOST_SENT)]
    named = [[{"Id": str(place), **entry} for place, entry in enumerate(ten)] for ten in tens]
    replies = replies_of(client, "send_message_batch", [{"QueueUrl": url, "Entries": each} for each in named])
    failed = [{int(one["Id"]) for one in reply.get("Failed", ())} for reply in replies]
    left = [ten[place] for ten, places in zip(tens, failed, strict=True) for place in sorted(places)]
    replies_of(client, "send_message", [{"QueueUrl": url, **entry} for entry in left])


def replies_of(client: Any, name: str, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The replies to all. Raises what the first was refused with that was refused, translated."""
    replies = []
    for outcome in aws.together(client, name, requests):
        if isinstance(outcome, Exception):
            raise meaning(outcome) from outcome
        replies.append(outcome)
    return replies


def one_by_one(event: Mapping[str, Any], handle: Callable[[str], None], logger: Logger) -> dict[str, Any]:
    """Hands each message's body over; answers which messages are to come again."""
    failed = []
    for record in event["Records"]:
        try:
            handle(record["body"])
        except EtincelleError as error:
            logger.warning(error.code, extra={"message_id": record["messageId"], "why": error.detail})
            failed.append(record["messageId"])
        except Exception:
            logger.exception("unexpected", extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    return failures(failed)
