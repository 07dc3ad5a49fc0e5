"""The aggregator's dependencies, built at first use; the only reader of environment and clock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from services.aggregator import usecases
from services.aggregator.adapters import erasing
from services.aggregator.adapters.due import TableDue
from services.aggregator.adapters.findings import TableAlerts, TableEvidence
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.messages import QueueLooks, SnsTopic
from services.aggregator.adapters.outcomes import TableEnds
from services.aggregator.adapters.passers import TablePassers
from services.aggregator.adapters.studies import TableStudies
from services.aggregator.adapters.traces import TableTraces
from services.aggregator.adapters.watches import TableWatches
from shared import aws
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.causes.answers_table import TableGiven
from shared.dynamo import Table
from shared.erasing import Eraser, Queues
from shared.keyring import TableApiKeys
from shared.retention import kept
from shared.settings import Environment
from shared.tables import friction as keys


@dataclass(frozen=True)
class Deps(usecases.Deps):
    """The verbs' dependencies, and the app's own."""

    authenticator: Authenticator
    eraser: Eraser


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the verbs need, from the environment."""
    environment = Environment(os.environ)
    dynamodb = aws.client("dynamodb", environment, now, os.urandom)
    friction = Table(dynamodb, environment.need("TABLE_FRICTION"))
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    contacts = Table(dynamodb, environment.need("TABLE_CONTACTS"))
    return Deps(
        marks=TableMarks(friction),
        traces=TableTraces(friction),
        watches=TableWatches(friction),
        evidence=TableEvidence(friction),
        alerts=TableAlerts(friction, now),
        looks=QueueLooks(aws.client("sqs", environment, now, os.urandom), environment.need("QUEUE_LOOKS_URL")),
        due=TableDue(friction),
        responses=TableGiven(Table(dynamodb, environment.need("TABLE_RESPONSES"))),
        passers=TablePassers(contacts),
        ends=TableEnds(contacts),
        studies=TableStudies(friction, now),
        topic=SnsTopic(aws.by_boto3("sns"), environment.need("TOPIC_FRICTION_ALERTS_ARN")),
        catalogue=TableCatalogue(registry, now),
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        now=now,
        public_url=environment.get("PUBLIC_URL", ""),
        answers_kept=kept("response", environment),
        lateness_s=int(environment.get("LATENESS_SECONDS", "300")),
        settle_s=int(environment.get("SETTLE_SECONDS", "60")),
        eraser=eraser(environment, friction),
    )


def eraser(environment: Environment, friction: Table) -> Eraser:
    """What a person's erasure does to the table `friction`."""
    urls = {
        "friction": environment.need("QUEUE_ERASE_FRICTION_URL"),
        "cases": environment.need("QUEUE_ERASE_CASES_URL"),
    }
    return Eraser(
        name="friction",
        table=friction,
        place=keys.erased_key,
        found=lambda baton, _: erasing.found(friction, baton),
        told=lambda baton, _: erasing.told(friction, baton),
        queues=Queues(aws.client("sqs", environment, now, os.urandom), urls),
        now=now,
    )
