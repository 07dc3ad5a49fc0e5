"""The questions that text messages answer, by the keyed hash of the number, in the table `contacts`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.invitations.adapters.versions import present
from services.invitations.usecases.sending_ports import Question
from shared.codes import keyed_hash
from shared.dynamo import ConditionFailed, Item, Table
from shared.errors import Conflict
from shared.tables import contacts as keys
from shared.times import key_time

MOST_KEPT = 6
"""Questions of a number, reminders included."""
FIELDS = ("invitation_id", "touchpoint", "survey", "survey_version", "lang", "customer", "sent_at")


@dataclass(frozen=True)
class TableQuestions:
    """One item a number: the newest question, and in `earlier` some before it.

    A text may be heard days after it was written, when another question was sent meanwhile.
    """

    table: Table
    secret: bytes

    def put(self, question: Question) -> None:
        stands = self._read(question)
        known = questions_in(stands)
        self._write(stands, newest_first([*known, fields_of(question)]), known, question.expires_at)

    def take_back(self, question: Question) -> None:
        stands = self._read(question)
        known = questions_in(stands)
        self._write(stands, [one for one in known if one != fields_of(question)], known, question.expires_at)

    def _read(self, question: Question) -> Item:
        """The number's item; no more than its key where there is none."""
        pk, sk = keys.reply_key(keyed_hash(self.secret, "identity", question.phone.text))
        return self.table.get(pk, sk, consistent=True) or {"pk": pk, "sk": sk}

    def _write(self, stands: Item, asked: list[Item], known: list[Item], expires_at: datetime) -> None:
        """Those that were asked in place of those that were known, on condition that nobody was faster."""
        if asked == known:
            return
        version, place = int(stands.get("version", 0)), {"pk": stands["pk"], "sk": stands["sk"]}
        condition = "version = :version" if version else "attribute_not_exists(version)"
        values = {":version": version} if version else None
        ends = max(int(expires_at.timestamp()), int(stands.get("expires_at", 0)))
        try:
            if asked:
                item = place | {"kind": "reply", "v": 1, "version": version + 1, "expires_at": ends}
                self.table.put(item | asked[0] | {"earlier": asked[1:]}, condition=condition, values=values)
            else:
                self.table.delete(**place, condition=condition, values=values)
        except ConditionFailed:
            raise Conflict("another question was sent to this number at the same moment") from None


def questions_in(item: Item) -> list[Item]:
    """The questions of a number's item, the newest first."""
    newest = {name: item[name] for name in FIELDS if name in item}
    return newest_first([*([newest] if newest else []), *item.get("earlier", [])])


def fields_of(question: Question) -> Item:
    """The question as fields of an item."""
    fields = {name: getattr(question, name) for name in FIELDS}
    return present(fields | {"sent_at": key_time(question.sent_at)})


def newest_first(questions: Iterable[Item]) -> list[Item]:
    """Each once; of two that were sent at the same instant, the order is the same wherever it is asked."""
    each = {(one["sent_at"], one["invitation_id"]): one for one in questions}
    return [each[name] for name in sorted(each, reverse=True)][:MOST_KEPT]
