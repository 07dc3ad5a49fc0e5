"""The dependencies of the collector, built at first use; the only reader of environment, clock and randomness."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache

import boto3

from services.collector.adapters import TableLinks, TableResponses
from services.collector.usecases import Deps
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.codes import random_code
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.settings import Environment


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = boto3.client("dynamodb")
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    responses = Table(dynamodb, environment.need("TABLE_RESPONSES"))
    return Deps(
        responses=TableResponses(responses),
        links=TableLinks(responses),
        catalogue=TableCatalogue(registry, now),
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        now=now,
        new_code=lambda: random_code(os.urandom),
        secret=secret(environment),
        public_url=environment.need("PUBLIC_URL").rstrip("/"),
    )


def secret(environment: Environment) -> bytes:
    """Key material of the keyed hashes: from SSM, or from the environment on a laptop."""
    local = environment.get("SECRET", "")
    if local:
        return local.encode()
    reply = boto3.client("ssm").get_parameter(Name=environment.need("SECRET_PARAMETER"), WithDecryption=True)
    return str(reply["Parameter"]["Value"]).encode()
