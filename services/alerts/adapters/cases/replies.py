"""Messages to customers, through the queue that invitations sends from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from services.alerts.domain.cases.case import Case, Reply
from shared import dynamo


@dataclass(frozen=True)
class QueueReplies:
    """The queue `replies`; the words travel in it, encrypted, and stand in the case's story."""

    client: Any
    url: str

    def put(self, case: Case, reply: Reply, text: str) -> None:
        body = {
            "reply_id": reply.reply_id,
            "case_id": case.case_id,
            "touchpoint": case.touchpoint,
            "owner": case.owner,
            "person_id": reply.person_id,
            "channel": reply.channel,
            "lang": reply.lang,
            "text": text,
        }
        dynamo.call(self.client.send_message, QueueUrl=self.url, MessageBody=json.dumps(body, ensure_ascii=False))
