"""Studies in the table `friction`: that a day's is wanted, which the table's stream tells, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.dynamo import ConditionFailed, Item, Table
from shared.studies import PrioritiesFigure, ValueFigure, written
from shared.studies_table import ReadStudies
from shared.tables import friction as keys
from shared.times import key_time

KEPT = timedelta(days=400)
"""How long what a day's study found is kept, from when it was made."""


@dataclass(frozen=True)
class TableStudies:
    """An item for each touchpoint, and one for each page of each list, of a day."""

    table: Table
    now: Callable[[], datetime]

    def want(self, day: date, at: datetime) -> None:
        pk, sk = keys.study_key(day)
        item = {"pk": pk, "sk": sk, "kind": "study", "day": day.isoformat(), "wanted_at": key_time(at)}
        with suppress(ConditionFailed):
            self.table.put(
                item,
                condition="attribute_not_exists(pk) OR wanted_at < :at",
                values={":at": key_time(at)},
            )

    def value(self, touchpoint: str, upto: date) -> ValueFigure | None:
        return ReadStudies(self.table).value(touchpoint, upto)

    def keep_value(self, figure: ValueFigure) -> None:
        self._keep(keys.value_key(figure.touchpoint, studied(figure)), figure)

    def keep_priorities(self, figure: PrioritiesFigure, page: int) -> None:
        self._keep(keys.priorities_key(figure.owner, studied(figure), page), figure)

    def _keep(self, place: keys.Key, figure: ValueFigure | PrioritiesFigure) -> None:
        self.table.put(
            {
                "pk": place[0],
                "sk": place[1],
                "day": studied(figure).isoformat(),
                "figure": written(figure),
                "expires_at": int((self.now() + KEPT).timestamp()),
            }
        )


def studied(figure: ValueFigure | PrioritiesFigure) -> date:
    """The day of what is kept. Raises ValueError where there is none."""
    if figure.day is None:
        raise ValueError("what is kept is of a day")
    return figure.day


def day_wanted(item: Item) -> date:
    """The day whose study an item asks for."""
    return date.fromisoformat(item["day"])
