"""The questions that text messages answer, by the keyed hash of the number, in the table `contacts`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.invitations.adapters.versions import UNCHANGED, present, versioned
from services.invitations.domain.questions import Question
from shared.codes import keyed_hash
from shared.dynamo import Delete, Item, Table, Write
from shared.tables import contacts as keys
from shared.times import key_time

MOST_KEPT = 6
"""Questions of a number, reminders included."""
FIELDS = ("invitation_id", "touchpoint", "survey", "survey_version", "lang", "customer", "sent_at", "has_left")


@dataclass(frozen=True)
class TableQuestions:
    """One item a number: the newest question, and in `earlier` some before it.

    A text may be heard days after it was written, when another question was sent meanwhile.
    """

    table: Table
    secret: bytes

    def asked(self, question: Question) -> Write | None:
        """The write by which it stands beside those of its number; None where it does."""
        return self._write(question, is_asked=True)

    def taken_back(self, question: Question) -> Write | None:
        """The write by which it does not; None where that is so."""
        return self._write(question, is_asked=False)

    def _write(self, question: Question, *, is_asked: bool) -> Write | None:
        pk, sk = keys.reply_key(keyed_hash(self.secret, "identity", question.phone.text))
        stands = self.table.get(pk, sk, consistent=True) or {}
        known, this = questions_in(stands), fields_of(question)
        others = [one for one in known if name_of(one) != name_of(this)]
        asked = newest_first([*others, this]) if is_asked else others
        version = int(stands.get("version", 0))
        if asked == known:
            return None
        if not asked:
            return Delete(self.table, pk, sk, UNCHANGED, {":version": version})
        ends = max(int(question.expires_at.timestamp()), int(stands.get("expires_at", 0)))
        item = {"pk": pk, "sk": sk, "kind": "reply", "v": 1, "expires_at": ends}
        return versioned(self.table, item | asked[0] | {"earlier": asked[1:]}, version)


def questions_in(item: Item) -> list[Item]:
    """The questions of a number's item, the newest first."""
    newest = {name: item[name] for name in FIELDS if name in item}
    return newest_first([*([newest] if newest else []), *item.get("earlier", [])])


def fields_of(question: Question) -> Item:
    """The question as fields of an item."""
    fields = {name: getattr(question, name) for name in FIELDS}
    return present(fields | {"sent_at": key_time(question.sent_at)})


def newest_first(questions: Iterable[Item]) -> list[Item]:
    """Of two that were sent at the same instant, the order is the same wherever it is asked."""
    return sorted(questions, key=name_of, reverse=True)[:MOST_KEPT]


def name_of(question: Item) -> tuple[str, str]:
    """By which it is the same, whether it is known to have left or not."""
    return question["sent_at"], question["invitation_id"]
