"""The dependencies of the collector, built at first use; the only reader of environment, clock and randomness."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from services.collector.adapters.links import EveryLink
from services.collector.adapters.openings import TableOpenings
from services.collector.adapters.remedies import ShownRemedies
from services.collector.adapters.responses import TableResponses
from services.collector.usecases import ports
from shared import aws
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.codes import random_code
from shared.dynamo import Table
from shared.keyring import TableApiKeys
from shared.limits_table import TableCounters
from shared.remedies import ReadRemedies
from shared.retention import retention
from shared.secret import secret
from shared.settings import Environment
from shared.tables import responses as keys

if TYPE_CHECKING:
    from services.collector.channels.sms.hearing import Texting
    from shared.erasing import Eraser


@dataclass(frozen=True)
class Deps(ports.Deps):
    """The verbs' dependencies; what hearing texts and erasing need is made when the first text or baton comes."""

    texting: Callable[[], Texting]
    eraser: Callable[[], Eraser]


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = aws.client("dynamodb", environment, now, os.urandom)
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    responses = Table(dynamodb, environment.need("TABLE_RESPONSES"), retention(environment, now))
    contacts = Table(dynamodb, environment.need("TABLE_CONTACTS"))
    return Deps(
        responses=TableResponses(responses),
        links=EveryLink(responses, contacts),
        openings=TableOpenings(responses),
        counters=TableCounters(responses, keys.limit_key),
        catalogue=TableCatalogue(registry, now),
        remedies=ShownRemedies(ReadRemedies(Table(dynamodb, environment.need("TABLE_CASES"))), now),
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        now=now,
        new_code=lambda: random_code(os.urandom),
        secret=secret(environment, lambda: aws.client("ssm", environment, now, os.urandom)),
        public_url=environment.need("PUBLIC_URL").rstrip("/"),
        proxies=int(environment.get("TRUSTED_PROXIES", "0")),
        texting=cache(lambda: texting(environment, contacts=contacts, responses=responses)),
        eraser=cache(lambda: eraser(environment, responses)),
    )


def eraser(environment: Environment, responses: Table) -> Eraser:
    """What a person's erasure does to the table `responses`; loaded with the first baton."""
    from services.collector.adapters import erasing
    from shared.erasing import Eraser, Queues

    urls = {
        "responses": environment.need("QUEUE_ERASE_RESPONSES_URL"),
        "friction": environment.need("QUEUE_ERASE_FRICTION_URL"),
    }
    return Eraser(
        name="responses",
        table=responses,
        place=keys.erased_key,
        found=lambda baton, _: erasing.found(responses, baton, now()),
        told=erasing.told,
        queues=Queues(aws.client("sqs", environment, now, os.urandom), urls),
        now=now,
    )


def texting(environment: Environment, *, contacts: Table, responses: Table) -> Texting:
    """What hearing texts needs; loaded when the first text comes, as most starts are for an answer."""
    from services.collector.adapters.texts import Replies, TableConversations, TableQuestions, count_dropped
    from services.collector.channels.sms.hearing import Texting
    from shared.sms import TextMessages

    client = aws.by_boto3("pinpoint-sms-voice-v2", aws.ONE_TRY)
    return Texting(
        questions=TableQuestions(contacts),
        conversations=TableConversations(responses),
        sender=Replies(TextMessages(client, environment.get("SMS_CONFIGURATION_SET", ""))),
        dropped=partial(count_dropped, environment.need("STAGE")),
    )
