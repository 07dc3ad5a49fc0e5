"""The aggregator's dependencies, built at first use; the only reader of environment and clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache

import boto3

from services.aggregator.adapters import (
    QueueLooks,
    SnsTopic,
    TableAlerts,
    TableComments,
    TableEvidence,
    TableMarks,
    TableWatches,
)
from services.aggregator.usecases import Deps
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.settings import Environment


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the verbs need, from the environment."""
    environment = Environment(os.environ)
    dynamodb = boto3.client("dynamodb")
    friction = Table(dynamodb, environment.need("TABLE_FRICTION"))
    return Deps(
        marks=TableMarks(friction),
        watches=TableWatches(friction),
        evidence=TableEvidence(friction),
        alerts=TableAlerts(friction, now),
        looks=QueueLooks(boto3.client("sqs"), environment.need("QUEUE_LOOKS_URL")),
        comments=TableComments(Table(dynamodb, environment.need("TABLE_RESPONSES"))),
        topic=SnsTopic(boto3.client("sns"), environment.need("TOPIC_FRICTION_ALERTS_ARN")),
        catalogue=TableCatalogue(Table(dynamodb, environment.need("TABLE_REGISTRY")), now),
        now=now,
        public_url=environment.get("PUBLIC_URL", ""),
        lateness_s=int(environment.get("LATENESS_SECONDS", "300")),
        settle_s=int(environment.get("SETTLE_SECONDS", "60")),
    )
