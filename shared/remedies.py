"""What was done about alerts, as it stands in the table `cases`: the alerts service writes it, others read it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shared.catalogue import Words
from shared.dynamo import Item, Table
from shared.tables import cases as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class Remedy:
    """What was done about an alert. on: the day from which it held; text: in one language or several.

    is_shown: people who answer at the touchpoint read it with their thanks. by: who wrote it, a subscription's name
    or an API key's id.
    """

    remedy_id: str
    alert_id: str
    touchpoint: str
    on: date
    text: Words
    is_shown: bool
    by: str
    written_at: datetime


@dataclass(frozen=True)
class ReadRemedies:
    """The table, read only."""

    table: Table

    def of_alert(self, alert_id: str) -> list[Remedy]:
        """As of now, in the order of their days."""
        pk, prefix = keys.remedies_prefix(alert_id)
        found = [remedy_of(item) for item in self.table.query_all(pk, prefix=prefix, consistent=True)]
        return sorted(found, key=lambda one: (one.on, one.remedy_id))

    def of_touchpoint(self, touchpoint: str, most: int) -> list[Remedy]:
        """The last so many by their day, newest first; what was written a moment ago may be missing."""
        partition = keys.touchpoint_remedies_partition(touchpoint)
        page = self.table.query(partition, index=keys.STATE_INDEX, forward=False, limit=most)
        return [remedy_of(item) for item in page.items]


def item_of_remedy(remedy: Remedy) -> Item:
    """The remedy's item, with its place among those of its touchpoint."""
    pk, sk = keys.remedy_key(remedy.alert_id, remedy.remedy_id)
    state_pk, state_sk = keys.touchpoint_remedy_key(remedy.touchpoint, remedy.on, remedy.remedy_id)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "remedy",
        "state_pk": state_pk,
        "state_sk": state_sk,
        "remedy_id": remedy.remedy_id,
        "alert_id": remedy.alert_id,
        "touchpoint": remedy.touchpoint,
        "on": remedy.on.isoformat(),
        "text": remedy.text,
        "is_shown": remedy.is_shown,
        "by": remedy.by,
        "written_at": key_time(remedy.written_at),
    }


def remedy_of(item: Item) -> Remedy:
    return Remedy(
        remedy_id=item["remedy_id"],
        alert_id=item["alert_id"],
        touchpoint=item["touchpoint"],
        on=date.fromisoformat(item["on"]),
        text=item["text"],
        is_shown=item["is_shown"],
        by=item["by"],
        written_at=parse_time(item["written_at"]),
    )
