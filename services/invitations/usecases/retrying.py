"""Trying again where somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from services.invitations.usecases.ports import Deps
from shared.errors import Conflict, Unavailable

Result = TypeVar("Result")
ATTEMPTS = 14
FIRST_WAIT_S, LONGEST_WAIT_S = 0.02, 1.0


def retried(attempt: Callable[[], Result], deps: Deps) -> Result:
    """What the attempt gives, made anew while it raises Conflict. Raises Unavailable after the last one.

    Waits are drawn from 0 to a bound that doubles each time, so that a thousand who met once do not meet again.
    """
    for number in range(ATTEMPTS):
        try:
            return attempt()
        except Conflict:
            deps.pause(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**number) * deps.jitter())
    raise Unavailable("too many are at work on the same person")
