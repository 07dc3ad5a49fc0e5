"""The codes by which owners act on alerts, in the table `cases` of the alerts service."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.catalogue import Catalogue
from shared.codes import LINK_LENGTH, keyed_hash
from shared.dynamo import Table
from shared.receivers import is_reached
from shared.tables import cases as keys
from shared.times import parse_time

CODE = re.compile(rf"[0-9A-Za-z]{{{LINK_LENGTH}}}")


@dataclass(frozen=True)
class TablePasses:
    """secret: reads the key of the hashes, where a code is to be found."""

    table: Table
    secret: Callable[[], bytes]
    now: Callable[[], datetime]
    catalogue: Catalogue

    def behind(self, code: str) -> str | None:
        if not CODE.fullmatch(code):
            return None
        item = self.table.get(*keys.pass_key(keyed_hash(self.secret(), "pass", code)))
        if item is None or parse_time(item["ends_at"]) <= self.now():
            return None
        is_good = is_reached(item["subscription"], item["receiver"], self.catalogue)
        return str(item["alert_id"]) if is_good else None
