"""A thousand who want to ask the same person at once: processes and threads that call the use case with real adapters.

Module level and picklable, as the processes are spawned and import it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from typing import Any

import boto3
from botocore.config import Config

from infra.local.environment import REGION, credentials, name
from services.invitations.adapters.interactions import TableInteractions
from services.invitations.adapters.invitations import TableInvitations
from services.invitations.adapters.ledgers import TableLedgers
from services.invitations.adapters.people import TablePeople
from services.invitations.adapters.reservations import TableReservations
from services.invitations.usecases import intake
from services.invitations.usecases.ports import Deps
from shared.catalogue import Cap, Pressure
from shared.codes import random_code
from shared.dynamo import Table
from tests.invitations import SECRET, World, touchpoint

THREADS = 50
CHANNELS = ("email", "sms", "web", "widget", "phone", "agent")
START: list[Barrier] = []
"""The barrier of this process, set when it begins."""


@dataclass(frozen=True)
class Answered:
    """What one of the crowd was told."""

    interaction_id: str
    status: str
    state: str
    reason: str | None


def deps(endpoint: str, client: Any = None) -> Deps:
    """Real adapters on the engine's table; a company's cap of one in thirty days, over six touchpoints."""
    table = Table(client or client_of(endpoint), name("contacts"))
    points = [touchpoint(f"by-{channel}", channels=(channel,)) for channel in CHANNELS]
    points.append(touchpoint("paused", paused=True))
    return replace(
        World(*points, pressure=Pressure(company=Cap(at_most=1, days=30))).deps,
        people=TablePeople(table, SECRET),
        ledgers=TableLedgers(table),
        interactions=TableInteractions(table),
        invitations=TableInvitations(table),
        reservations=TableReservations(table),
        now=lambda: datetime.now(UTC),
        new_code=lambda: random_code(random.randbytes),
        pause=time.sleep,
        jitter=random.random,
    )


def client_of(endpoint: str) -> Any:
    settings = credentials(endpoint)
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        config=Config(max_pool_connections=THREADS, retries={"mode": "standard"}),
    )


class Careless:
    """A client of an engine that looks at no condition of a transaction.

    The first transaction of each thread waits until all threads of its process have read, so that what conditions
    prevent happens in every run. A process that comes late reads what another one wrote, and does not fill its gate.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.gate = threading.Barrier(THREADS)
        self.passed = threading.local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def transact_write_items(self, **arguments: Any) -> Any:
        if not hasattr(self.passed, "gate"):
            self.passed.gate = True
            with suppress(threading.BrokenBarrierError):
                self.gate.wait(timeout=10)
        for write in arguments["TransactItems"]:
            for part in ("ConditionExpression", "ExpressionAttributeValues"):
                write["Put"].pop(part, None)
        return self.client.transact_write_items(**arguments)


def begin(barrier: Barrier) -> None:
    START[:] = [barrier]


def ask(endpoint: str, sent: Sequence[dict[str, Any]], is_careless: bool = False) -> list[Answered]:
    """What each of them is told; all processes begin together."""
    client = client_of(endpoint)
    wired = deps(endpoint, Careless(client) if is_careless else client)
    START[0].wait(timeout=60)
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda one: answered(one, wired), sent))


def answered(sent: dict[str, Any], wired: Deps) -> Answered:
    outcome = intake.take(sent, wired)
    assert outcome.decided is not None
    decision = outcome.decided.decision
    reason = getattr(decision, "reason", None)
    return Answered(outcome.interaction_id, outcome.status, type(decision).__name__.lower(), reason)
