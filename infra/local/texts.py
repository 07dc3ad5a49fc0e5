"""Text messages on a laptop: what stands in for AWS End User Messaging, which the engine does not know.

`POST /outbox/sms` answers `SendTextMessage` as AWS would: the message is noted for the outbox, and the event that it
arrived goes to the queue `outcomes`. `POST /outbox/sms/{id}/reply` answers it, as a person would from their
telephone: by the topic `sms-replies`.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from infra.local import notes, resources, wire
from infra.local.environment import queue_url, topic_arn
from infra.local.http_server import Answer, Asked, problem
from shared.gsm import count

SEND = re.compile("/outbox/sms/?")
REPLY = re.compile("/outbox/sms/([0-9a-f-]{36})/reply")
TARGET = "PinpointSMSVoiceV2.SendTextMessage"
LONGEST = 1600
"""Characters that AWS takes."""
NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")


@dataclass(frozen=True)
class Texts:
    """endpoint: the engine's."""

    endpoint: str

    def respond(self, path: str, asked: Asked) -> Answer | None:
        """The answer; None where the path is none of ours."""
        reply = REPLY.fullmatch(path)
        if reply is None and not SEND.fullmatch(path):
            return None
        if asked.method != "POST":
            return problem(405, "text messages are sent by POST", (("Allow", "POST"),))
        return self.reply(reply[1], asked) if reply else self.send(asked)

    def send(self, asked: Asked) -> Answer:
        """One SendTextMessage, in JSON 1.0 as the SDKs write it."""
        if asked.headers.get("X-Amz-Target") != TARGET:
            return refusal("UnknownOperationException", "only SendTextMessage is known here")
        sent = json.loads(asked.body)
        if not NUMBER.fullmatch(str(sent.get("DestinationPhoneNumber", ""))) or not sent.get("MessageBody"):
            return refusal("ValidationException", "a number and a body are needed")
        if len(sent["MessageBody"]) > LONGEST:
            return refusal("ValidationException", f"a body has at most {LONGEST} characters")
        message_id, now = str(uuid.uuid4()), datetime.now(UTC)
        notes.put(
            wire.Wire(self.endpoint),
            pk="TEXTS",
            sk=f"{now.isoformat(timespec='microseconds')}#{message_id}",
            message_id=message_id,
            sent_at=now.isoformat(timespec="milliseconds"),
            to=sent["DestinationPhoneNumber"],
            sender=sent.get("OriginationIdentity", ""),
            body=sent["MessageBody"],
        )
        self.tell_delivered(sent, message_id, now)
        return amazon(200, {"MessageId": message_id})

    def tell_delivered(self, sent: dict[str, Any], message_id: str, now: datetime) -> None:
        """The event of AWS that the message arrived, as the bus hands it to the queue."""
        event = {
            "eventType": "TEXT_DELIVERED",
            "eventVersion": "1.0",
            "eventTimestamp": int(now.timestamp() * 1000),
            "isFinal": True,
            "destinationPhoneNumber": sent["DestinationPhoneNumber"],
            "messageId": message_id,
            "context": sent.get("Context", {}),
        }
        envelope = {"source": "aws.sms-voice", "detail-type": "Text Message Delivery Status Updated", "detail": event}
        queue = queue_url(self.endpoint, "outcomes")
        resources.client("sqs", self.endpoint).send_message(QueueUrl=queue, MessageBody=json.dumps(envelope))

    def reply(self, message_id: str, asked: Asked) -> Answer:
        """The form of the outbox: what the person writes back."""
        found = next((one for one in texts(wire.Wire(self.endpoint)) if one["message_id"] == message_id), None)
        text = parse_qs(asked.body.decode(errors="replace")).get("text", [""])[0].strip()[:LONGEST]
        if found is None or not text:
            return problem(404 if found is None else 400, "there is nothing to answer")
        said = {
            "originationNumber": found["to"],
            "destinationNumber": found["from"],
            "messageKeyword": "KEYWORD",
            "messageBody": text,
            "inboundMessageId": str(uuid.uuid4()),
            "previousPublishedMessageId": message_id,
        }
        topic = topic_arn("sms-replies")
        resources.client("sns", self.endpoint).publish(TopicArn=topic, Message=json.dumps(said))
        return Answer(303, b"", (("Location", f"/outbox#text-{message_id}"),))


def texts(engine: wire.Wire) -> list[dict[str, Any]]:
    """Every text message, newest first, with what it took to send it."""
    return [text(note) for note in reversed(notes.items(engine, "TEXTS"))]


def text(note: dict[str, str]) -> dict[str, Any]:
    """One text message as the outbox tells of it. note: its item in the local table."""
    counted = count(note["body"])
    return {
        "message_id": note["message_id"],
        "from": note["sender"],
        "to": note["to"],
        "text": note["body"],
        "sent_at": note["sent_at"],
        "encoding": counted.encoding,
        "units": counted.units,
        "parts": counted.parts,
    }


def amazon(status: int, content: dict[str, str]) -> Answer:
    return Answer(status, json.dumps(content).encode(), (("Content-Type", "application/x-amz-json-1.0"),))


def refusal(code: str, message: str) -> Answer:
    return amazon(400, {"__type": code, "message": message})
