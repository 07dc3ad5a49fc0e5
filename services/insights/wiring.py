"""The dependencies of insights, built at first use; the only reader of environment and clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from services.insights.adapters.cases import TableCases
from services.insights.adapters.comments import TableComments
from services.insights.adapters.figures import TableAlerts, TableFigures
from services.insights.adapters.passers import TablePassers
from services.insights.adapters.passes import TablePasses
from services.insights.adapters.places import TablePlaces
from services.insights.adapters.weeks import QueueWeeks
from services.insights.usecases.weekly import WeeklyDeps
from shared import aws
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.causes.answers_table import TableGiven
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.remedies import ReadRemedies
from shared.secret import secret
from shared.sessions import Sessions
from shared.settings import Environment
from shared.studies_table import ReadStudies

AT_ONCE = 8
"""Reads under way at the same time, each on a connection of its own."""


@dataclass(frozen=True)
class Deps(WeeklyDeps):
    """The verbs' dependencies, and the app's own. openapi: reads the text of the API's description."""

    sessions: Sessions
    authenticator: Authenticator
    openapi: Callable[[], str]


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = aws.client("dynamodb", environment, now, os.urandom)
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    contacts = Table(dynamodb, environment.need("TABLE_CONTACTS"))
    friction = Table(dynamodb, environment.need("TABLE_FRICTION"))
    cases = Table(dynamodb, environment.need("TABLE_CASES"))
    responses = Table(dynamodb, environment.need("TABLE_RESPONSES"))
    catalogue, public_url = TableCatalogue(registry, now), environment.need("PUBLIC_URL").rstrip("/")
    key = cache(lambda: secret(environment, lambda: aws.client("ssm", environment, now, os.urandom)))
    return Deps(
        figures=TableFigures(friction),
        alerts=TableAlerts(friction),
        responses=TableGiven(responses),
        passers=TablePassers(contacts),
        studies=ReadStudies(friction),
        passes=TablePasses(cases, key, now, catalogue),
        remedies=ReadRemedies(cases),
        catalogue=catalogue,
        now=now,
        comments=TableComments(responses),
        cases=TableCases(cases),
        places=TablePlaces(registry),
        together=together,
        weeks=QueueWeeks(aws.client("sqs", environment, now, os.urandom), environment.need("QUEUE_ALERTS_URL")),
        public_url=public_url,
        sessions=Sessions(catalogue, key, now, public_url),
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        openapi=described,
    )


def together(questions: Sequence[Callable[[], Any]]) -> list[Any]:
    """The answers, in the order of the questions, which are asked at once; the first that fails fails all."""
    return list(pool().map(lambda ask: ask(), questions))


@cache
def pool() -> ThreadPoolExecutor:
    """Threads that stay, as each keeps its connection."""
    return ThreadPoolExecutor(AT_ONCE)


def described() -> str:
    """The OpenAPI document: beside this package in a zip, in docs/ in a checkout."""
    here = Path(__file__).parent
    packaged = here / "openapi.json"
    return (packaged if packaged.exists() else here.parents[1] / "docs/openapi.json").read_text()
