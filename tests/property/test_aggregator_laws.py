"""Aggregation counts once: whatever the batches, the repeats and the order, the same bytes come out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.aggregator import app, usecases, wiring
from services.aggregator.domain.answers import Answer
from services.aggregator.usecases import Deps
from services.collector.adapters.responses import item_of
from services.collector.domain.responses import Response
from shared.dynamo import marshal_item
from shared.events import canonical
from tests import aws, fakes
from tests.deliveries import deliveries
from tests.http import Context
from tests.unit.test_aggregator import CHECKOUT, deps_at
from tests.worlds import START, World, answers

WORLD = answers(World(days=12, per_day=10, worse_from=9))
AFTERWARDS = START + timedelta(days=13)


def outcome(deps: Deps) -> tuple[Any, ...]:
    """Everything that is kept of the series and everything that was decided, as text."""
    watch = deps.watches.read(CHECKOUT)
    hours = [(h.start, sorted(h.marks)) for h in deps.marks.hours(CHECKOUT, START, AFTERWARDS)]
    said = [repr(one) for one in deps.evidence.all()]
    raised = [canonical(fact.event) for fact in deps.alerts.all()]
    return watch.account, watch.stepped_to, watch.rolled_to, hours, said, raised


def looked_at_last(deps: Deps) -> tuple[Any, ...]:
    last = replace(deps, now=lambda: AFTERWARDS + timedelta(hours=1))
    usecases.look(CHECKOUT, last)
    usecases.decide(last)
    return outcome(last)


@cache
def in_one_go() -> tuple[Any, ...]:
    deps = deps_at(AFTERWARDS)
    usecases.fold(WORLD, deps)
    return looked_at_last(deps)


def test_the_world_of_these_laws_raises_an_alert() -> None:
    """Else equal outcomes would say little."""
    assert in_one_go()[-1]


@settings(max_examples=1000, deadline=None)
@given(deliveries(len(WORLD), most_batches=40))
def test_any_delivery_of_the_same_answers_gives_the_same_bytes(batches: list[list[int]]) -> None:
    """A thousand batchings, duplications and reorderings."""
    deps = deps_at(AFTERWARDS)
    for batch in batches:
        usecases.fold([WORLD[place] for place in batch], deps)
    assert looked_at_last(deps) == in_one_go()


@settings(max_examples=100, deadline=None)
@given(deliveries(len(WORLD), most_batches=8), st.sets(st.integers(0, 8)))
def test_looks_in_between_change_nothing_but_the_history_of_an_alert(
    batches: list[list[int]], looked_after: set[int]
) -> None:
    """Looks over half the answers end, with all of them, in the same account, days and standing alerts."""
    deps = deps_at(AFTERWARDS)
    for number, batch in enumerate(batches):
        usecases.fold([WORLD[place] for place in batch], deps)
        if number in looked_after:
            later = replace(deps, now=lambda: AFTERWARDS + timedelta(minutes=30))
            usecases.look(CHECKOUT, later)
            usecases.decide(later)
    assert looked_at_last(deps)[:-1] == in_one_go()[:-1]
    standing = {f.event.alert_id for f in deps.alerts.all() if f.event.state != "withdrawn"}
    once = deps_at(AFTERWARDS)
    usecases.fold(WORLD, once)
    looked_at_last(once)
    assert standing == {fact.event.alert_id for fact in once.alerts.all()}


def record(answer: Answer, number: int) -> dict[str, Any]:
    """The stream's record of a stored response, as Lambda hands it over."""
    stored = Response(
        response_id=answer.response_id,
        touchpoint=answer.series.touchpoint,
        owner="web",
        survey="csat",
        survey_version=1,
        scale="csat",
        score=answer.score,
        audience="customer",
        channel="web",
        collected_at=answer.collected_at,
        stored_at=answer.collected_at,
    )
    image = marshal_item(item_of(stored))
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"NewImage": image, "SequenceNumber": str(number), "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def handled(batches: Sequence[Sequence[int]]) -> tuple[Any, ...]:
    """The outcome by the Lambda handler, with DynamoDB behind it."""
    names = {
        "TABLE_REGISTRY": "etincelle-test-registry",
        "TABLE_RESPONSES": "etincelle-test-responses",
        "TABLE_CONTACTS": "etincelle-test-contacts",
        "TABLE_FRICTION": "etincelle-test-friction",
        "TOPIC_FRICTION_ALERTS_ARN": "arn:aws:sns:us-east-1:123456789012:etincelle-test-friction-alerts",
        "PUBLIC_URL": "https://example.com",
        "QUEUE_ERASE_FRICTION_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/etincelle-test-erase-friction",
        "QUEUE_ERASE_CASES_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/etincelle-test-erase-cases",
    }
    with aws.data_stack(), patch.dict(os.environ, names), patch.object(wiring, "now", lambda: AFTERWARDS):
        os.environ["QUEUE_LOOKS_URL"] = boto3.client("sqs").get_queue_url(QueueName="etincelle-test-looks")["QueueUrl"]
        wiring.deps.cache_clear()
        for number, batch in enumerate(batches):
            event = {"Records": [record(WORLD[place], number * 1000 + n) for n, place in enumerate(batch)]}
            assert app.fold(event, Context()) == {"batchItemFailures": []}
        stub = fakes.FakeCatalogue({"checkout": fakes.touchpoint()})
        deps = replace(wiring.deps(), catalogue=stub, responses=fakes.FakeResponses(), passers=fakes.FakePassers())
        made = looked_at_last(deps)
        wiring.deps.cache_clear()
        return made


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deliveries(len(WORLD), most_batches=12))
def test_the_stream_handler_and_the_store_give_the_same_bytes_too(batches: list[list[int]]) -> None:
    """Through the Lambda handler and DynamoDB; equal to what the fakes gave."""
    assert handled(batches) == in_one_go()
