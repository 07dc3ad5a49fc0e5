"""The teams that a case may be handed to, as the registry's index lists them."""

from __future__ import annotations

from dataclasses import dataclass

from shared.dynamo import Table
from shared.tables import registry as keys


@dataclass(frozen=True)
class TableTeams:
    """The table `registry`, read only."""

    table: Table

    def names(self) -> dict[str, str]:
        items = self.table.query_all(keys.INDEX, prefix=keys.index_key("OWNER", "")[1])
        return {item["value"]["id"]: item["value"]["name"] for item in items if not item.get("removed")}
