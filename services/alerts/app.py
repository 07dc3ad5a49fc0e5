"""The alerts service: alerts in from the topic, messages out to owners, what became of them, what people do; and cases,
opened by single answers."""

from __future__ import annotations

from typing import Any

from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from services.alerts import views, wiring
from services.alerts.adapters.cases.answers import answer_of
from services.alerts.adapters.cases.table import deed_in
from services.alerts.adapters.notes import note_of
from services.alerts.adapters.outbox import delivery_of
from services.alerts.adapters.queue import event_of, turn_of
from services.alerts.cases import api as cases_api
from services.alerts.cases import pages as cases_pages
from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.notes import Note
from services.alerts.routes import page, remedies, subscriptions
from services.alerts.usecases import acting, telling
from services.alerts.usecases import weekly as weeks
from services.alerts.usecases.cases import opening
from services.alerts.usecases.cases import telling as case_telling
from services.alerts.usecases.ports import Bundle, Try, Turn
from services.alerts.views import (
    AlertStanding,
    DeliveryList,
    NoteList,
    ReplayRequest,
)
from shared.bodies import parse_as
from shared.erasing import baton_of
from shared.events import AlertEvent, News, WeeklyEvent
from shared.pages.site import Site
from shared.queues import one_by_one
from shared.streams import Change, changes, failures, readable

app = Site("alerts", wiring.deps)
CASES = "arn:aws:dynamodb:eu-west-1:000000000000:table/cases/stream/placeholder"
RESPONSES = "arn:aws:dynamodb:eu-west-1:000000000000:table/responses/stream/placeholder"
ALERTS = "arn:aws:sqs:eu-west-1:000000000000:alerts"
DELIVERIES = "arn:aws:sqs:eu-west-1:000000000000:deliveries"
ERASE = "arn:aws:sqs:eu-west-1:000000000000:erase-cases"


@app.on_sqs_message(queue_arn=ALERTS, name="hear", batch_size=10)
def hear(event: SQSEvent) -> dict[str, Any]:
    """Notes what each alert's transition, each owner's week, and each call to reach out is to whom."""
    return one_by_one(event.to_dict(), lambda body: hear_one(event_of(body)), app.logger)


def hear_one(event: News) -> None:
    if isinstance(event, AlertEvent):
        telling.hear(event, app.deps)
    elif isinstance(event, WeeklyEvent):
        weeks.hear(event, app.deps)
    else:
        telling.note_all(event, app.deps)


@app.on_dynamodb_record(stream_arn=CASES, name="dispatch", batch_size=100)
def dispatch(event: DynamoDBEvent) -> dict[str, Any]:
    """Gives each note and each delivery that was newly written, or starts over, its first turn; follows up deeds."""
    changed = changes(event.to_dict())
    deeds, odd = readable([change for change in changed if change.before is None], "deed", deed_in)
    notes, strange = to_tell(changed)
    starting, unreadable = to_dispatch(changed)
    for case_id, deed in deeds:
        case_telling.follow(case_id, deed, app.deps)
    for note in notes:
        telling.dispatch_note(note, app.deps)
    for delivery in starting:
        telling.dispatch_delivery(delivery, app.deps)
    return failures(odd + strange + unreadable)


def to_tell(changed: list[Change]) -> tuple[list[Note], list[str]]:
    """The notes that are new; and the sequence numbers of what cannot be read."""
    return readable([change for change in changed if change.before is None], "note", note_of)


def to_dispatch(changed: list[Change]) -> tuple[list[Delivery], list[str]]:
    """The deliveries that are pending and were not before; and the sequence numbers of what cannot be read."""
    read, unreadable = readable([change for change in changed if change.is_new("state")], "delivery", delivery_of)
    return [delivery for delivery in read if delivery.state == "pending"], unreadable


@app.on_dynamodb_record(stream_arn=RESPONSES, name="open_cases", batch_size=100)
def open_cases(event: DynamoDBEvent) -> dict[str, Any]:
    """Opens a case for each answer that gives reason for one; what cannot be read comes again.

    An answer that was made anonymous is no news.
    """
    told = [change for change in changes(event.to_dict()) if "erased_at" not in (change.after or {})]
    answers, unreadable = readable(told, "response", answer_of)
    for answer in answers:
        opening.consider(answer, app.deps)
    return failures(unreadable)


@app.schedule("rate(15 minutes)", name="watch_cases")
def watch_cases(_: CloudWatchEvent) -> None:
    """Tells the next ones of cases that are overdue."""
    case_telling.watch(app.deps)


@app.on_sqs_message(queue_arn=DELIVERIES, name="deliver", batch_size=2)
def deliver(event: SQSEvent) -> dict[str, Any]:
    """Takes the turns that have come; so few at once that silent receivers do not outlast the function."""
    return one_by_one(event.to_dict(), lambda b: take(turn_of(b)), app.logger)


@app.on_sqs_message(queue_arn=ERASE, name="erase", batch_size=1)
def erase(event: SQSEvent) -> dict[str, Any]:
    """Erases what messages have of a person, and hands the baton on."""
    return one_by_one(event.to_dict(), lambda body: app.deps.eraser.take(baton_of(body)), app.logger)


def take(turn: Turn) -> None:
    if isinstance(turn, Bundle):
        telling.bundle(turn, app.deps)
    elif isinstance(turn, Try):
        telling.deliver(turn, app.deps)
    else:
        acting.escalate(turn, app.deps)


cases_api.register(app)
cases_pages.register(app)
for group in (remedies, subscriptions, page):
    group.register(app)


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
    returns=DeliveryList,
    problems=(404, 409),
)
def post_replay() -> DeliveryList:
    """Start a parked message over, or all of them."""
    asked = parse_as(ReplayRequest, app.body())
    if asked.message_id is None:
        return views.listed(telling.replay_all(app.deps))
    return views.listed([telling.replay(asked.message_id, app.deps)])


@app.operation("GET", "/v1/alerts/{alert_id}/notes", scope="alerts:read", returns=NoteList, problems=(404,))
def get_notes(alert_id: str) -> NoteList:
    """Who was told what of an alert, when, by which way, with what answer; who was not, and why."""
    return views.note_list(*telling.receipts(views.alert_name(alert_id), app.deps))


@app.operation(
    "POST",
    "/v1/alerts/{alert_id}/acknowledgement",
    scope="alerts:write",
    returns=AlertStanding,
    problems=(404, 409, 410),
)
def post_acknowledgement(alert_id: str) -> AlertStanding:
    """Take an alert on: nobody further is told, and everybody who was told hears of it."""
    by = f"key {app.principal.key_id}"
    return views.alert_standing(acting.acknowledge(views.alert_name(alert_id), by, app.deps))
