"""The dependencies of insights, built at first use; the only reader of environment and clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from services.insights.adapters.figures import TableAlerts, TableFigures
from services.insights.adapters.passes import TablePasses
from services.insights.usecases import ports
from shared import aws
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.causes.answers_table import TableGiven
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.remedies import ReadRemedies
from shared.secret import secret
from shared.settings import Environment


@dataclass(frozen=True)
class Deps(ports.Deps):
    """The verbs' dependencies, and the app's own. openapi: reads the text of the API's description."""

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
    friction = Table(dynamodb, environment.need("TABLE_FRICTION"))
    cases = Table(dynamodb, environment.need("TABLE_CASES"))
    return Deps(
        figures=TableFigures(friction),
        alerts=TableAlerts(friction),
        responses=TableGiven(Table(dynamodb, environment.need("TABLE_RESPONSES"))),
        passes=TablePasses(
            cases, cache(lambda: secret(environment, lambda: aws.client("ssm", environment, now, os.urandom))), now
        ),
        remedies=ReadRemedies(cases),
        catalogue=TableCatalogue(registry, now),
        now=now,
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        openapi=described,
    )


def described() -> str:
    """The OpenAPI document: beside this package in a zip, in docs/ in a checkout."""
    here = Path(__file__).parent
    packaged = here / "openapi.json"
    return (packaged if packaged.exists() else here.parents[1] / "docs/openapi.json").read_text()
