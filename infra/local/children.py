"""Child processes that cannot outlive us: started, watched, stopped, and their last words kept in a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 8.0
"""Seconds a child may take to stop in good order."""


@dataclass
class Child:
    """One process. inherits: descriptors it gets, the lifeline among them; log: where its output goes."""

    name: str
    command: Sequence[str]
    settings: Mapping[str, str]
    inherits: tuple[int, ...]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts it; its log begins anew with the first start and goes on with the next ones."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if self.process else "wb") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**self.settings, "PYTHONPATH": os.pathsep.join([str(ROOT), *foreign_paths()])},
                pass_fds=self.inherits,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the parent, which stops its children in order
            )

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """In good order if it can be had, else at once."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of what it said; empty where it said nothing."""
        if not self.log.exists():
            return ""
        with self.log.open(errors="replace") as text:
            return "".join(deque(text, lines)).strip()


def foreign_paths() -> list[str]:
    """Where this process finds modules beside its own installation: tests bring services of their own."""
    given = os.environ.get("PYTHONPATH", "")
    return [path for path in given.split(os.pathsep) if path]


def python_module(python: str | None, module: str, *arguments: str) -> list[str]:
    """A command that runs a module of ours; by this same Python where none is named."""
    return [python or sys.executable, "-m", module, *arguments]
