"""What the registry is made of; the only reader of its environment, clock and randomness."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import boto3

from services.registry import usecases
from services.registry.adapters import TableDocuments, TableKeyRing
from shared.auth import SCOPES, Authenticator, CachedKeys, Principal
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.settings import Environment

BOOTSTRAP = Principal("bootstrap", frozenset(SCOPES))
"""Who makes the first key: whoever may write to the table itself."""


@dataclass(frozen=True)
class Deps(usecases.Deps):
    """The verbs' dependencies, and the app's own."""

    authenticator: Authenticator


def now() -> datetime:
    return datetime.now(UTC)


def build(environment: Environment) -> Deps:
    """Everything the service needs, from settings; the local stack and the command line bring their own."""
    table = Table(boto3.client("dynamodb"), environment.need("TABLE_REGISTRY"))
    return Deps(
        documents=TableDocuments(table),
        keys=TableKeyRing(table),
        now=now,
        random_bytes=os.urandom,
        authenticator=Authenticator(CachedKeys(TableApiKeys(table), now)),
    )


@cache
def deps() -> Deps:
    return build(Environment(os.environ))
