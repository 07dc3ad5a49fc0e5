"""Texts that people write back, on fakes: the questions that were asked, what was said, and what left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.collector import app as collector
from services.collector import wiring
from services.collector.channels.sms.conversation import Conversation
from services.collector.channels.sms.hearing import Asked, Texting
from services.collector.channels.sms.inbound import Inbound
from shared.codes import keyed_hash
from shared.errors import Conflict
from shared.times import format_time
from tests.collector import NOW, SECRET, World

EVENTS = Path(__file__).parent / "events"
NUMBER, OURS = "+33612345678", "+33700000000"


def event(name: str) -> Any:
    """A true event by its file: `event("sms/answer")`."""
    return json.loads((EVENTS / f"{name}.json").read_text())


@dataclass
class FakeQuestions:
    """Questions by the keyed hash of the number; those before the newest in `earlier`, newest first."""

    sent: dict[str, Asked] = field(default_factory=dict)
    earlier: dict[str, list[Asked]] = field(default_factory=dict)

    def asked(self, number_hash: str) -> list[Asked]:
        return [*([self.sent[number_hash]] if number_hash in self.sent else []), *self.earlier.get(number_hash, [])]


@dataclass
class FakeConversations:
    """Conversations in memory, with the same optimistic lock."""

    stored: dict[str, Conversation] = field(default_factory=dict)

    def get(self, invitation_id: str) -> Conversation:
        return self.stored.get(invitation_id, Conversation(invitation_id))

    def save(self, conversation: Conversation) -> None:
        stands = self.stored.get(conversation.invitation_id)
        if (stands.version if stands else 0) != conversation.version:
            raise Conflict("another text was heard at the same moment")
        self.stored[conversation.invitation_id] = replace(conversation, version=conversation.version + 1)


@dataclass
class FakeSender:
    """What would have left: number, text and whence."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def reply(self, number: str, text: str, origin: str) -> None:
        self.sent.append((number, text, origin))


class Texts:
    """A world, three hours after NOW, in which one number was asked at `checkout`; `hear` hears texts of its owner."""

    def __init__(self, world: World | None = None, **asked: Any) -> None:
        self.world = world or World()
        self.world.now = NOW + timedelta(hours=3)
        self.questions, self.conversations, self.sender = FakeQuestions(), FakeConversations(), FakeSender()
        self.dropped: list[str] = []
        self.texting = Texting(self.questions, self.conversations, self.sender, self.dropped.append)
        self.asked = replace(Asked("inv1", "checkout", 3, "fr", "c0ffee", NOW - timedelta(hours=1)), **asked)
        self.questions.sent[hashed(NUMBER)] = self.asked

    @property
    def replies(self) -> list[str]:
        return [text for _, text, _ in self.sender.sent]

    def handle(self, event: Mapping[str, Any]) -> Any:
        """The function's reply to an event."""
        fields = {name: getattr(self.world.deps, name) for name in self.world.deps.__dataclass_fields__}
        collector.app._deps = lambda: wiring.Deps(**fields, texting=lambda: self.texting, eraser=None)
        return collector.hear_sms(event, None)

    def hear(self, *texts: Inbound) -> Any:
        return self.handle({"Records": [record(text) for text in texts]})


def hashed(number: str) -> str:
    return keyed_hash(SECRET, "identity", f"phone:{number}")


def text(content: str, minute: float = 0, *, text_id: str = "", number: str = NUMBER) -> Inbound:
    """A text so many minutes after NOW; its id is made of both where none is given."""
    at: datetime = NOW + timedelta(minutes=minute)
    return Inbound(text_id or f"{minute}-{content}", number, OURS, content, at)


def record(sent: Inbound) -> dict[str, Any]:
    """The text as SQS hands it over: the recorded event, with this content."""
    [made] = event("sms/answer")["Records"]
    body = json.loads(made["body"])
    message = json.loads(body["Message"]) | {
        "originationNumber": sent.number,
        "destinationNumber": sent.to,
        "messageBody": sent.text,
        "inboundMessageId": sent.text_id,
    }
    body |= {"Message": json.dumps(message), "Timestamp": format_time(sent.at)}
    record: dict[str, Any] = made | {"messageId": sent.text_id, "body": json.dumps(body)}
    return record
