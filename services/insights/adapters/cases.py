"""Cases as the alerts service keeps them in the table `cases`; read only, and nothing of who they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.insights.usecases.ports import CaseLine
from shared.dynamo import Item, Table
from shared.tables import cases as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TableCases:
    """One read each, by the index over a team's cases."""

    table: Table

    def open(self, owner: str | None, most: int) -> list[CaseLine]:
        return self._listed(owner, most, is_closed=False)

    def closed(self, owner: str | None, most: int) -> list[CaseLine]:
        return self._listed(owner, most, is_closed=True)

    def _listed(self, owner: str | None, most: int, *, is_closed: bool) -> list[CaseLine]:
        partition = keys.cases_partition(owner or keys.EVERYBODY, is_closed=is_closed)
        options: dict[str, Any] = {"index": keys.STATE_INDEX, "limit": most, "forward": not is_closed}
        return [line_of(item) for item in self.table.query(partition, **options).items]


def line_of(item: Item) -> CaseLine:
    return CaseLine(
        case_id=item["case_id"],
        touchpoint=item["touchpoint"],
        score=item["score"],
        scale=item["scale"],
        opened_at=parse_time(item["opened_at"]),
        due_at=parse_time(item["due_at"]),
        closed_at=parse_time(item["closed_at"]) if "closed_at" in item else None,
    )
