"""Connections that are kept, and HTTP/1.1 on them as AWS's JSON services speak it: a request is a POST to `/`.

http.client reads the head of a reply as that of an e-mail, which takes more CPU than all the rest of a call, and
sends head and body apart. Connections, and with them TLS, are still its own.
"""

from __future__ import annotations

import functools
import http.client
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from urllib.parse import urlsplit

CONNECT_S, REPLY_S = 2.0, 5.0
"""Waited for at the most: half of what a function that answers people has, so that another attempt has room."""
IDLE = timedelta(seconds=30)
"""A connection that was quiet for longer is not used again: a process that was put to sleep wakes up with dead ones."""
BROKEN = (OSError, http.client.HTTPException)
"""What a connection raises that is no use any more."""
LONGEST_LINE = 65_536


@dataclass(frozen=True)
class Endpoint:
    """Where a service is. url: such as `https://dynamodb.eu-west-1.amazonaws.com`."""

    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is made when it is first used."""
        if self.url.startswith("https:"):
            return http.client.HTTPSConnection(self.host, timeout=CONNECT_S, context=trusted())
        return http.client.HTTPConnection(self.host, timeout=CONNECT_S)


@functools.cache
def trusted() -> ssl.SSLContext:
    """Whom TLS trusts. Reading the system's certificates takes 40 ms of CPU: once for all connections."""
    return ssl.create_default_context()


class Line:
    """One connection, made when it is first used and again after it broke. Every method may raise one of BROKEN."""

    def __init__(self, endpoint: Endpoint, now: Callable[[], datetime]) -> None:
        self._connection, self._now = endpoint.connect(), now
        self._replies: BinaryIO | None = None
        self._awaits, self._used_at = False, now()

    def send(self, headers: Mapping[str, str], body: bytes) -> None:
        """Sends a request; on a new connection where nobody received the last one's reply, or that was long ago."""
        if self._awaits or self._now() - self._used_at > IDLE:
            self.close()
        if self._replies is None:
            self._connection.connect()
            self._connection.sock.settimeout(REPLY_S)
            self._replies = self._connection.sock.makefile("rb")
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        head = f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n"
        self._awaits = True
        self._connection.sock.sendall(head.encode("latin-1") + body)

    def receive(self) -> tuple[int, bytes]:
        """The status and the body of the reply."""
        if self._replies is None:
            raise http.client.NotConnected
        status, headers = head_of(self._replies)
        if headers.get("transfer-encoding", "").lower() == "chunked":
            content = b"".join(chunks(self._replies))
        else:
            content = exactly(int(headers.get("content-length", 0)), self._replies)
        self._awaits, self._used_at = False, self._now()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, content

    def close(self) -> None:
        """Lets go of it; the next request makes a new one."""
        if self._replies is not None:
            self._replies.close()
            self._replies = None
        self._awaits = False
        self._connection.close()


def head_of(replies: BinaryIO) -> tuple[int, dict[str, str]]:
    """Status and headers, with lower-case names. Raises HTTPException where that is no head of a reply."""
    version, _, status = line_of(replies).partition(" ")
    if not version.startswith("HTTP/1.") or not status[:3].isdigit():
        raise http.client.BadStatusLine(version)
    headers = {}
    while line := line_of(replies):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return int(status[:3]), headers


def chunks(replies: BinaryIO) -> list[bytes]:
    """The parts of a body whose length was not known when it began."""
    found = []
    while size := int(line_of(replies).partition(";")[0], 16):
        found.append(exactly(size, replies))
        line_of(replies)
    while line_of(replies):
        pass
    return found


def line_of(replies: BinaryIO) -> str:
    line = replies.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise http.client.RemoteDisconnected("the connection ended within a reply's head")
    return line.strip().decode("latin-1")


def exactly(size: int, replies: BinaryIO) -> bytes:
    content = replies.read(size)
    if len(content) < size:
        raise http.client.IncompleteRead(content, size - len(content))
    return content
