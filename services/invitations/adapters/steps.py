"""Messages, what is due, links and replies in the table `contacts`, answers in `responses`, turns in SQS."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.invitations.adapters.invitations import invitation_in, item_of_invitation
from services.invitations.adapters.ledgers import item_of_ledger
from services.invitations.adapters.reservations import item_of_link
from services.invitations.adapters.versions import present, versioned, write_all
from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.links import Link
from services.invitations.domain.sending import Progress
from services.invitations.usecases.sending_ports import Reply, Turn
from shared import dynamo
from shared.codes import keyed_hash
from shared.dynamo import ConditionFailed, Item, Put, Table
from shared.errors import Conflict
from shared.tables import contacts as keys
from shared.tables import responses
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableSteps:
    """Steps, written in one transaction with their invitation and the ledger; the invitation's version guards all."""

    table: Table

    def get(self, invitation_id: str, number: int) -> Step | None:
        item = self.table.get(*keys.step_key(invitation_id, number), consistent=True)
        return step_in(item) if item else None

    def write(self, progress: Progress) -> None:
        invitation, ledger = progress.invitation, progress.ledger
        writes = [versioned(self.table, item_of_invitation(invitation), invitation.version)]
        if progress.step:
            writes.append(Put(self.table, item_of_step(progress.step)))
        if ledger:
            writes.append(versioned(self.table, item_of_ledger(ledger), ledger.version))
        write_all(writes)


def item_of_step(step: Step) -> Item:
    """The step's item; what is absent has no attribute."""
    pk, sk = keys.step_key(step.invitation_id, step.number)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "step",
        "v": 1,
        "invitation_id": step.invitation_id,
        "number": step.number,
        "state": step.state,
        "claimed_at": step.claimed_at,
        "attempts": step.attempts,
        "message_id": step.message_id,
    }
    return present(item)


def step_in(item: Item) -> Step:
    """The step in an item. Raises KeyError or ValueError where it holds none."""
    return Step(
        invitation_id=item["invitation_id"],
        number=item["number"],
        state=item["state"],
        claimed_at=parse_time(item["claimed_at"]),
        attempts=item["attempts"],
        message_id=item.get("message_id"),
    )


@dataclass(frozen=True)
class TableDue:
    """The index `due`."""

    table: Table

    def until(self, shard: int, now: datetime, most: int) -> list[Invitation]:
        page = self.table.query(
            keys.due_partition(shard), index=keys.DUE_INDEX, between=("0", key_time(now) + "~"), limit=most
        )
        return [invitation_in(item) for item in page.items]


@dataclass(frozen=True)
class TableLinks:
    """Links, in the shape that the collector reads."""

    table: Table

    def add(self, link: Link) -> None:
        self.table.put(item_of_link(link))

    def revoke(self, link_id: str, at: datetime) -> None:
        values = {":at": key_time(at)}
        expression = "SET revoked_at = if_not_exists(revoked_at, :at)"
        try:
            self.table.update(*keys.link_key(link_id), expression, values, condition="attribute_exists(pk)")
        except ConditionFailed:
            return


MOST_KEPT = 6
"""Questions of a number: each stands twice, as it was sent and as the provider told of it."""


@dataclass(frozen=True)
class TableReplies:
    """What a text message answers, by the keyed hash of its number: the newest question, and some before it.

    A text may be heard days after it was written, when another question was sent meanwhile.
    """

    table: Table
    secret: bytes

    def put(self, reply: Reply) -> None:
        pk, sk = keys.reply_key(keyed_hash(self.secret, "identity", reply.phone.text))
        stands = self.table.get(pk, sk, consistent=True) or {}
        known = [{name: stands[name] for name in QUESTION if name in stands}] if stands else []
        asked = newest_first([*known, *stands.get("earlier", []), question_of(reply)])
        if asked == newest_first([*known, *stands.get("earlier", [])]):
            return
        version, expires_at = int(stands.get("version", 0)), int(reply.expires_at.timestamp())
        item = {"pk": pk, "sk": sk, "kind": "reply", "v": 1, "version": version + 1} | asked[0]
        item |= {"earlier": asked[1:], "expires_at": max(expires_at, int(stands.get("expires_at", 0)))}
        try:
            self.table.put(
                item,
                condition="version = :version" if version else "attribute_not_exists(version)",
                values={":version": version} if version else None,
            )
        except ConditionFailed:
            raise Conflict("another question was sent to this number at the same moment") from None


QUESTION = ("invitation_id", "touchpoint", "survey", "survey_version", "lang", "customer", "sent_at")


def question_of(reply: Reply) -> Item:
    """The question as an item's fields."""
    fields = {name: getattr(reply, name) for name in QUESTION}
    return present(fields | {"sent_at": key_time(reply.sent_at)})


def newest_first(questions: Iterable[Item]) -> list[Item]:
    """Each once; of two that were sent at the same instant, the order is the same wherever it is asked."""
    each = {(one["sent_at"], one["invitation_id"]): one for one in questions}
    return [each[name] for name in sorted(each, reverse=True)][:MOST_KEPT]


@dataclass(frozen=True)
class TableAnswers:
    """The collector's table, read only."""

    table: Table

    def has(self, touchpoint: str, invitation_id: str) -> bool:
        place = responses.response_key(touchpoint, f"invitation:{invitation_id}")
        return self.table.get(*place, consistent=True) is not None


@dataclass(frozen=True)
class QueueSendings:
    """Turns through SQS."""

    client: Any
    url: str

    def put(self, turn: Turn) -> None:
        body = json.dumps([turn.invitation_id, turn.number])
        dynamo.call(self.client.send_message, QueueUrl=self.url, MessageBody=body)


def turn_of(body: str) -> Turn:
    """The turn in a queue's message. Raises ValueError where it is none of ours."""
    invitation_id, number = json.loads(body)
    return Turn(str(invitation_id), int(number))
