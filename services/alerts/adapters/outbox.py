"""Deliveries, in the `cases` table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.alerts.domain.deliveries import Delivery
from shared.dynamo import ConditionFailed, Item, Table
from shared.errors import Conflict
from shared.events import canonical, told_in
from shared.tables import cases as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableOutbox:
    """Deliveries, each found by its message and by its state. stage: whose metrics tell of those given up."""

    table: Table
    stage: str

    def get(self, message_id: str) -> Delivery | None:
        item = self.table.get(*keys.delivery_key(message_id), consistent=True)
        return delivery_of(item) if item else None

    def add(self, delivery: Delivery) -> Delivery:
        try:
            self.table.put_new(item_of_delivery(delivery))
        except ConditionFailed as refusal:
            assert refusal.existing is not None, "a put that is refused tells what stands"
            return delivery_of(refusal.existing)
        return delivery

    def save(self, delivery: Delivery, before: Delivery) -> None:
        """Every try has a number of its own, and starting over begins anew: the number tells whether it has gone on."""
        as_read = {":attempts": before.attempts}
        try:
            self.table.put(item_of_delivery(delivery), condition="attempts = :attempts", values=as_read)
        except ConditionFailed:
            raise Conflict("the delivery was tried meanwhile") from None
        if delivery.state == "parked":
            count_parked(self.stage)

    def listed(self, state: str, day: date | None) -> list[Delivery]:
        partition = keys.state_partition(state.upper(), day or date.min)
        items = self.table.query_all(partition, index=keys.STATE_INDEX, prefix=day.isoformat() if day else "")
        return [delivery_of(item) for item in items]


def count_parked(stage: str) -> None:
    """One more delivery that was given up, as CloudWatch's metric `DeliveriesParked`."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # at first use

    with single_metric("DeliveriesParked", MetricUnit.Count, 1, namespace="Etincelle") as metric:
        metric.add_dimension("stage", stage)
        metric.add_dimension("service", "alerts")


def item_of_delivery(delivery: Delivery) -> Item:
    """The delivery's item, with its place among those of its state."""
    pk, sk = keys.delivery_key(delivery.message_id)
    state_pk, state_sk = keys.state_key(delivery.state.upper(), delivery.created_at, delivery.message_id)
    delivered_at = delivery.delivered_at
    return {
        "pk": pk,
        "sk": sk,
        "kind": "delivery",
        "state_pk": state_pk,
        "state_sk": state_sk,
        "message_id": delivery.message_id,
        "news": [canonical(event) for event in delivery.news],
        "owner": delivery.owner,
        "subscription": delivery.subscription,
        "because": delivery.because,
        "way": delivery.kind,
        "target": delivery.target,
        "lang": delivery.lang,
        "created_at": key_time(delivery.created_at),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
        "answer": delivery.answer,
        "delivered_at": key_time(delivered_at) if delivered_at else None,
    }


def delivery_of(item: Item) -> Delivery:
    """The delivery in an item. Raises KeyError or ValueError where it holds none."""
    return Delivery(
        message_id=item["message_id"],
        news=tuple(told_in(text) for text in item["news"]),
        owner=item["owner"],
        subscription=item["subscription"],
        because=item["because"],
        kind=item["way"],
        target=item["target"],
        lang=item["lang"],
        created_at=parse_time(item["created_at"]),
        state=item["state"],
        attempts=item["attempts"],
        last_error=item["last_error"],
        answer=item["answer"],
        delivered_at=parse_time(item["delivered_at"]) if item["delivered_at"] else None,
    )
