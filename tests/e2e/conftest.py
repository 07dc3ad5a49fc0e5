"""Fixtures of the whole-path tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.commands import Command


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Starts `etincelle run`, always on the same folder; whatever still runs at the end is killed."""
    started: list[Command] = []

    def run(*options: str) -> Command:
        started.append(Command(tmp_path / "home", *options))
        return started[-1]

    yield run
    for each in started:
        each.process.kill()
        each.process.communicate()
