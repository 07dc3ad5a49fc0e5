"""Outcomes in the table `contacts`."""

from __future__ import annotations

from dataclasses import dataclass

from services.invitations.adapters.versions import present
from services.invitations.domain.outcomes import Outcome
from shared.dynamo import ConditionFailed, Item, Table
from shared.tables import contacts as keys
from shared.times import parse_time


@dataclass(frozen=True)
class TableOutcomes:
    """One item each, put where there is none."""

    table: Table

    def holds(self, outcome_id: str) -> bool:
        return self.table.get(*keys.outcome_key(outcome_id), consistent=True) is not None

    def add(self, outcome: Outcome) -> bool:
        try:
            self.table.put_new(item_of_outcome(outcome))
        except ConditionFailed:
            return False
        return True

    def of_person(self, person_id: str) -> list[Outcome]:
        items = self.table.query_all(keys.outcomes_partition(person_id), index=keys.PERSON_INDEX)
        return [outcome_in(item) for item in items]


def item_of_outcome(outcome: Outcome) -> Item:
    """The outcome's item, with its places among the person's and among the month's."""
    pk, sk = keys.outcome_key(outcome.outcome_id)
    person_pk, person_sk = keys.person_outcome_key(outcome.person_id, outcome.occurred_at, outcome.outcome_id)
    month_pk, month_sk = keys.month_outcome_key(outcome.occurred_at, outcome.outcome_id)
    places = {"person_pk": person_pk, "person_sk": person_sk, "month_pk": month_pk, "month_sk": month_sk}
    return present({"pk": pk, "sk": sk, "kind": "outcome", "v": 1, "outcome": outcome.kind} | places | told(outcome))


def told(outcome: Outcome) -> Item:
    return {name: value for name, value in vars(outcome).items() if name != "kind"}


def outcome_in(item: Item) -> Outcome:
    """The outcome in an item. Raises KeyError or ValueError where it holds none."""
    return Outcome(
        outcome_id=item["outcome_id"],
        person_id=item["person_id"],
        kind=item["outcome"],
        occurred_at=parse_time(item["occurred_at"]),
        received_at=parse_time(item["received_at"]),
        amount=item.get("amount"),
        currency=item.get("currency"),
        customer=item.get("customer"),
    )
