"""Connections that are kept, and HTTP/1.1 on them as AWS's JSON services speak it: a request is a POST to `/`.

http.client reads the head of a reply as that of an e-mail, which takes more CPU than all the rest of a call, and
sends head and body apart. Connections, and with them TLS, are still its own.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

TIMEOUT_S = 20.0
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
        is_secure = self.url.startswith("https:")
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        return kind(self.host, timeout=TIMEOUT_S)


class Line:
    """One connection, made when it is first used and again after it broke. Every method may raise one of BROKEN."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._connection = endpoint.connect()
        self._replies: BinaryIO | None = None
        self._awaits = False

    def send(self, headers: Mapping[str, str], body: bytes) -> None:
        """Sends a request. Where nobody received the last one's reply, it goes on a new connection."""
        if self._awaits:
            self.close()
        if self._replies is None:
            self._connection.connect()
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
        self._awaits = False
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
