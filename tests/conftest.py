"""Fixtures for every test. `stack` is the whole local stack, started at the first test that asks for it."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from infra.local import idle, resources, seed
from infra.local.stack import Options, Stack

FreshStack = Callable[..., "Running"]


@dataclass(frozen=True)
class Running:
    """A local stack that runs: `url` of the gateway, `key` for everything, `endpoint` of the engine."""

    stack: Stack
    key: str

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def endpoint(self) -> str:
        return self.stack.endpoint

    def client(self, service: str) -> Any:
        """A boto3 client of the engine: `stack.client("dynamodb")`."""
        return resources.client(service, self.endpoint)

    def outbox(self) -> dict[str, list[dict[str, Any]]]:
        """`emails` and `webhooks` that would have left, newest first, and `parked` stream records."""
        with urllib.request.urlopen(f"{self.url}/outbox.json") as reply:
            content: dict[str, list[dict[str, Any]]] = json.load(reply)
        return content

    def wait_idle(self, timeout: float = 20.0) -> None:
        """Returns when every stream and queue is drained; messages sent with a delay are not waited for."""
        idle.wait_idle(self.endpoint, self.stack.worker.pid, timeout)


def start(home: Path, **options: Any) -> Running:
    stack = Stack(Options(home, **options))
    stack.start()
    return Running(stack, seed.site(home, stack.url, stack.endpoint).key)


@pytest.fixture(autouse=True)
def apps_as_they_were() -> Iterator[None]:
    """Whatever a test gives a service's app to work with is gone after it: the next one may want the real wiring."""
    before = {name: module.app._deps for name, module in apps().items()}
    yield
    for name, module in apps().items():
        module.app._deps = before.get(name, module.wiring.deps)


def apps() -> dict[str, Any]:
    """The modules with a service's app that are loaded, by their names."""
    return {name: module for name, module in sys.modules.items() if fnmatch(name, "services.*.app")}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The stack that all tests share: every service, empty tables. Use ids of your own; break nothing."""
    running = start(tmp_path_factory.mktemp("stack"))
    yield running
    running.stack.stop()


@pytest.fixture
def fresh_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshStack]:
    """Starts stacks of a test's own: `fresh_stack()`, or with a `home` to go on with and any of `Options`' fields."""
    started: list[Running] = []

    def fresh(home: Path | None = None, **options: Any) -> Running:
        started.append(start(home or tmp_path_factory.mktemp("fresh"), **options))
        return started[-1]

    yield fresh
    for running in started:
        running.stack.stop()
