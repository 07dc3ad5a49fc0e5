"""Waiting for what another process, or a thread of it, does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], seconds: float = 60.0) -> Found:
    """What is found at last, looked for twenty times a second. Raises AssertionError where it does not come."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"it did not come to pass in {seconds:g} s: {found!r}"
        time.sleep(0.05)
    return found
