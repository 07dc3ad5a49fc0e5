"""What was done about alerts, in the `cases` table."""

from __future__ import annotations

from shared.remedies import ReadRemedies, Remedy, item_of_remedy
from shared.tables import cases as keys


class TableRemedies(ReadRemedies):
    """One item each, found by its alert and, through the index, by its touchpoint."""

    def put(self, remedy: Remedy) -> None:
        self.table.put(item_of_remedy(remedy))

    def remove(self, remedy: Remedy) -> None:
        self.table.delete(*keys.remedy_key(remedy.alert_id, remedy.remedy_id))
