"""The alerts service's dependencies, built at first use; the only reader of environment, clock and chance."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from services.alerts.adapters import erasing
from services.alerts.adapters.cases.answers import TableAnswers
from services.alerts.adapters.cases.people import TablePeople
from services.alerts.adapters.cases.replies import QueueReplies
from services.alerts.adapters.cases.table import TableCases
from services.alerts.adapters.cases.teams import TableTeams
from services.alerts.adapters.notes import TableNotes
from services.alerts.adapters.outbox import TableOutbox
from services.alerts.adapters.passes import TablePasses
from services.alerts.adapters.queue import QueueTurns
from services.alerts.adapters.quotes import TableQuotes
from services.alerts.adapters.remedies import TableRemedies
from services.alerts.adapters.senders.chat import SLACK, SlackSender, TeamsSender
from services.alerts.adapters.senders.email import EmailSender
from services.alerts.adapters.senders.outside import Outside
from services.alerts.adapters.senders.text import TextSender
from services.alerts.adapters.senders.webhook import WebhookSender
from services.alerts.adapters.standings import TableMutes, TableStandings, TableThreads
from services.alerts.domain.passes import Codes
from services.alerts.usecases.cases.ports import CaseDeps
from services.alerts.usecases.ports import Sender
from shared import aws
from shared.auth import Authenticator, CachedKeys
from shared.catalogue import Catalogue
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.erasing import Eraser, Queues
from shared.keyring import TableApiKeys
from shared.limits_table import TableCounters
from shared.retention import retention
from shared.secret import parameter_if_any, secret
from shared.sessions import Sessions
from shared.settings import Environment
from shared.sms import TextMessages
from shared.tables import cases as keys


@dataclass(frozen=True)
class Deps(CaseDeps):
    """The verbs' dependencies, and the app's own. slack_signing: gives Slack's secret, empty where there is no app.

    fresh: the catalogue as it is now, for whoever has just changed it.
    """

    fresh: Catalogue
    authenticator: Authenticator
    sessions: Sessions
    slack_signing: Callable[[], str]
    eraser: Eraser


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = aws.client("dynamodb", environment, now, os.urandom)
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    cases = Table(dynamodb, environment.need("TABLE_CASES"), retention(environment, now))
    catalogue, fresh = TableCatalogue(registry, now), TableCatalogue(registry, now, seconds=0)
    public_url = environment.need("PUBLIC_URL").rstrip("/")
    key = secret(environment, lambda: aws.client("ssm", environment, now, os.urandom))
    codes, sqs = Codes(key, public_url), aws.client("sqs", environment, now, os.urandom)
    return Deps(
        standings=TableStandings(cases),
        quotes=TableQuotes(Table(dynamodb, environment.need("TABLE_FRICTION"))),
        notes=TableNotes(cases, codes),
        mutes=TableMutes(cases),
        passes=TablePasses(cases, codes),
        outbox=TableOutbox(cases, environment.need("STAGE")),
        threads=TableThreads(cases),
        remedies=TableRemedies(cases),
        turns=QueueTurns(sqs, environment.need("QUEUE_DELIVERIES_URL")),
        senders=senders(environment, fresh, codes),
        catalogue=catalogue,
        fresh=fresh,
        now=now,
        jitter=random.random,
        gathered_for=timedelta(seconds=int(environment.get("GATHERED_SECONDS", "60"))),
        counters=TableCounters(cases, keys.limit_key),
        cases=TableCases(cases),
        answers=TableAnswers(Table(dynamodb, environment.need("TABLE_RESPONSES"))),
        people=TablePeople(Table(dynamodb, environment.need("TABLE_CONTACTS")), key),
        replies=QueueReplies(sqs, environment.need("QUEUE_REPLIES_URL")),
        teams=TableTeams(registry),
        secret=key,
        sessions=Sessions(catalogue, lambda: key, now, public_url),
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        public_url=public_url,
        slack_signing=slack_signing,
        eraser=eraser(environment, cases),
    )


def eraser(environment: Environment, cases: Table) -> Eraser:
    """What a person's erasure does to the table `cases`."""
    urls = {
        "cases": environment.need("QUEUE_ERASE_CASES_URL"),
        "contacts": environment.need("QUEUE_ERASE_CONTACTS_URL"),
    }
    return Eraser(
        name="cases",
        table=cases,
        place=keys.erased_key,
        found=lambda baton, _: erasing.found(cases, baton),
        told=erasing.told,
        queues=Queues(aws.client("sqs", environment, now, os.urandom), urls),
        now=now,
    )


@cache
def slack_signing() -> str:
    """What Slack signs with, read at the first button that is pressed; empty where there is no app of Slack's."""
    environment = Environment(os.environ)
    name = environment.get("SLACK_SIGNING_PARAMETER", "")
    if not name:
        return environment.get("SLACK_SIGNING_SECRET", "")
    return parameter_if_any(name, aws.client("ssm", environment, now, os.urandom))


def senders(environment: Environment, catalogue: TableCatalogue, codes: Codes) -> dict[str, Sender]:
    """The ways out, by the kind of subscription."""
    outside = Outside(is_laptop=environment.need("STAGE") == "local")
    texts = TextMessages(aws.by_boto3("pinpoint-sms-voice-v2", aws.ONE_TRY))
    slack = environment.get("SLACK_URL", SLACK)
    return {
        "email": EmailSender(aws.by_boto3("sesv2", aws.ONE_TRY), environment.need("SENDER_EMAIL"), codes.address),
        "webhook": WebhookSender(catalogue, outside, now),
        "slack": SlackSender(catalogue, outside, codes.address, codes.code, now, slack),
        "teams": TeamsSender(outside, codes.address, now),
        "sms": TextSender(texts, environment.get("SMS_ORIGIN", ""), codes.address),
    }
