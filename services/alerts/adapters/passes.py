"""Passes in the `cases` table, by the keyed hash of their code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from services.alerts.domain.passes import GOOD_FOR, Codes, Pass
from shared.codes import LINK_LENGTH
from shared.dynamo import Item, Table
from shared.receivers import Receiver
from shared.tables import cases as keys
from shared.times import key_time, parse_time

CODE = re.compile(rf"[0-9A-Za-z]{{{LINK_LENGTH}}}")


@dataclass(frozen=True)
class TablePasses:
    table: Table
    codes: Codes

    def get(self, code: str) -> Pass | None:
        item = self.table.get(*keys.pass_key(self.codes.kept(code))) if CODE.fullmatch(code) else None
        return pass_of(item) if item else None


def pass_of(item: Item) -> Pass:
    return Pass(item["alert_id"], item["subscription"], item["receiver"], parse_time(item["ends_at"]))


def pass_item(codes: Codes, alert_id: str, receiver: Receiver, at: datetime) -> Item:
    """The pass that a message carries; each further message makes it good for longer."""
    pk, sk = keys.pass_key(codes.kept(codes.code(alert_id, receiver)))
    ends = at + GOOD_FOR
    about = {"alert_id": alert_id, "subscription": receiver.subscription, "receiver": receiver.digest}
    return {"pk": pk, "sk": sk, "ends_at": key_time(ends), "expires_at": int(ends.timestamp()) + 1} | about
