"""The alerts service: alerts in from the topic, messages out to owners, what became of them, what people do; and cases,
opened by single answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from chalice.app import CloudWatchEvent, DynamoDBEvent, Response, SQSEvent

from services.alerts import pages, remedy_views, slack_actions, views, wiring
from services.alerts.adapters.cases.answers import answer_of
from services.alerts.adapters.cases.table import deed_in
from services.alerts.adapters.notes import note_of
from services.alerts.adapters.outbox import delivery_of
from services.alerts.adapters.queue import event_of, turn_of
from services.alerts.cases import api as cases_api
from services.alerts.cases import pages as cases_pages
from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.notes import Note
from services.alerts.remedy_views import NewRemedy, RemedyList, RemedyView
from services.alerts.usecases import acting, pinging, remedying, telling
from services.alerts.usecases import weekly as weeks
from services.alerts.usecases.cases import opening
from services.alerts.usecases.cases import telling as case_telling
from services.alerts.usecases.ports import Bundle, Try, Turn
from services.alerts.views import (
    AlertStanding,
    DeliveryList,
    DeliveryView,
    MuteRequest,
    MuteView,
    NoteList,
    ReplayRequest,
)
from shared.bodies import parse_as
from shared.erasing import baton_of
from shared.errors import EtincelleError, InvalidInput, NotFound
from shared.events import AlertEvent, News, WeeklyEvent
from shared.forms import FORM, FORMS, fields_of, refuse_foreign_form
from shared.http import json_response
from shared.pages.errors import redirect
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
    """Opens a case for each answer that gives reason for one; what cannot be read comes again."""
    answers, unreadable = readable(changes(event.to_dict()), "response", answer_of)
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
    problems=(404,),
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


@app.operation(
    "POST",
    "/v1/alerts/{alert_id}/remedies",
    scope="alerts:write",
    accepts=NewRemedy,
    returns=RemedyView,
    status=201,
    problems=(404, 422),
)
def post_remedy(alert_id: str) -> Response:
    """Write what was done about an alert, and from which day; the same again changes only whether it is shown."""
    done, by = remedy_views.done_of(app.body()), f"key {app.principal.key_id}"
    remedy = remedying.write_remedy(views.alert_name(alert_id), done, by, app.deps)
    return json_response(remedy_views.remedy_view(remedy), 201)


@app.operation("GET", "/v1/alerts/{alert_id}/remedies", scope="alerts:read", returns=RemedyList, problems=(404,))
def get_remedies(alert_id: str) -> RemedyList:
    """What was done about an alert, in the order of their days."""
    return remedy_views.remedy_list(remedying.remedies_of(views.alert_name(alert_id), app.deps))


@app.operation(
    "DELETE", "/v1/alerts/{alert_id}/remedies/{remedy_id}", scope="alerts:write", status=204, problems=(404,)
)
def delete_remedy(alert_id: str, remedy_id: str) -> Response:
    """Take back what was written; a page may show it for 30 seconds more."""
    remedying.take_back(views.alert_name(alert_id), remedy_id, app.deps)
    return Response("", status_code=204, headers={})


@app.operation(
    "POST", "/v1/mutes", scope="alerts:write", accepts=MuteRequest, returns=MuteView, status=201, problems=(404,)
)
def post_mute() -> Response:
    """Keep an alert, a touchpoint or everything from a subscription for a while."""
    asked = parse_as(MuteRequest, app.body())
    until = acting.mute(asked.subscription, asked.scope, asked.until, app.deps)
    return views.muted(asked, until)


@app.operation(
    "POST",
    "/v1/owners/{owner}/subscriptions/{id}/test",
    scope="alerts:write",
    returns=DeliveryView,
    status=201,
    problems=(404,),
)
def post_ping(owner: str, id: str) -> Response:
    """Send a test message to a subscription, by the way that alerts go; at most one a minute."""
    page, by = f"{app.deps.public_url}/subscriptions/{quote(owner, safe='')}", f"key {app.principal.key_id}"
    sent = pinging.ping(f"{owner}/{id}", by, page, replace(app.deps, catalogue=app.deps.fresh))
    return json_response(views.view(sent), 201)


@app.page("POST", "/subscriptions/{owner}/{id}/test", roles=("pilot", "owner"), status=303, problems=(404,))
def post_ping_form(owner: str, id: str) -> Response:
    """Sends a test message from the team's page."""
    back = own_team(owner)
    fresh = replace(app.deps, catalogue=app.deps.fresh)
    pinging.ping(f"{owner}/{id}", f"person {app.visitor.person.id}", f"{app.deps.public_url}{back}", fresh)
    return redirect(f"{back}?done=tested")


@app.page("POST", "/subscriptions/{owner}/{id}/mute", roles=("pilot", "owner"), status=303, problems=(404, 422))
def post_mute_form(owner: str, id: str) -> Response:
    """Keeps everything from a subscription for some days, or no longer, from the team's page."""
    back, days = own_team(owner), views.days_of(app.form)
    fresh = replace(app.deps, catalogue=app.deps.fresh)
    if not days:
        acting.unmute(f"{owner}/{id}", fresh)
        return redirect(f"{back}?done=unmuted")
    acting.mute(f"{owner}/{id}", "*", app.deps.now() + days, fresh)
    return redirect(f"{back}?done=muted")


def own_team(owner: str) -> str:
    """The path of the team's page. Raises NotFound for another's: of those not even the name is told."""
    if app.visitor.role != "pilot" and app.visitor.owner != owner:
        raise NotFound("there is no such subscription")
    return f"/subscriptions/{quote(owner, safe='')}"


def show_error(error: EtincelleError) -> Response:
    return pages.error_page(error, app.header("accept-language"))


@app.operation("GET", "/alerts/{code}", problems=(404,), present=show_error)
def get_page(code: str) -> Response:
    """The page behind a message's button, as HTML: what is known of the alert, and what may be done. Does nothing."""
    return pages.alert_page(acting.opened(code, app.deps), app.deps, code, done=app.query("done"))


@app.operation(
    "POST",
    "/alerts/{code}",
    status=303,
    problems=(403, 404, 409, 410, 413, 422),
    present=show_error,
    content_types=FORM,
)
def post_page(code: str) -> Response:
    """Takes the page's buttons: acknowledge, mute, write what was done, take it back."""
    refuse_foreign_form(app.header, app.deps.public_url)
    fields = fields_of(app.raw_body)
    if fields.get("do") == "remedy":
        return write_remedy(code, fields)
    if "take_back" in fields:
        remedying.take_back(acting.opened(code, app.deps).alert_id, fields["take_back"], app.deps)
        return pages.redirect(code, "taken_back")
    wish = views.wish_of(fields)
    acting.act(code, wish, app.deps)
    return pages.redirect(code, wish)


def write_remedy(code: str, fields: dict[str, str]) -> Response:
    """303 to the page, which shows it; or the page again, with what is wrong."""
    opened = acting.opened(code, app.deps)
    try:
        done = remedy_views.done_of_form(fields)
        remedying.write_remedy(opened.alert_id, done, opened.subscription, app.deps)
    except InvalidInput as wrong:
        return pages.alert_page(opened, app.deps, code, typed=pages.Typed(fields, wrong))
    return pages.redirect(code, "remedy")


@app.operation("GET", "/alerts/{code}/weekly", problems=(404,), present=show_error)
def get_weekly_page(code: str) -> Response:
    """The page behind a weekly report's last line: whether it comes, and the button that changes it. Does nothing."""
    return pages.weekly_page(weeks.reader(code, app.deps), app.deps)


@app.operation("POST", "/alerts/{code}/weekly", problems=(404, 413, 422), present=show_error, content_types=FORMS)
def post_weekly_page(code: str) -> Response:
    """Stops the weekly report, as a mail program's own button does (RFC 8058), or lets it come again."""
    is_back = fields_of(app.raw_body).get("do") == "resume"
    return pages.weekly_page(weeks.change(code, stopped=not is_back, deps=app.deps), app.deps)


@app.operation("POST", "/slack/actions", problems=(403, 404, 409, 410), content_types=FORM)
def post_slack() -> Response:
    """A button pressed in Slack; the signature says that Slack tells it."""
    code = slack_actions.pressed(app.raw_body, app.header, app.deps.slack_signing(), app.deps.now())
    if code is not None:
        acting.act(code, "acknowledge", app.deps)
    return Response("", status_code=200)
