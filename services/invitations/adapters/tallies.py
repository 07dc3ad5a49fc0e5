"""Sets of marks and of labels, and the shares made of them, in the table `contacts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby

from services.invitations.domain.funnel import DIGEST, Label, Notice, Tally
from services.invitations.domain.sampling import Plan
from shared.dynamo import ConditionFailed, Item, Table
from shared.pieces import Addition, Pieces
from shared.tables import contacts as keys

Place = tuple[str, date, Label | None]
"""A touchpoint's day: its marks, or those that a label holds for."""


class TableTallies:
    """A set for the marks of each day of each touchpoint, and one for each of its labels."""

    def __init__(self, table: Table) -> None:
        self._table, self._pieces = table, Pieces(table, key_of)

    def add(self, notices: Sequence[Notice]) -> None:
        gathered: dict[Place, set[bytes]] = {}
        for one in notices:
            gathered.setdefault((one.touchpoint, one.day, None), set()).update(one.marks)
            for label in one.labels:
                digests = {mark[DIGEST] for mark in one.marks}
                gathered.setdefault((one.touchpoint, one.day, label), set()).update(digests)
        self._pieces.add_all([Addition(place, frozenset(gathered[place]), about(place[2])) for place in gathered])

    def days(self, touchpoint: str, first: date, last: date) -> Iterator[Tally]:
        partition = keys.funnel_key(touchpoint, first, "", 0)[0]
        items = self._table.query_all(partition, between=keys.funnel_between(first, last))
        for day, of_day in groupby(items, key=lambda item: str(item["sk"]).split("#")[0]):
            yield tally_in(date.fromisoformat(day), list(of_day))


def key_of(place: Place, piece: int) -> keys.Key:
    touchpoint, day, label = place
    return keys.funnel_key(touchpoint, day, part_of(label), piece)


def part_of(label: Label | None) -> str:
    """What an item's key says of its label; its text, which may be long, stands in the item."""
    if label is None:
        return "MARKS"
    text = "\0".join((label.kind, label.name, label.value))
    return f"LABEL-{sha256(text.encode()).hexdigest()[:16]}"


def about(label: Label | None) -> Item:
    return {"label": [label.kind, label.name, label.value]} if label else {}


def tally_in(day: date, items: Sequence[Item]) -> Tally:
    """The day, its pieces together. Raises KeyError or TypeError where an item is none of it."""
    marks: set[bytes] = set()
    labels: dict[Label, set[bytes]] = {}
    for item in items:
        here = labels.setdefault(Label(*item["label"]), set()) if "label" in item else marks
        here.update(item["marks"])
    return Tally(day, frozenset(marks), {label: frozenset(members) for label, members in labels.items()})


@dataclass(frozen=True)
class TablePlans:
    """Shares, each put where there is none."""

    table: Table

    def get(self, touchpoint: str, day: date, target: str) -> Plan | None:
        item = self.table.get(*keys.sampling_key(touchpoint, day, target), consistent=True)
        return plan_in(item) if item else None

    def settle(self, touchpoint: str, day: date, target: str, plan: Plan) -> Plan:
        pk, sk = keys.sampling_key(touchpoint, day, target)
        item = {"pk": pk, "sk": sk, "kind": "sampling", "touchpoint": touchpoint, **vars(plan)}
        try:
            self.table.put_new(item)
        except ConditionFailed as refusal:
            if refusal.existing is None:
                raise
            return plan_in(refusal.existing)
        return plan


def plan_in(item: Item) -> Plan:
    """The share in an item. Raises KeyError where it holds none."""
    return Plan(item["probability"], item["need"], item["a_day"], item["rate"], item["answered"])
