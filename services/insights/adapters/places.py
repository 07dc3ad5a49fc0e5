"""Touchpoints, journeys and owners as the registry's index lists them: one read for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.insights.usecases.ports import Journey, Place, Stage
from shared.catalogue import ID
from shared.dynamo import Table
from shared.tables import registry as keys


@dataclass(frozen=True)
class TablePlaces:
    """What is in a document now, by its kind; what was removed is left out."""

    table: Table

    def touchpoints(self) -> list[Place]:
        shown = ("id", "name", "owner", "journey", "stage", "paused")
        return [Place(**{name: value[name] for name in shown}) for value in self._index("TOUCHPOINT")]

    def journeys(self) -> list[Journey]:
        return [journey_in(value) for value in self._index("JOURNEY")]

    def journey(self, journey: str) -> Journey | None:
        item = self.table.get(*keys.index_key("JOURNEY", journey)) if ID.fullmatch(journey) else None
        return journey_in(item["value"]) if item and not item.get("removed") else None

    def owners(self) -> dict[str, str]:
        return {value["id"]: value["name"] for value in self._index("OWNER")}

    def _index(self, kind: str) -> Iterator[dict[str, Any]]:
        for item in self.table.query_all(keys.INDEX, prefix=keys.index_key(kind, "")[1]):
            if not item.get("removed"):
                yield item["value"]


def journey_in(value: dict[str, Any]) -> Journey:
    return Journey(value["id"], value["name"], tuple(Stage(one["id"], one["name"]) for one in value["stages"]))
