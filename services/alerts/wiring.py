"""The alerts service's dependencies, built at first use; the only reader of environment, clock and chance."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import boto3

from services.alerts import usecases
from services.alerts.adapters import EmailSender, QueueTurns, TableOutbox, WebhookSender
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.settings import Environment


@dataclass(frozen=True)
class Deps(usecases.Deps):
    """The verbs' dependencies, and the app's own."""

    authenticator: Authenticator


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = boto3.client("dynamodb")
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    catalogue = TableCatalogue(registry, now)
    sender = EmailSender(boto3.client("sesv2"), environment.need("SENDER_EMAIL"))
    webhook = WebhookSender(catalogue, now, is_laptop=environment.get("STAGE", "") == "local")
    return Deps(
        outbox=TableOutbox(Table(dynamodb, environment.need("TABLE_CASES"))),
        turns=QueueTurns(boto3.client("sqs"), environment.need("QUEUE_DELIVERIES_URL")),
        senders={"email": sender, "webhook": webhook},
        catalogue=catalogue,
        now=now,
        jitter=random.random,
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
    )
