"""AWS's clients and the way outside, in memory: what leaves the services goes to the cloud's own lists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.alerts.adapters.senders.outside import Answer
from services.alerts.domain.deliveries import Attempt
from tests.soak.leaving import Hook, Mail, Text

if TYPE_CHECKING:
    from tests.soak.cloud import Cloud

Reply = dict[str, Any]


@dataclass(frozen=True)
class Sqs:
    cloud: Cloud

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0) -> Reply:  # noqa: N803
        assert 0 <= DelaySeconds <= 900
        self.cloud.put(QueueUrl.rpartition("-local-")[2], MessageBody, DelaySeconds)
        return {"MessageId": "1"}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> Reply:  # noqa: N803
        assert 1 <= len(Entries) <= 10
        failed = [{"Id": entry["Id"], "Code": "InternalError"} for entry in Entries if self.cloud.chance.leaves()]
        left = {one["Id"] for one in failed}
        for entry in (one for one in Entries if one["Id"] not in left):
            self.send_message(QueueUrl=QueueUrl, MessageBody=entry["MessageBody"], DelaySeconds=entry["DelaySeconds"])
        return {"Failed": failed}


@dataclass(frozen=True)
class Sns:
    cloud: Cloud

    def publish(self, *, TopicArn: str, Message: str, **_: Any) -> Reply:  # noqa: N803
        self.cloud.put("alerts", json.dumps({"Type": "Notification", "Message": Message}))
        return {"MessageId": "1"}


@dataclass(frozen=True)
class Ses:
    cloud: Cloud

    def send_email(self, *, Destination: Any, Content: Any, EmailTags: Any = (), **_: Any) -> Reply:  # noqa: N803
        [to] = Destination["ToAddresses"]
        tags = {one["Name"]: one["Value"] for one in EmailTags}
        self.cloud.mails.append(Mail(self.cloud.now, to, Content["Raw"]["Data"], tags))
        self.cloud.taken(self.cloud.mails[-1])
        return {"MessageId": f"mail-{len(self.cloud.mails)}"}


@dataclass(frozen=True)
class Sms:
    cloud: Cloud

    def send_text_message(self, *, DestinationPhoneNumber: str, Context: Any = None, **_: Any) -> Reply:  # noqa: N803
        self.cloud.texts.append(Text(self.cloud.now, DestinationPhoneNumber, Context or {}))
        self.cloud.texted(self.cloud.texts[-1])
        return {"MessageId": f"text-{len(self.cloud.texts)}"}


@dataclass(frozen=True)
class Receivers:
    """In place of the way outside: receivers that take everything, behind the same faults."""

    cloud: Cloud

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Any:
        def take() -> Answer:
            self.cloud.hooks.append(Hook(self.cloud.now, url, headers["webhook-id"], body))
            return Answer(204, {}, b"")

        try:
            return self.cloud.chance.around("receiver.post", take)
        except Exception as error:
            return Attempt(type(error).__name__)
