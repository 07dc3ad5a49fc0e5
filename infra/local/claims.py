"""What only one local stack may have at a time: its folder, by a lock that its children hold too, and its port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from pathlib import Path

LOCK = "lock"
PATIENCE = 12.0
"""Seconds the children of a killed stack may take to save and go."""


class InUse(Exception):
    """Another stack runs on this folder. pid: its process."""

    def __init__(self, home: Path, pid: int) -> None:
        super().__init__(
            f"Étincelle already runs on {home} (process {pid}). Stop that one first, "
            "or set ETINCELLE_HOME to another folder."
        )


class PortTaken(Exception):
    """Somebody listens on the port already."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} is taken by another program. Choose another one: etincelle run --port {port + 1}"
        )


def lock(home: Path) -> int:
    """The descriptor of the folder's lock, held until every process that has it has ended. Raises InUse."""
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + PATIENCE
    while not locked(descriptor):
        holder = int(os.pread(descriptor, 20, 0) or b"0")
        if alive(holder) or time.monotonic() > until:
            os.close(descriptor)
            raise InUse(home, holder)
        time.sleep(0.05)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def listen(port: int) -> socket.socket:
    """A listening socket on the loopback address, for a child to serve on; port 0 takes a free one.

    It stays open while a child is started again, so that callers wait instead of failing. Raises PortTaken.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(port) from None
        raise
    return listening


def url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"
