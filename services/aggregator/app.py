"""The aggregator: answers in from a stream, alerts out to a topic.

Each source's ARN is a placeholder whose last part names it; the stack's template puts the true one.
"""

from __future__ import annotations

from typing import Any

from chalice.app import CloudWatchEvent, DynamoDBEvent, Response, SQSEvent

from services.aggregator import usecases, views, wiring
from services.aggregator.adapters.findings import alert_fact
from services.aggregator.adapters.messages import series_of
from services.aggregator.adapters.signs import signs_in
from services.aggregator.adapters.studies import day_wanted
from services.aggregator.adapters.traces import trace_of_interaction
from services.aggregator.domain.answers import Series, answer_of
from services.aggregator.views import Simulation, WantedStudy
from shared.bodies import parse_as, parse_query
from shared.erasing import baton_of
from shared.http import Api, json_response
from shared.queues import one_by_one
from shared.streams import changes, failures, readable

app = Api("aggregator", wiring.deps)
RESPONSES = "arn:aws:dynamodb:eu-west-1:000000000000:table/responses/stream/placeholder"
CONTACTS = "arn:aws:dynamodb:eu-west-1:000000000000:table/contacts/stream/placeholder"
FRICTION = "arn:aws:dynamodb:eu-west-1:000000000000:table/friction/stream/placeholder"
LOOKS = "arn:aws:sqs:eu-west-1:000000000000:looks"
ERASE = "arn:aws:sqs:eu-west-1:000000000000:erase-friction"


@app.on_dynamodb_record(stream_arn=RESPONSES, name="fold", batch_size=100)
def fold(event: DynamoDBEvent) -> dict[str, Any]:
    """Counts the answers of a batch of changes; an answer that cannot be read is left to the retries.

    One that was made anonymous was counted before, and stays so.
    """
    counted = [change for change in changes(event.to_dict()) if not change.is_new("erased_at")]
    answers, unreadable = readable(counted, "response", answer_of)
    usecases.fold(answers, app.deps)
    return failures(unreadable)


@app.on_dynamodb_record(stream_arn=CONTACTS, name="follow", batch_size=100)
def follow(event: DynamoDBEvent) -> dict[str, Any]:
    """Keeps where customers were, and counts what people do before they say anything."""
    changed = changes(event.to_dict())
    new = [change for change in changed if change.is_new("customer")]
    traces, unreadable = readable(new, "interaction", trace_of_interaction)
    usecases.follow([trace for trace in traces if trace], app.deps)
    signs, unread = signs_in(changed)
    usecases.notice(signs, app.deps)
    return failures({*unreadable, *unread})


@app.on_sqs_message(queue_arn=LOOKS, name="look", batch_size=10)
def look(event: SQSEvent) -> dict[str, Any]:
    """Looks at the series that were asked for, or decides on alerts; what fails is retried alone."""
    return one_by_one(event.to_dict(), lambda body: asked(series_of(body)), app.logger)


@app.schedule("rate(15 minutes)", name="review")
def review(_: CloudWatchEvent) -> None:
    """Asks for looks that were noted for now, and for the day's study; decides once more, for what an index may not
    have shown yet."""
    usecases.remind(app.deps)
    usecases.want_today(app.deps)
    usecases.decide(app.deps)


@app.on_sqs_message(queue_arn=ERASE, name="erase", batch_size=1)
def erase(event: SQSEvent) -> dict[str, Any]:
    """Erases what figures and alerts have of a person, and hands the baton on."""
    return one_by_one(event.to_dict(), lambda body: app.deps.eraser.take(baton_of(body)), app.logger)


def asked(series: Series | None) -> None:
    """A look at the series, or, where none is named, a decision over all of them."""
    if series is None:
        usecases.decide(app.deps)
    else:
        usecases.look(series, app.deps)


@app.on_dynamodb_record(stream_arn=FRICTION, name="publish", batch_size=100)
def publish(event: DynamoDBEvent) -> dict[str, Any]:
    """Publishes the alerts whose revision changed."""
    news = [change for change in changes(event.to_dict()) if change.is_new("revision")]
    facts, unreadable = readable(news, "alert", alert_fact)
    usecases.publish(facts, app.deps)
    return failures(unreadable)


@app.on_dynamodb_record(stream_arn=FRICTION, name="study", batch_size=1)
def study(event: DynamoDBEvent) -> dict[str, Any]:
    """Works out, as of the days that are wanted, what friction costs and what to mend first; tells alerts anew."""
    wanted = [change for change in changes(event.to_dict()) if change.is_new("wanted_at")]
    days, unreadable = readable(wanted, "study", day_wanted)
    for day in days:
        usecases.study(day, app.deps)
    if days:
        usecases.retell(app.deps)
    return failures(unreadable)


@app.operation(
    "POST",
    "/v1/studies",
    scope="registry:write",
    accepts=WantedStudy,
    returns=WantedStudy,
    status=202,
    problems=(422,),
)
def post_study() -> Response:
    """Asks for value at risk and priorities as of a day to be worked out anew from the stored facts."""
    wanted = parse_as(WantedStudy, app.body())
    usecases.want_study(wanted.day, app.deps)
    return json_response(wanted, 202)


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/simulation",
    scope="figures:read",
    returns=Simulation,
    query=tuple(views.Question.model_fields),
    problems=(404,),
)
def get_simulation(touchpoint: str) -> Simulation:
    """What other settings would have made of a touchpoint's own answers; nothing is changed. Of staff, as set only."""
    asked = parse_query(views.Question, app.parameters)
    trial = usecases.simulate(touchpoint, asked.audience, asked.days, asked.wish, app.deps)
    return views.simulation(asked, trial)
