"""What the table `friction` has of a person, and what becomes of it when they are erased: traces, and quotes in alerts.

Figures, marks and accounts are nobody's and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from shared.dynamo import Table, Update
from shared.erasing import Baton, Progress, Scrub, gone
from shared.events import AlertEvent, canonical
from shared.quotes import without
from shared.tables import friction as keys

ALERT = "alert:"


def found(table: Table, baton: Baton) -> Iterator[Scrub]:
    """Where the person was, and the alerts that quote them, at the touchpoints where they answered."""
    for customer in baton.customers:
        for item in table.query_all(keys.traces_of(customer, "")[0], consistent=True):
            yield gone(table, item, "traces")
    for touchpoint in baton.touchpoints:
        partition = keys.alert_key(touchpoint, datetime.min.replace(tzinfo=UTC), "")[0]
        for item in table.query_all(partition, consistent=True):
            event = AlertEvent.model_validate_json(item["event"])
            left = without(event, baton.is_theirs)
            if left != event:
                values = {":old": item["event"], ":new": canonical(left)}
                write = Update(table, item["pk"], item["sk"], "SET #event = :new", values, "#event = :old")
                yield Scrub(write, ("quotes_in_alerts",), frozenset({ALERT + event.alert_id}))


def told(baton: Baton, done: Progress) -> Baton:
    """Which alerts quoted the person: messages were made of them."""
    return replace(baton, alerts=done.of(ALERT))
