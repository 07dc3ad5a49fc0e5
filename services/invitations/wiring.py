"""The dependencies of invitations, built at first use; the only reader of environment, clock and randomness."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from services.invitations.adapters.calls import QueueCalls, TableCalls
from services.invitations.adapters.erasing import ContactsEraser
from services.invitations.adapters.erasures import TableErasures
from services.invitations.adapters.interactions import TableInteractions
from services.invitations.adapters.invitations import TableInvitations
from services.invitations.adapters.kept import Tables, kept_of
from services.invitations.adapters.ledgers import TableLedgers
from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.adapters.people import TablePeople
from services.invitations.adapters.questions import TableQuestions
from services.invitations.adapters.replies import TableCaseReplies
from services.invitations.adapters.reservations import TableReservations
from services.invitations.adapters.senders import SesSender, SmsSender
from services.invitations.adapters.steps import (
    QueueSendings,
    TableAnswers,
    TableDue,
    TableLinks,
    TableSteps,
)
from services.invitations.adapters.suppressions import TableSuppressions
from services.invitations.adapters.tallies import TablePlans, TableTallies
from services.invitations.usecases.calling import CallingDeps
from services.invitations.usecases.sampling import DailySampling
from services.invitations.usecases.sending_ports import SendingDeps
from shared import aws
from shared.alerts_table import NamedAlerts
from shared.auth import Authenticator, CachedKeys
from shared.catalogue_table import TableCatalogue
from shared.causes.answers_table import TableGiven
from shared.codes import random_code
from shared.dynamo import Item, Table
from shared.erasing import Queues
from shared.keyring import TableApiKeys
from shared.retention import retention
from shared.secret import secret
from shared.sessions import Sessions
from shared.settings import Environment
from shared.sms import TextMessages


@dataclass(frozen=True)
class Deps(SendingDeps, CallingDeps):
    """The verbs' dependencies, and the app's own."""

    authenticator: Authenticator
    sessions: Sessions
    erasures: TableErasures
    eraser: ContactsEraser
    kept_of: Callable[[Sequence[str]], dict[str, list[Item]]]


def now() -> datetime:
    return datetime.now(UTC)


@cache
def deps() -> Deps:
    """Everything the service needs, from the environment."""
    environment = Environment(os.environ)
    dynamodb = aws.client("dynamodb", environment, now, os.urandom)
    registry = Table(dynamodb, environment.need("TABLE_REGISTRY"))
    contacts = Table(dynamodb, environment.need("TABLE_CONTACTS"), retention(environment, now))
    key = secret(environment, lambda: aws.client("ssm", environment, now, os.urandom))
    catalogue, tallies = TableCatalogue(registry, now), TableTallies(contacts)
    return Deps(
        people=TablePeople(contacts, key),
        ledgers=TableLedgers(contacts),
        interactions=TableInteractions(contacts),
        recent=TableInteractions(contacts),
        alerts=NamedAlerts(Table(dynamodb, environment.need("TABLE_FRICTION"))),
        standing=NamedAlerts(Table(dynamodb, environment.need("TABLE_FRICTION"))),
        calls=TableCalls(contacts),
        call_news=QueueCalls(aws.client("sqs", environment, now, os.urandom), environment.need("QUEUE_ALERTS_URL")),
        responses=TableGiven(Table(dynamodb, environment.need("TABLE_RESPONSES"))),
        invitations=TableInvitations(contacts),
        reservations=TableReservations(contacts),
        sampling=DailySampling(TablePlans(contacts), tallies, catalogue, now),
        tallies=tallies,
        outcomes=TableOutcomes(contacts),
        catalogue=catalogue,
        now=now,
        new_code=lambda: random_code(os.urandom),
        pause=time.sleep,
        jitter=random.random,
        secret=key,
        public_url=environment.need("PUBLIC_URL").rstrip("/"),
        authenticator=Authenticator(CachedKeys(TableApiKeys(registry), now)),
        sessions=Sessions(catalogue, lambda: key, now, environment.need("PUBLIC_URL")),
        **sending(environment, contacts, key),
        **erasing(environment, contacts, key),
    )


def sending(environment: Environment, contacts: Table, key: bytes) -> dict[str, Any]:
    """What sending needs beside, by the names of `SendingDeps`."""
    sender, configuration_set = environment.need("SENDER_EMAIL"), environment.need("SES_CONFIGURATION_SET")
    texts = aws.by_boto3("pinpoint-sms-voice-v2", aws.ONE_TRY)
    return {
        "steps": TableSteps(contacts, TableQuestions(contacts, key)),
        "due": TableDue(contacts),
        "sendings": QueueSendings(
            aws.client("sqs", environment, now, os.urandom), environment.need("QUEUE_SENDINGS_URL")
        ),
        "links": TableLinks(contacts),
        "answers": TableAnswers(Table(contacts.client, environment.need("TABLE_RESPONSES"))),
        "senders": {
            "email": SesSender(aws.by_boto3("sesv2", aws.ONE_TRY), sender, configuration_set),
            "sms": SmsSender(TextMessages(texts, configuration_set), environment.need("SMS_ORIGIN")),
        },
        "suppressions": TableSuppressions(contacts, key),
        "case_replies": TableCaseReplies(contacts),
        "sender_email": sender,
    }


def erasing(environment: Environment, contacts: Table, key: bytes) -> dict[str, Any]:
    """What erasing needs beside, by the names of `Deps`."""
    erasures = TableErasures(contacts, key)
    settles_for = timedelta(seconds=int(environment.get("ERASURE_SETTLES_SECONDS", "900")))
    urls = {
        "contacts": environment.need("QUEUE_ERASE_CONTACTS_URL"),
        "responses": environment.need("QUEUE_ERASE_RESPONSES_URL"),
    }
    queues = Queues(aws.client("sqs", environment, now, os.urandom), urls)
    others = {
        "responses": environment.need("TABLE_RESPONSES"),
        "friction": environment.need("TABLE_FRICTION"),
        "cases": environment.need("TABLE_CASES"),
    }
    tables = {kind: Table(contacts.client, name) for kind, name in others.items()}
    return {
        "erasures": erasures,
        "eraser": ContactsEraser(contacts, key, erasures, queues, now, settles_for),
        "kept_of": lambda names: kept_of(names, Tables(contacts, **tables), key),
    }
