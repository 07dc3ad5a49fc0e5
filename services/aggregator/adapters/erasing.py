"""What the table `friction` has of a person, and what becomes of it when they are erased: traces, and quotes in alerts.

Figures, marks and accounts are nobody's and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from shared.dynamo import Item, Table, Update
from shared.erasing import Baton, Scrub, gone
from shared.events import AlertEvent, canonical
from shared.quotes import without
from shared.tables import friction as keys


def found(table: Table, baton: Baton) -> Iterator[Scrub]:
    """Where the person was, and the alerts that quote them, at the touchpoints where they answered."""
    for customer in baton.customers:
        for item in table.query_all(keys.traces_of(customer, "")[0], consistent=True):
            yield gone(table, item, "traces")
    for item in alerts(table, baton):
        event = event_in(item)
        left = without(event, baton.is_theirs)
        if left != event:
            values = {":old": item["event"], ":new": canonical(left)}
            write = Update(table, item["pk"], item["sk"], "SET #event = :new", values, "#event = :old")
            yield Scrub(write, ("quotes_in_alerts",))


def alerts(table: Table, baton: Baton) -> Iterator[Item]:
    """All there ever were where the person answered."""
    for touchpoint in baton.touchpoints:
        partition = keys.alert_key(touchpoint, datetime.min.replace(tzinfo=UTC), "")[0]
        yield from table.query_all(partition, consistent=True)


def event_in(item: Item) -> AlertEvent:
    return AlertEvent.model_validate_json(item["event"])


def told(table: Table, baton: Baton) -> Baton:
    """Which alerts may have quoted the person: messages were made of them, and an alert told anew quotes others."""
    return replace(baton, alerts=tuple(event_in(item).alert_id for item in alerts(table, baton)))
