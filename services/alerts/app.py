"""The alerts service: alerts in from the topic, messages out to owners, and what became of them."""

from __future__ import annotations

from typing import Any

from chalice.app import DynamoDBEvent, SQSEvent

from services.alerts import usecases, views, wiring
from services.alerts.adapters import delivery_of, event_of, turn_of
from services.alerts.domain import Delivery
from services.alerts.views import DeliveryList, DeliveryView, ReplayRequest
from shared.bodies import parse_as
from shared.http import Api
from shared.queues import one_by_one
from shared.streams import Change, changes, failures, readable

app = Api("alerts", wiring.deps)
CASES = "arn:aws:dynamodb:eu-west-1:000000000000:table/cases/stream/placeholder"
ALERTS = "arn:aws:sqs:eu-west-1:000000000000:alerts"
DELIVERIES = "arn:aws:sqs:eu-west-1:000000000000:deliveries"


@app.on_sqs_message(queue_arn=ALERTS, name="hear", batch_size=10)
def hear(event: SQSEvent) -> dict[str, Any]:
    """Writes down who is to be told of each alert."""
    return one_by_one(event.to_dict(), lambda b: usecases.hear(event_of(b), app.deps), app.logger)


@app.on_dynamodb_record(stream_arn=CASES, name="dispatch", batch_size=100)
def dispatch(event: DynamoDBEvent) -> dict[str, Any]:
    """Gives each delivery that was newly written, or starts over, its first turn."""
    starting, unreadable = to_dispatch(changes(event.to_dict()))
    for delivery in starting:
        usecases.dispatch(delivery, app.deps)
    return failures(unreadable)


def to_dispatch(changed: list[Change]) -> tuple[list[Delivery], list[str]]:
    """The deliveries that are pending and were not before; and the sequence numbers of what cannot be read."""
    new = [change for change in changed if change.is_new("state")]
    read, unreadable = readable(new, "delivery", delivery_of)
    return [delivery for delivery in read if delivery.state == "pending"], unreadable


@app.on_sqs_message(queue_arn=DELIVERIES, name="deliver", batch_size=2)
def deliver(event: SQSEvent) -> dict[str, Any]:
    """Tries the deliveries whose turn has come; so few at once that silent receivers do not outlast the function."""
    return one_by_one(event.to_dict(), lambda b: usecases.deliver(turn_of(b), app.deps), app.logger)


@app.operation("GET", "/v1/deliveries", scope="alerts:read", returns=DeliveryList, query=("state", "day"))
def get_deliveries() -> DeliveryList:
    """Messages to owners by state and by the day they were written: parked ones of any day, others of today."""
    wanted = views.wanted(app.query("state"), app.query("day"), app.deps.now())
    return views.listed(app.deps.outbox.listed(*wanted))


@app.operation(
    "POST",
    "/v1/deliveries/replay",
    scope="alerts:write",
    accepts=ReplayRequest,
    returns=DeliveryView,
    problems=(404,),
)
def post_replay() -> DeliveryView:
    """Start a parked message over."""
    asked = parse_as(ReplayRequest, app.body())
    return views.view(usecases.replay(asked.alert_id, asked.revision, asked.subscription, app.deps))
