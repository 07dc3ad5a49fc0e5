"""The suppression list in the table `contacts`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services.invitations.domain.people import Identifier, identifier_of
from services.invitations.usecases.sending_ports import Suppression
from shared.codes import keyed_hash
from shared.dynamo import ConditionFailed, Item, Table
from shared.errors import FieldError, InvalidInput
from shared.tables import contacts as keys
from shared.times import key_time, parse_time

CURSOR = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class TableSuppressions:
    """One item each, under the keyed hash of the address, which also orders the list."""

    table: Table
    secret: bytes

    def has(self, identifier: Identifier) -> bool:
        return self.table.get(*keys.suppression_key(self._hash(identifier)), consistent=True) is not None

    def add(self, suppressions: Sequence[Suppression]) -> None:
        for one in suppressions:
            if one.identifier:
                self._add(one.identifier, one)

    def _add(self, identifier: Identifier, suppression: Suppression) -> None:
        """What stands keeps its reason, and stays unnamed where an erasure left it so."""
        item = self._item(identifier, suppression)
        try:
            self.table.put_new(item)
        except ConditionFailed:
            with suppress(ConditionFailed):
                values, names = {":at": item["at"]}, {"#at": "at"}
                self.table.update(item["pk"], item["sk"], "SET #at = :at", values, condition="#at < :at", names=names)

    def remove(self, identifier: Identifier, at: datetime) -> bool:
        place = keys.suppression_key(self._hash(identifier))
        older = "attribute_not_exists(pk) OR #at <= :at"
        try:
            self.table.delete(*place, condition=older, values={":at": key_time(at)}, names={"#at": "at"})
        except ConditionFailed:
            return False
        return True

    def listed(self, after: str | None, most: int) -> tuple[list[Suppression], str | None]:
        page = self.table.query(
            keys.SUPPRESSIONS, index=keys.MONTH_INDEX, after=place(after) if after else None, limit=most
        )
        last = page.items[-1]["month_sk"] if page.next else None
        return [suppression_in(item) for item in page.items], last

    def _hash(self, identifier: Identifier) -> str:
        return keyed_hash(self.secret, "identity", identifier.text)

    def _item(self, identifier: Identifier, suppression: Suppression) -> Item:
        return place(self._hash(identifier)) | {
            "kind": "suppression",
            "v": 1,
            **({"identifier": identifier.text} if suppression.is_named else {}),
            "because": suppression.because,
            "at": key_time(suppression.at),
        }


def place(identity_hash: str) -> Item:
    """Where a suppression stands. Raises InvalidInput for what is no hash of ours."""
    if not CURSOR.fullmatch(identity_hash):
        raise InvalidInput(errors=[FieldError("query:cursor", "this cursor was not given by us", "cursor")])
    pk, sk = keys.suppression_key(identity_hash)
    return {"pk": pk, "sk": sk, "month_pk": keys.SUPPRESSIONS, "month_sk": identity_hash}


def suppression_in(item: Item) -> Suppression:
    """The suppression in an item. Raises KeyError or ValueError where it holds none."""
    identifier = identifier_of(item["identifier"]) if "identifier" in item else None
    return Suppression(identifier, item["because"], parse_time(item["at"]))
