"""Traces of customers in the `friction` table, each an item that expires by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.aggregator.domain.traces import Trace
from shared.causes.answers import Value
from shared.causes.segments import shown
from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Put, Table, transact
from shared.errors import Unavailable
from shared.marks import LONGEST_VALUE, digest
from shared.tables import friction as keys
from shared.times import key_time, parse_time

FEW = 4
"""Traces; so few are written one by one, at half the price."""


@dataclass(frozen=True)
class TableTraces:
    """One item each, under the customer's keyed hash. The expiry is all that a second write may change."""

    table: Table

    def add(self, traces: Mapping[Trace, datetime]) -> None:
        items = [item_of(trace, until) for trace, until in traces.items()]
        for first in range(0, len(items), TRANSACTION_LIMIT):
            self._put(items[first : first + TRANSACTION_LIMIT])

    def _put(self, items: list[Item]) -> None:
        """Together where they are many: in far fewer calls. Where others write the same ones just now, one by one."""
        if len(items) > FEW:
            try:
                transact([Put(self.table, item) for item in items])
                return
            except (ConditionFailed, Unavailable):
                pass
        for item in items:
            self.table.put(item)

    def of(self, customer: str, journey: str) -> list[Trace]:
        pk, prefix = keys.traces_of(customer, journey)
        return [trace_in(customer, item) for item in self.table.query_all(pk, prefix=prefix, consistent=True)]


def item_of(trace: Trace, until: datetime) -> Item:
    pk, sk = keys.trace_key(trace.customer, trace.journey, trace.at, trace.touchpoint, trace.name)
    told: Item = {"invitation": trace.invitation, "scale": trace.scale_name}
    item = {"pk": pk, "sk": sk, "kind": "trace", "at": key_time(trace.at), "expires_at": int(until.timestamp())}
    told |= {"segments": dict(trace.segments) or None}
    return item | {name: value for name, value in told.items() if value is not None}


def trace_in(customer: str, item: Item) -> Trace:
    """The trace in an item."""
    journey, touchpoint, name = keys.trace_parts(item["sk"])
    return Trace(
        customer=customer,
        journey=journey,
        touchpoint=touchpoint,
        at=parse_time(item["at"]),
        name=name,
        invitation=item.get("invitation"),
        scale_name=item.get("scale"),
        segments=segments_in(item.get("segments", {})),
    )


def segments_in(values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """By attribute and value, as people read it."""
    return tuple(sorted((name, shown(value)[:LONGEST_VALUE]) for name, value in values.items()))


def trace_of_interaction(item: Item) -> Trace | None:
    """The trace that an item of the table `contacts` leaves, with no journey yet; None where the customer is not named.

    Raises an error that `shared.streams.readable` knows where the item is no interaction.
    """
    if "customer" not in item:
        return None
    return Trace(
        customer=item["customer"],
        journey="",
        touchpoint=item["touchpoint"],
        at=parse_time(item["occurred_at"]),
        name=digest(item["interaction_id"]).hex(),
        invitation=digest(item["invitation_id"]).hex(),
        segments=segments_in(item.get("attributes", {})),
    )
