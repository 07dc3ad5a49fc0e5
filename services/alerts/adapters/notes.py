"""News that waits, in the `cases` table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.alerts.adapters.outbox import item_of_delivery
from services.alerts.adapters.passes import pass_item
from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.notes import Message, Note, State, Told
from services.alerts.domain.passes import Codes, pass_for
from shared.dynamo import ConditionFailed, Item, Put, Table, TransactionConflict, transact
from shared.errors import Conflict
from shared.events import AlertEvent, canonical, news_in
from shared.tables import cases as keys
from shared.times import key_time, parse_time

WAITS = "attribute_exists(waits)"


@dataclass(frozen=True)
class TableNotes:
    """A note that waits has the attribute `waits`, and a place among those of its subscription."""

    table: Table
    codes: Codes

    def add(self, note: Note) -> None:
        try:
            self.table.put_new(item_of_note(note))
        except ConditionFailed:
            return

    def get(self, alert_id: str, revision: int, state: str, subscription: str) -> Note | None:
        item = self.table.get(*keys.note_key(alert_id, revision, state, subscription), consistent=True)
        return note_of(item) if item else None

    def due(self, subscription: str, now: datetime) -> list[Note]:
        items = self.table.query_all(
            keys.waiting_partition(subscription), index=keys.STATE_INDEX, between=("0", key_time(now) + "~")
        )
        return [note_of(item) for item in items]

    def of_alert(self, alert_id: str) -> list[Note]:
        pk, prefix = keys.notes_prefix(alert_id)
        return [note_of(item) for item in self.table.query_all(pk, prefix=prefix, consistent=True)]

    def tell(self, message: Message, delivery: Delivery, at: datetime) -> None:
        notes = [replace(note, state="told", message_id=message.id) for note in message.notes]
        writes = [Put(self.table, item_of_note(note), condition=WAITS) for note in notes]
        alerts = [note.event for note in notes if isinstance(note.event, AlertEvent)]
        began = {event.touchpoint: event for event in alerts if event.state == "raised"}
        marks = [Put(self.table, told_item(delivery.subscription, event, at)) for event in began.values()]
        acted_on = [one for note in notes if (one := pass_for(note.event))]
        passes = [Put(self.table, pass_item(self.codes, one, delivery.receiver, at)) for one in dict.fromkeys(acted_on)]
        try:
            transact([Put(self.table, item_of_delivery(delivery), new=True), *writes, *marks, *passes])
        except (ConditionFailed, TransactionConflict):
            raise Conflict("the news was told by another message") from None

    def set_aside(self, note: Note, state: State) -> None:
        self._while_waiting(replace(note, state=state))

    def postpone(self, note: Note) -> None:
        self._while_waiting(note)

    def _while_waiting(self, note: Note) -> None:
        try:
            self.table.put(item_of_note(note), condition=WAITS)
        except ConditionFailed:
            return

    def told(self, subscription: str, touchpoints: Iterable[str]) -> dict[str, Told]:
        read = {one: self.table.get(*keys.told_key(subscription, one)) for one in touchpoints}
        return {one: Told(parse_time(item["told_at"]), item["severity"]) for one, item in read.items() if item}


def told_item(subscription: str, event: AlertEvent, at: datetime) -> Item:
    pk, sk = keys.told_key(subscription, event.touchpoint)
    return {"pk": pk, "sk": sk, "told_at": key_time(at), "severity": event.severity}


def item_of_note(note: Note) -> Item:
    """The note's item; while it waits, with its place among those of its subscription."""
    event = note.event
    pk, sk = keys.note_key(event.alert_id, event.revision, event.state, note.subscription)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "kind": "note",
        "event": canonical(event),
        "owner": note.owner,
        "subscription": note.subscription,
        "because": note.because,
        "due_at": key_time(note.due_at),
        "state": note.state,
        "message_id": note.message_id,
    }
    if note.state == "waiting":
        state_pk, state_sk = keys.waiting_key(note.subscription, note.due_at, event.alert_id, event.revision)
        item |= {"waits": True, "state_pk": state_pk, "state_sk": state_sk}
    return item


def note_of(item: Item) -> Note:
    """The note in an item. Raises KeyError or ValueError where it holds none."""
    return Note(
        event=news_in(item["event"]),
        owner=item["owner"],
        subscription=item["subscription"],
        because=item["because"],
        due_at=parse_time(item["due_at"]),
        state=item["state"],
        message_id=item["message_id"],
    )
