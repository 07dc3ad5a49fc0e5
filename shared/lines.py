"""Connections that are kept, and HTTP/1.1 on them as AWS's JSON services speak it: a request is a POST to `/`.

http.client reads the head of a reply as that of an e-mail, which takes more CPU than all the rest of a call, and
sends head and body apart. Connections, and with them TLS, are still its own.
"""

from __future__ import annotations

import functools
import http.client
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from socket import socket
from urllib.parse import urlsplit

CONNECT_S, REPLY_S = 2.0, 5.0
"""Waited for at the most: half of what a function that answers people has, so that another attempt has room."""
IDLE = timedelta(seconds=30)
"""A connection that was quiet for longer is not used again: a process that was put to sleep wakes up with dead ones."""
BROKEN = (OSError, http.client.HTTPException)
"""What a connection raises that is no use any more."""
LONGEST_HEAD = 65_536
"""Bytes of a reply's status and headers, and so many are read at once."""


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
        self._replies: Replies | None = None
        self._awaits, self._used_at = False, now()

    def send(self, headers: str, body: bytes) -> None:
        """Sends a request; on a new connection where nobody received the last one's reply, or that was long ago.

        headers: their lines, each with its end.
        """
        if self._awaits or self._now() - self._used_at > IDLE:
            self.close()
        if self._replies is None:
            self._connection.connect()
            self._connection.sock.settimeout(REPLY_S)
            self._replies = Replies(self._connection.sock)
        head = f"POST / HTTP/1.1\r\n{headers}content-length: {len(body)}\r\n\r\n"
        self._awaits = True
        self._connection.sock.sendall(head.encode("latin-1") + body)

    def receive(self) -> tuple[int, bytes]:
        """The status and the body of the reply."""
        if self._replies is None:
            raise http.client.NotConnected
        status, headers = self._replies.head()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            content = b"".join(self._replies.chunks())
        else:
            content = self._replies.exactly(int(headers.get("content-length", 0)))
        self._awaits, self._used_at = False, self._now()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, content

    def close(self) -> None:
        """Lets go of it; the next request makes a new one."""
        self._replies, self._awaits = None, False
        self._connection.close()


class Replies:
    """What comes in on a connection, of which more may be here already than was asked for."""

    def __init__(self, connection: socket) -> None:
        self._connection, self._here = connection, b""

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers, with lower-case names. Raises HTTPException where that is no head of a reply."""
        first, *lines = self._until(b"\r\n\r\n").split("\r\n")
        version, _, status = first.partition(" ")
        if not version.startswith("HTTP/1.") or not status[:3].isdigit():
            raise http.client.BadStatusLine(version)
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return int(status[:3]), headers

    def chunks(self) -> Iterator[bytes]:
        """The parts of a body whose length was not known when it began."""
        while size := int(self._until(b"\r\n").partition(";")[0], 16):
            yield self.exactly(size)
            self._until(b"\r\n")
        while self._until(b"\r\n"):
            pass

    def exactly(self, size: int) -> bytes:
        parts, missing = [self._here[:size]], size - len(self._here)
        self._here = self._here[size:]
        while missing > 0:
            part = self._more()
            parts.append(part[:missing])
            self._here = part[missing:]
            missing -= len(part)
        return b"".join(parts)

    def _until(self, end: bytes) -> str:
        """What comes before this, which is passed over."""
        while (place := self._here.find(end)) < 0:
            if len(self._here) > LONGEST_HEAD:
                raise http.client.LineTooLong("a reply's head")
            self._here += self._more()
        found, self._here = self._here[:place], self._here[place + len(end) :]
        return found.decode("latin-1")

    def _more(self) -> bytes:
        if part := self._connection.recv(LONGEST_HEAD):
            return part
        raise http.client.RemoteDisconnected("the connection ended within a reply")
