"""Messages, what is due, and links in the table `contacts`, answers in `responses`, turns in SQS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.invitations.adapters.invitations import invitation_in, item_of_invitation
from services.invitations.adapters.ledgers import item_of_ledger
from services.invitations.adapters.questions import TableQuestions
from services.invitations.adapters.reservations import item_of_link
from services.invitations.adapters.versions import present, versioned, write_all
from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.links import Link
from services.invitations.domain.sending import Progress
from services.invitations.usecases.sending_ports import Turn
from shared.dynamo import ConditionFailed, Item, Put, Table, Write
from shared.queues import Message, send_all
from shared.tables import contacts as keys
from shared.tables import responses
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableSteps:
    """Steps, written in one transaction with their invitation, the ledger and what a text written back answers.

    The invitation's version guards all.
    """

    table: Table
    questions: TableQuestions

    def get(self, invitation_id: str, number: int) -> Step | None:
        item = self.table.get(*keys.step_key(invitation_id, number), consistent=True)
        return step_in(item) if item else None

    def write(self, progress: Progress) -> None:
        invitation, ledger = progress.invitation, progress.ledger
        writes: list[Write] = [versioned(self.table, item_of_invitation(invitation), invitation.version)]
        if progress.step:
            writes.append(Put(self.table, item_of_step(progress.step)))
        if ledger:
            writes.append(versioned(self.table, item_of_ledger(ledger), ledger.version))
        if progress.asks and (asked := self.questions.asked(progress.asks)):
            writes.append(asked)
        if progress.takes_back and (taken_back := self.questions.taken_back(progress.takes_back)):
            writes.append(taken_back)
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

    def put(self, turns: Sequence[Turn]) -> None:
        messages = [Message(json.dumps([turn.invitation_id, turn.number])) for turn in turns]
        send_all(self.client, self.url, messages)


def turn_of(body: str) -> Turn:
    """The turn in a queue's message. Raises ValueError where it is none of ours."""
    invitation_id, number = json.loads(body)
    return Turn(str(invitation_id), int(number))
