"""The collector's answers, read only."""

from __future__ import annotations

from dataclasses import dataclass

from services.alerts.domain.cases.answers import Answer
from shared.dynamo import Item, Table
from shared.tables import responses as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TableAnswers:
    """The table `responses`."""

    table: Table

    def get(self, touchpoint: str, response_id: str) -> Answer | None:
        item = self.table.get(*keys.response_key(touchpoint, response_id), consistent=True)
        return answer_of(item) if item and "erased_at" not in item else None


def answer_of(item: Item) -> Answer:
    """The answer in an item. Raises KeyError or ValueError where it holds none."""
    return Answer(
        touchpoint=item["touchpoint"],
        response_id=item["response_id"],
        revision=item["revision"],
        audience=item["audience"],
        scale=item["scale"],
        score=item["score"],
        collected_at=parse_time(item["collected_at"]),
        stored_at=parse_time(item["stored_at"]),
        is_counted=item["counted"],
        comment=item.get("comment"),
        follow_up=item.get("follow_up_text"),
        call_back=item.get("call_back", False),
        customer=item.get("customer"),
        lang=item.get("lang"),
        channel=item["channel"],
    )
