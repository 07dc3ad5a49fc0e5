"""A queue handed to a function as Lambda does: batches of at most ten, and only what succeeded is deleted.

What failed comes back when its visibility timeout has passed, and goes to the dead letters after the queue's
`maxReceiveCount`; both are the engine's doing, as in the cloud they are SQS's.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from infra.local import wire
from infra.local.bindings import Binding
from infra.local.environment import ACCOUNT, REGION, name, queue_url
from infra.local.invocation import failed_items, invoke

WAIT_SECONDS = 2
LARGEST_BATCH = 10
Message = dict[str, Any]
log = logging.getLogger(__name__)


class QueuePoller:
    """Empties one queue into one function, until `stop` is set."""

    def __init__(self, binding: Binding, endpoint: str, stop: threading.Event) -> None:
        self._binding, self._stop = binding, stop
        self._engine = wire.Wire(endpoint)
        self._url = queue_url(endpoint, binding.source)
        self.busy = False

    def run(self) -> None:
        """Takes messages until told to stop; the engine may come and go meanwhile."""
        while not self._stop.is_set():
            try:
                messages = self._receive()
                self.busy = True
                self._take(messages)
            except (wire.Away, wire.EngineError) as error:
                log.warning("%s: %s", self._binding.label, error)
                self._stop.wait(0.2)
            except Exception:  # a poller that ends would be missed by nobody until it is too late
                log.exception("%s", self._binding.label)
                self._stop.wait(1)
            finally:
                self.busy = False

    def _receive(self) -> list[Message]:
        reply = self._engine.call(
            wire.QUEUES,
            "ReceiveMessage",
            QueueUrl=self._url,
            MaxNumberOfMessages=min(LARGEST_BATCH, self._binding.batch_size),
            WaitTimeSeconds=WAIT_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Message] = reply.get("Messages") or []
        return messages

    def _take(self, messages: list[Message]) -> None:
        if not messages or self._stop.is_set():
            return
        reply = invoke(self._binding, {"Records": [self._record(message) for message in messages]})
        if isinstance(reply, Exception):
            return
        failed = set(failed_items(reply, [message["MessageId"] for message in messages]))
        done = [message for place, message in enumerate(messages) if place not in failed]
        if done:
            entries = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(done)]
            self._engine.call(wire.QUEUES, "DeleteMessageBatch", QueueUrl=self._url, Entries=entries)

    def _record(self, message: Message) -> dict[str, Any]:
        """The message in the shape in which Lambda hands it over."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes") or {},
            "messageAttributes": {
                key: lambda_attribute(value) for key, value in (message.get("MessageAttributes") or {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name(self._binding.source)}",
            "awsRegion": REGION,
        }


def lambda_attribute(attribute: dict[str, Any]) -> dict[str, Any]:
    """`{"StringValue": …}` becomes `{"stringValue": …}`, with the two lists Lambda always sends."""
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    return lists | {key[0].lower() + key[1:]: value for key, value in attribute.items()}
