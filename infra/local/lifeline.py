"""A child dies with its parent, however the parent dies: it holds the reading end of a pipe that then closes.

Works on every Unix and whichever thread started the child, unlike PR_SET_PDEATHSIG. Standard library only: the
engine's own Python imports it too.
"""

from __future__ import annotations

import os
import signal
import threading
import time

PATIENCE = 10.0
"""Seconds a child has to stop in good order before it is killed."""


def hold(reading_end: int) -> None:
    """From now on this process ends, first in good order and then at once, when the writing end has closed."""
    threading.Thread(target=_watch, args=(reading_end,), daemon=True, name="lifeline").start()


def _watch(reading_end: int) -> None:
    while os.read(reading_end, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)
