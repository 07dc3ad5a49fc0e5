"""What the registry is made of; the only reader of its environment, clock and randomness."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from services.registry import usecases
from services.registry.adapters import TableDocuments, TableKeyRing
from services.registry.signing_in import usecases as signing_in
from services.registry.signing_in.adapters import SesMailer, TableLinks, TableVisits
from services.registry.subscribing import usecases as subscribing
from services.registry.subscribing.adapters import TableMutes, TableSubscriptions
from shared import aws
from shared.auth import SCOPES, Authenticator, CachedKeys, Principal
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.limits_table import TableCounters
from shared.secret import secret
from shared.sessions import Sessions
from shared.settings import Environment
from shared.tables import registry as keys

BOOTSTRAP = Principal("bootstrap", frozenset(SCOPES))
"""Who makes the first key: whoever may write to the table itself."""


@dataclass(frozen=True)
class Deps(usecases.Deps):
    """The verbs' dependencies, and the app's own. proxies: how many of ours a request passes on its way."""

    authenticator: Authenticator
    sessions: Sessions
    sign_in: signing_in.Deps
    subscribing: subscribing.Deps
    proxies: int = 0


def now() -> datetime:
    return datetime.now(UTC)


def verbs(table: Table) -> usecases.Deps:
    """What applying documents and making keys needs: the table alone, by whichever client."""
    return usecases.Deps(TableDocuments(table), TableKeyRing(table), now, os.urandom)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = aws.client("dynamodb", environment, now, os.urandom)
    table = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    mutes = TableMutes(Table(dynamodb, environment.need("TABLE_CASES")))
    sign_in = signing_in_deps(environment, table)
    return Deps(
        **vars(verbs(table)),
        authenticator=Authenticator(CachedKeys(TableApiKeys(table), now)),
        sessions=Sessions(sign_in.people, sign_in.secret, now, sign_in.public_url),
        sign_in=sign_in,
        subscribing=subscribing.Deps(TableSubscriptions(table, TableDocuments(table)), mutes, now),
        proxies=int(environment.get("TRUSTED_PROXIES", "0")),
    )


def signing_in_deps(environment: Environment, table: Table) -> signing_in.Deps:
    """What signing in needs. The secret is read when somebody signs in, not before."""
    return signing_in.Deps(
        people=TableCatalogue(table, now),
        links=TableLinks(table),
        visits=TableVisits(table),
        counters=TableCounters(table, keys.limit_key),
        mailer=SesMailer(aws.by_boto3("sesv2", aws.ONE_TRY), environment.need("SENDER_EMAIL")),
        secret=cache(lambda: secret(environment, lambda: aws.client("ssm", environment, now, os.urandom))),
        random_bytes=os.urandom,
        now=now,
        wait_until=wait_until,
        public_url=environment.need("PUBLIC_URL").rstrip("/"),
    )


def wait_until(moment: datetime) -> None:
    time.sleep(max((moment - now()).total_seconds(), 0.0))
