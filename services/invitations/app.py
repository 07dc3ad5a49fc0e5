"""Invitations: interactions in, by HTTP, queue and event bus; who is asked what and when; and how far that got.

Each source's ARN is a placeholder whose last part names it; the stack's template puts the true one.
"""

from __future__ import annotations

from typing import Any

from chalice.app import CloudWatchEvent, DynamoDBEvent, Response, SQSEvent

from services.invitations import wiring
from services.invitations.adapters.erasures import erasure_in
from services.invitations.adapters.events import heard_of, said_of
from services.invitations.adapters.interactions import decided_in
from services.invitations.adapters.invitations import invitation_in
from services.invitations.adapters.reactions import reactions_in
from services.invitations.adapters.replies import reply_of
from services.invitations.adapters.steps import turn_of
from services.invitations.routes import messages, pages, people
from services.invitations.usecases import (
    asking,
    calling,
    counting,
    funnels,
    hearing,
    intake,
    outcomes,
    outreach,
    replying,
    sending,
)
from services.invitations.usecases.incoming import SentInteraction
from services.invitations.usecases.outcomes import SentOutcome
from services.invitations.views import asking as asking_views
from services.invitations.views import intake as views
from services.invitations.views.asking import AskReply, CustomerToken
from services.invitations.views.funnel import FunnelQuestion, FunnelView, funnel_view
from services.invitations.views.intake import InteractionResult, OutcomeResult
from services.invitations.views.outreach import OutreachQuestion, OutreachView, outreach_csv, outreach_view
from shared.bodies import parse_json, parse_query, several
from shared.erasing import baton_of
from shared.http import json_response
from shared.pages.site import Site
from shared.queues import one_by_one
from shared.streams import changes, failures, readable

app = Site("invitations", wiring.deps)
for group in (people, messages, pages):
    group.register(app)
CONTACTS = "arn:aws:dynamodb:eu-west-1:000000000000:table/contacts/stream/placeholder"
RESPONSES = "arn:aws:dynamodb:eu-west-1:000000000000:table/responses/stream/placeholder"
INTERACTIONS = "arn:aws:sqs:eu-west-1:000000000000:interactions"
SENDINGS = "arn:aws:sqs:eu-west-1:000000000000:sendings"
REPLIES = "arn:aws:sqs:eu-west-1:000000000000:replies"
OUTCOMES = "arn:aws:sqs:eu-west-1:000000000000:outcomes"
WISHES = "arn:aws:sqs:eu-west-1:000000000000:sms-wishes"
ERASE = "arn:aws:sqs:eu-west-1:000000000000:erase-contacts"


@app.operation(
    "POST",
    "/v1/interactions",
    scope="interactions:write",
    accepts=SentInteraction,
    returns=InteractionResult,
    status=201,
    many=True,
)
def post_interactions() -> Response:
    """Takes one interaction, or up to 500 in a list, each answered on its own: whether its customer is asked."""
    sent = app.body()
    interactions = several(sent, "interactions")
    if interactions is not None:
        return json_response(views.results(intake.take_all(interactions, app.deps)))
    return views.one_result(intake.take(sent, app.deps))


@app.operation(
    "POST",
    "/v1/customer-tokens",
    scope="links:write",
    accepts=asking.TokenRequest,
    returns=CustomerToken,
    status=201,
    problems=(400, 422),
)
def post_customer_token() -> Response:
    """Makes the token by which a site's page names its customer to the widget. Nothing of the customer is in it."""
    return json_response(asking_views.customer_token(asking.mint_token(app.body(), app.deps)), 201)


@app.operation(
    "POST", "/ask", accepts=asking.TokenAsks, returns=AskReply, problems=(400, 403, 413, 415, 422), cors=True
)
def post_ask() -> AskReply:
    """Whether a token's customer may be asked now, and if so where their answer goes; they are then asked."""
    return asking_views.reply(asking.ask(app.body(), app.deps))


@app.on_sqs_message(queue_arn=INTERACTIONS, name="receive", batch_size=10)
def receive(event: SQSEvent) -> dict[str, Any]:
    """Takes interactions from the queue; one that cannot be taken comes again, and ends with the dead letters."""
    return one_by_one(event.to_dict(), take, app.logger)


def take(body: str) -> None:
    """A message's body is one interaction, as it would be posted."""
    intake.take(parse_json(body.encode()), app.deps)


@app.operation(
    "POST",
    "/v1/outcomes",
    scope="interactions:write",
    accepts=SentOutcome,
    returns=OutcomeResult,
    status=201,
    many=True,
)
def post_outcomes() -> Response:
    """Takes one outcome, or up to 500 in a list: that a customer left, stayed or bought, and what that is worth."""
    sent = app.body()
    listed = several(sent, "outcomes")
    if listed is not None:
        return json_response(views.outcome_results(outcomes.record_outcomes(listed, app.deps)))
    return views.one_outcome(outcomes.record_outcome(sent, app.deps))


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/funnel",
    scope="figures:read",
    returns=FunnelView,
    query=("from", "to"),
    problems=(404, 422),
)
def get_funnel(touchpoint: str) -> FunnelView:
    """How far a touchpoint's interactions got, from having happened to an answer, and why others were not asked."""
    first, last = parse_query(FunnelQuestion, app.parameters).span(app.deps.now().date())
    return funnel_view(funnels.funnel(touchpoint, first, last, app.deps), first, last)


@app.on_dynamodb_record(stream_arn=CONTACTS, name="tally", batch_size=100)
def tally(event: DynamoDBEvent) -> dict[str, Any]:
    """Counts how far interactions got, hands what is due at once to the queue, and sets erasures going.

    What cannot be read comes again.
    """
    changed = changes(event.to_dict())
    erasures, strange = readable([one for one in changed if one.before is None], "erasure", erasure_in)
    for erasure in erasures:
        app.deps.eraser.begin(erasure)
    decided, unread = readable(changed, "interaction", decided_in)
    invitations, unread_too = readable(changed, "invitation", invitation_in)
    counting.tally(decided, invitations, app.deps)
    sending.hand_over(invitations, app.deps)
    return failures([*strange, *unread, *unread_too])


@app.on_dynamodb_record(stream_arn=RESPONSES, name="hear_answers", batch_size=100)
def hear_answers(event: DynamoDBEvent) -> dict[str, Any]:
    """Hears who opened the question they were asked, and who answered it."""
    heard, unreadable = reactions_in(changes(event.to_dict()))
    for reaction in heard:
        counting.hear_reaction(reaction, app.deps)
    return failures(unreadable)


@app.schedule("rate(1 minute)", name="pick")
def pick(_: CloudWatchEvent) -> None:
    """Hands every message that is due to the queue."""
    sending.pick(app.deps)


@app.on_sqs_message(queue_arn=SENDINGS, name="send", batch_size=2)
def send(event: SQSEvent) -> dict[str, Any]:
    """Sends the messages whose turn has come, each at most once; so few that a slow provider does not outlast it."""
    return one_by_one(event.to_dict(), lambda body: sending.attend(turn_of(body), app.deps), app.logger)


@app.on_sqs_message(queue_arn=REPLIES, name="send_replies", batch_size=2)
def send_replies(event: SQSEvent) -> dict[str, Any]:
    """Sends what teams write to customers about their cases, each at most once."""
    return one_by_one(event.to_dict(), lambda body: replying.send_reply(reply_of(body), app.deps), app.logger)


@app.on_sqs_message(queue_arn=OUTCOMES, name="hear_outcomes", batch_size=10)
def hear_outcomes(event: SQSEvent) -> dict[str, Any]:
    """Hears from the providers what became of messages."""
    return one_by_one(event.to_dict(), hear_outcome, app.logger)


def hear_outcome(body: str) -> None:
    heard = heard_of(body)
    if heard is not None:
        hearing.hear_outcome(heard, app.deps)


@app.on_sqs_message(queue_arn=WISHES, name="hear_stop", batch_size=10)
def hear_stop(event: SQSEvent) -> dict[str, Any]:
    """Hears STOP and START in the text messages that come in."""
    return one_by_one(event.to_dict(), lambda body: hearing.hear_said(said_of(body), app.deps), app.logger)


@app.operation(
    "GET",
    "/v1/alerts/{alert_id}/outreach",
    scope="people:read",
    returns=OutreachView,
    query=tuple(OutreachQuestion.model_fields),
    problems=(404, 409, 422),
)
def get_outreach(alert_id: str) -> OutreachView | Response:
    """People who went through since an alert's change and have not answered, those who may have fared badly first."""
    asked = parse_query(OutreachQuestion, app.parameters)
    found = outreach.outreach(alert_id, asked.limit, app.deps)
    who = {"alert_id": found.event.alert_id, "people": len(found.people), "key_id": app.principal.key_id}
    app.logger.info("outreach_read", extra=who)
    if asked.format == "csv":
        return Response(outreach_csv(found), headers={"Content-Type": "text/csv; charset=utf-8"})
    return outreach_view(found)


@app.schedule("rate(1 hour)", name="call_to_reach_out")
def call_to_reach_out(_: CloudWatchEvent) -> None:
    """Calls the owners of alerts that stand to turn to those who said nothing: how many they are, not who."""
    calling.call_to_reach_out(app.deps)


@app.on_sqs_message(queue_arn=ERASE, name="erase", batch_size=1)
def erase(event: SQSEvent) -> dict[str, Any]:
    """Erases what contacts have of a person, and hands the baton on."""
    return one_by_one(event.to_dict(), lambda body: app.deps.eraser.take(baton_of(body)), app.logger)
