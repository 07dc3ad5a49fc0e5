"""The services' wirings on a cloud in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from infra.local.environment import environment
from services.alerts import wiring as alerts
from services.invitations import wiring as invitations
from tests.soak.clients import Receivers
from tests.soak.cloud import WIRINGS, Cloud

PUBLIC_URL = "https://answers.example.com"


@contextmanager
def living(cloud: Cloud) -> Iterator[None]:
    """The services' wirings on this cloud: its clients, its clock, its chance, and nothing of this machine's."""
    drawn = random.Random(cloud.random.random())
    variables = environment("http://localhost", PUBLIC_URL, "a secret of the tests") | {"GATHERED_SECONDS": "60"}
    variables |= {"LATENESS_SECONDS": "300", "SETTLE_SECONDS": "60", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
    clock = SimpleNamespace(sleep=cloud.sleep)
    with ExitStack() as stack:
        stack.enter_context(patch.dict("os.environ", variables))
        stack.enter_context(patch("shared.aws.client", cloud.client))
        stack.enter_context(patch("shared.aws.by_boto3", cloud.by_boto3))
        stack.enter_context(patch("os.urandom", drawn.randbytes))
        stack.enter_context(patch("random.random", drawn.random))
        stack.enter_context(patch.object(invitations, "time", clock))
        stack.enter_context(patch.object(alerts, "Outside", lambda **_: Receivers(cloud)))
        stack.enter_context(patch("services.invitations.usecases.intake.AT_ONCE", 1))
        for wiring in WIRINGS.values():
            stack.enter_context(patch.object(wiring, "now", lambda: cloud.now))
        forget()
        stack.callback(forget)
        yield


def forget() -> None:
    for wiring in WIRINGS.values():
        wiring.deps.cache_clear()
