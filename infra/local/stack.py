"""The whole local stack as one value: engine, gateway and worker as children of this process.

`start` builds everything, `check` starts again whatever died, `stop` saves and ends. The command line and the
tests use the same one.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import bindings, claims, notes, resources, wire
from infra.local.children import ROOT, Child, python_module
from infra.local.environment import environment, inherited

Say = Callable[[str], None]
SECONDS_TO_START = 30.0
DEATHS_IN_A_MINUTE = 12
STATE = "state.snapshot"
ENGINE_SETTINGS = {
    "GATEWAY_PORT": "4566",  # part of the names it keeps, not where it listens
    "LOG_LEVEL": "ERROR",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "PERSIST_STATE": "0",  # it saves on a clean stop only, and without streams; we do better
}


class Broken(Exception):
    """A part cannot be started, or dies again and again; says what it said last."""


@dataclass(frozen=True)
class Options:
    """home: the state's folder; port: the gateway's, 0 for a free one; modules: the services' apps.

    settings: environment variables of the services beside the usual ones. kept_seconds: how long a stream's record
    is kept once it was read.
    """

    home: Path
    port: int = 0
    modules: Sequence[str] = field(default_factory=bindings.default_modules)
    settings: dict[str, str] = field(default_factory=dict)
    snapshot_seconds: float = 2.0
    kept_seconds: float = 600.0


class Stack:
    """One running local stack."""

    def __init__(self, options: Options, say: Say = lambda _: None) -> None:
        self.options, self._say = options, say
        self._deaths: deque[float] = deque()
        self._stopped = False

    def start(self) -> None:
        """Raises InUse, PortTaken or Broken; then nothing is left running."""
        home = self.options.home
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = claims.lock(home)
        try:
            self._gateway_socket = claims.listen(self.options.port)
        except claims.PortTaken:
            os.close(self._lock)
            raise
        self._engine_socket = claims.listen(0)
        self.url, self.endpoint = claims.url(self._gateway_socket), claims.url(self._engine_socket)
        self._lifeline, self._line_held = os.pipe()
        self._define_children()
        try:
            self._start_children()
        except BaseException:
            self.stop()
            raise

    def _define_children(self) -> None:
        line = ["--lifeline", str(self._lifeline)]
        state = str(self.options.home / STATE)
        engine = ["--socket", str(self._engine_socket.fileno()), "--state", state]
        engine += ["--seconds", str(self.options.snapshot_seconds), "--kept", str(self.options.kept_seconds)]
        gateway = ["--socket", str(self._gateway_socket.fileno()), "--modules", *self.options.modules]
        base = inherited(os.environ)
        services = base | environment(self.endpoint, self.url, secret(self.options.home)) | self.options.settings
        services |= {"ETINCELLE_HOME": str(self.options.home)}
        self.engine = self._child(
            "engine", python_module(engine_python(), "infra.local.engine", *line, *engine), base | ENGINE_SETTINGS
        )
        self.gateway = self._child("gateway", python_module(None, "infra.local.gateway", *line, *gateway), services)
        worker = python_module(None, "infra.local.worker", *line, "--modules", *self.options.modules)
        self.worker = self._child("worker", worker, services)

    def _child(self, name: str, command: list[str], settings: dict[str, str]) -> Child:
        sockets = {"engine": self._engine_socket, "gateway": self._gateway_socket}
        inherits = (self._lifeline, self._lock, *([sockets[name].fileno()] if name in sockets else []))
        return Child(name, command, settings, inherits, self.options.home / "logs" / f"{name}.log")

    def _start_children(self) -> None:
        self._say("starting the engine")
        self.engine.start()
        self.gateway.start()  # it needs the engine only when somebody asks
        self._wait_for(self.engine, f"{self.endpoint}/_ministack/health")
        self._say("building tables, queues and the topic")
        resources.build(self.endpoint)
        notes.create_table(wire.Wire(self.endpoint))
        self._say("starting the services")
        self.worker.start()
        self._wait_for(self.gateway, f"{self.url}/outbox.json")

    def _wait_for(self, child: Child, url: str) -> None:
        if not self._answers(child, url):
            raise Broken(f"the {child.name} did not start:\n{child.last_words()}")

    def _answers(self, child: Child, url: str) -> bool:
        """Whether a child that was started answers; False where it died again. Raises Broken where it does neither."""
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            if child.died():
                return False
            try:
                urllib.request.urlopen(url, timeout=1).close()
                return True
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise Broken(f"the {child.name} did not answer in {SECONDS_TO_START:.0f} s:\n{child.last_words()}")

    def check(self) -> None:
        """Starts again what died. Raises Broken where that happens again and again."""
        if self.engine.died():
            self._died(self.engine)
            # What they are at rests on writes that are lost: nothing of it may reach the state that comes back.
            self.worker.kill()
            self.gateway.kill()
            self.engine.start()
            if not self._answers(self.engine, f"{self.endpoint}/_ministack/health"):
                return  # the next check begins again
            self.gateway.start()
            self.worker.start()
        for child in (self.gateway, self.worker):
            if child.died():
                self._died(child)
                child.start()

    def _died(self, child: Child) -> None:
        now = time.monotonic()
        self._deaths.append(now)
        while self._deaths[0] < now - 60:
            self._deaths.popleft()
        if len(self._deaths) > DEATHS_IN_A_MINUTE:
            raise Broken(f"the {child.name} dies again and again:\n{child.last_words()}")
        self._say(f"the {child.name} died and is started again")

    def stop(self) -> None:
        """Ends the children in order: nobody writes any more when the engine saves."""
        if self._stopped:
            return
        self._stopped = True
        for child in (self.gateway, self.worker, self.engine):
            child.stop()
        for descriptor in (self._lifeline, self._line_held, self._lock):
            os.close(descriptor)
        self._gateway_socket.close()
        self._engine_socket.close()


def engine_python() -> str:
    """The Python that has the engine. Raises Broken where there is none."""
    named = os.environ.get("ETINCELLE_ENGINE_PYTHON")
    found = Path(named) if named else ROOT / ".engine" / "bin" / "python"
    if not found.exists():
        raise Broken(f"the engine is not installed at {found}; run `make engine` once")
    return str(found)


def secret(home: Path) -> str:
    """The key of this stack's keyed hashes: made once, readable by its owner only."""
    file = home / "secret"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write(secrets.token_hex(32))
    return file.read_text()


def erase(home: Path) -> None:
    """Empties the folder of a stack that does not run. Raises InUse where it does."""
    if home.exists():
        descriptor = claims.lock(home)
        for entry in home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != claims.LOCK:
                entry.unlink()
        os.close(descriptor)
