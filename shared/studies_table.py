"""What is learned of each day, in the table `friction`, read only: an item or two, however large the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.dynamo import Item, Table
from shared.studies import PrioritiesFigure, ValueFigure
from shared.tables import friction as keys


@dataclass(frozen=True)
class ReadStudies:
    """By touchpoint or owner, and by day."""

    table: Table

    def value(self, touchpoint: str, upto: date) -> ValueFigure | None:
        """What friction costs there, of the newest day studied up to that one; None where there is none."""
        item = self._newest(keys.value_key(touchpoint, upto))
        return ValueFigure.model_validate_json(item["figure"]) if item else None

    def priorities(self, owner: str | None, upto: date, page: int) -> PrioritiesFigure | None:
        """A page, from 0, of the list of that owner, or of all, of the newest day studied up to that one."""
        newest = self._newest(keys.priorities_key(None, upto, 0))
        if newest is None:
            return None
        item = self.table.get(*keys.priorities_key(owner, date.fromisoformat(newest["day"]), page))
        return PrioritiesFigure.model_validate_json(item["figure"]) if item else None

    def _newest(self, upto: keys.Key) -> Item | None:
        """The item at that place, else the last one before it."""
        page = self.table.query(upto[0], between=("DAY#", upto[1]), forward=False, limit=1)
        return page.items[0] if page.items else None
