"""Who stands behind an answer: of the invitations' table, the few items that lead from there to an address.

This is the only module of the service that reads e-mail addresses and phone numbers of customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.alerts.domain.cases.answers import Answer
from services.alerts.usecases.cases.ports import Channel, Person, ReplyState, Way
from shared.codes import keyed_hash
from shared.dynamo import Item, Table
from shared.tables import contacts as keys

CHANNELS: dict[str, Channel] = {"email": "email", "phone": "sms"}
STATES: dict[str, ReplyState] = {
    "claimed": "waiting",
    "failed": "failed",
    "sent": "sent",
    "refused": "refused",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class TablePeople:
    """The table `contacts`, read only. secret: key of the hashes under which addresses are suppressed."""

    table: Table
    secret: bytes

    def behind(self, answer: Answer) -> Person | None:
        person = self._person(self._named(answer))
        return self._person_of(person) if person else None

    def _named(self, answer: Answer) -> str | None:
        """The id of the person whose invitation it answers, or else of the customer it names."""
        places = [keys.invitation_key(answer.invitation_id)] if answer.invitation_id else []
        places += [keys.customer_key(answer.customer)] if answer.customer else []
        found = (self.table.get(*place, consistent=True) for place in places)
        return next((item["person_id"] for item in found if item), None)

    def _person(self, person_id: str | None) -> Item | None:
        item = self.table.get(*keys.person_key(person_id), consistent=True) if person_id else None
        while item and "merged_into" in item:
            item = self.table.get(*keys.person_key(item["merged_into"]), consistent=True)
        return item

    def _person_of(self, item: Item) -> Person:
        """The newest addresses first; every one that was ever given."""
        named = (text.partition(":") for text in reversed(item.get("identifiers", ())))
        ways = [self._way(item, kind, value) for kind, _, value in named if kind in CHANNELS]
        return Person(item["person_id"], tuple(sorted(ways, key=lambda one: one.channel)), item.get("locale"))

    def _way(self, item: Item, kind: str, value: str) -> Way:
        channel, wishes = CHANNELS[kind], set(item.get("opted_out", ()))
        hashed = keyed_hash(self.secret, "identity", f"{kind}:{value}")
        reason: str | None = None
        if wishes & {channel, "all"} or self.table.get(*keys.suppression_key(hashed), consistent=True):
            reason = "opted_out"
        elif f"{kind}:{value}" in item.get("unusable", ()):
            reason = "channel_unusable"
        return Way(channel, value, reason)

    def reply_state(self, reply_id: str) -> tuple[ReplyState, str | None]:
        item: dict[str, Any] | None = self.table.get(*keys.case_reply_key(reply_id), consistent=True)
        return (STATES[item["state"]], item.get("reason")) if item else ("waiting", None)
