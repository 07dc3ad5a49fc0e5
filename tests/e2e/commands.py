"""`etincelle run` as a process of its own, as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class Command:
    """`etincelle run` without its sample, on a free port, in a folder of its own."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home = home
        settings = os.environ | {"ETINCELLE_HOME": str(home), "COLUMNS": "200"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "run", "--no-sample", *options],
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """Where it answers, once it says so."""
        assert self.process.stdout
        for line in self.process.stdout:
            if "runs at" in line:
                return line.split()[-1]
        raise AssertionError(self.process.communicate())

    def children(self) -> list[int]:
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]
