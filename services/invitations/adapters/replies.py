"""What became of replies to customers, in the table `contacts`; and replies as the queue hands them over."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from services.invitations.adapters.ledgers import item_of_ledger
from services.invitations.adapters.versions import present, versioned, write_all
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.replies import CustomerReply, ReplyStanding
from shared.dynamo import Item, Table
from shared.tables import contacts as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TableCaseReplies:
    """One item a reply, written with the ledger of the person or not at all."""

    table: Table

    def get(self, reply_id: str) -> ReplyStanding | None:
        item = self.table.get(*keys.case_reply_key(reply_id), consistent=True)
        return standing_in(item) if item else None

    def write(self, standing: ReplyStanding, ledger: Ledger | None) -> ReplyStanding:
        writes = [versioned(self.table, item_of_standing(standing), standing.version)]
        if ledger is not None:
            writes.append(versioned(self.table, item_of_ledger(ledger), ledger.version))
        write_all(writes)
        return replace(standing, version=standing.version + 1)


def item_of_standing(standing: ReplyStanding) -> Item:
    """The reply's item, but for the version, with its place among the person's."""
    pk, sk = keys.case_reply_key(standing.reply_id)
    person_pk, person_sk = keys.person_reply_key(standing.person_id, standing.at, standing.reply_id)
    item = {
        "pk": pk,
        "sk": sk,
        "person_pk": person_pk,
        "person_sk": person_sk,
        "kind": "case_reply",
        "v": 1,
        "reply_id": standing.reply_id,
        "case_id": standing.case_id,
        "person_id": standing.person_id,
        "touchpoint": standing.touchpoint,
        "channel": standing.channel,
        "state": standing.state,
        "at": standing.at,
        "reason": standing.reason,
        "message_id": standing.message_id,
    }
    return present(item)


def standing_in(item: Item) -> ReplyStanding:
    """Where a reply stands. Raises KeyError or ValueError where the item holds none."""
    return ReplyStanding(
        reply_id=item["reply_id"],
        case_id=item["case_id"],
        person_id=item["person_id"],
        touchpoint=item["touchpoint"],
        channel=item["channel"],
        state=item["state"],
        at=parse_time(item["at"]),
        reason=item.get("reason"),
        message_id=item.get("message_id"),
        version=item["version"],
    )


def reply_of(body: str) -> CustomerReply:
    """The reply in a queue's message. Raises ValueError or TypeError where it is none."""
    return CustomerReply(**json.loads(body))
