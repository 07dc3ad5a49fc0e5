"""A small HTTP/1.1 server that no request can hang: bounded bodies, one deadline a request, one write an answer.

Keep-alive and a thread a connection. Answers leave in a single write with Nagle's algorithm off; two writes
would cost 40 ms each on a laptop.
"""

from __future__ import annotations

import io
import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST_BODY = 6_000_000
"""Bytes; API Gateway and Lambda take about as much."""
SECONDS_A_REQUEST = 20.0
SECONDS_IDLE = 60.0
SECONDS_DRAINING = 2.0
MOST_CONNECTIONS = 256
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A request as it came. target: path with query, still encoded; client: the address it came from."""

    method: str
    target: str
    headers: Message
    body: bytes
    client: str


@dataclass(frozen=True)
class Answer:
    """What goes back. headers: pairs, since some come more than once."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Refusal(Exception):
    """The request cannot be taken; the connection is closed after the answer."""

    status: int
    detail: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=())


def problem(status: int, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """RFC 9457, as the services themselves answer."""
    title = HTTPStatus(status).phrase
    code = title.lower().replace(" ", "_")
    content = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    return Answer(status, json.dumps(content).encode(), (("Content-Type", "application/problem+json"), *headers))


class Deadline(io.RawIOBase):
    """Reads from a socket until a moment that whoever sends cannot put off byte by byte."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self.until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.settimeout(remaining)
        return self._connection.recv_into(buffer)


class Connection(BaseHTTPRequestHandler):
    """One connection: request after request, each within its deadline."""

    protocol_version = "HTTP/1.1"
    server: Server
    rfile: io.BufferedReader
    wfile: io.BytesIO

    def setup(self) -> None:
        self.connection = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline = Deadline(self.connection)
        self.rfile = io.BufferedReader(self._deadline)
        self.wfile = io.BytesIO()
        self._unread = False

    def handle_one_request(self) -> None:
        self._deadline.until = time.monotonic() + SECONDS_IDLE
        try:
            self.rfile.peek(1)
            self._deadline.until = time.monotonic() + SECONDS_A_REQUEST
            super().handle_one_request()
            self._flush()
        except (TimeoutError, OSError):
            self.close_connection = True

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET` and its like: every method is answered in one place."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        try:
            asked = Asked(self.command, self.path, self.headers, self._body(), self.client_address[0])
            answer = self.server.respond(asked)
        except Refusal as refusal:
            self.close_connection = self._unread = True
            answer = problem(refusal.status, refusal.detail, refusal.headers)
        except TimeoutError:
            self.close_connection = True
            answer = problem(408, "the request came too slowly")
        except Exception:
            log.exception("unexpected")
            answer = problem(500, "")
        self._write(answer)

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _flush(self) -> None:
        answer = self.wfile.getvalue()
        self.wfile = io.BytesIO()
        if answer:
            self.connection.settimeout(SECONDS_A_REQUEST)
            self.connection.sendall(answer)
        if self._unread:
            self._drain()

    def _drain(self) -> None:
        """Reads on for a moment: closing on a sender would take the answer from it."""
        self.connection.shutdown(socket.SHUT_WR)
        self._deadline.until = time.monotonic() + SECONDS_DRAINING
        while self.rfile.read1(65536):
            pass

    def handle_expect_100(self) -> bool:
        """Asks for the body at once, unless it is known to be too large already."""
        self._length()
        self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _body(self) -> bytes:
        """Raises Refusal where the body is too large or its length unclear."""
        if "transfer-encoding" in self.headers:
            return self._chunks()
        length = self._length()
        body = self.rfile.read(length)
        if len(body) < length:
            raise Refusal(400, "the body is shorter than announced")
        return body

    def _length(self) -> int:
        lengths = self.headers.get_all("content-length") or ["0"]
        if len(set(lengths)) > 1 or not lengths[0].isascii() or not lengths[0].isdigit():
            raise Refusal(400, "Content-Length is not one whole number")
        if len(lengths[0]) > 9 or int(lengths[0]) > LARGEST_BODY:
            raise Refusal(413, f"at most {LARGEST_BODY} bytes are taken")
        return int(lengths[0])

    def _chunks(self) -> bytes:
        coding = self.headers.get("transfer-encoding", "")
        if coding.lower() != "chunked" or "content-length" in self.headers:
            raise Refusal(400, "Transfer-Encoding is not understood")
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > LARGEST_BODY:
                raise Refusal(413, f"at most {LARGEST_BODY} bytes are taken")
            body += self.rfile.read(size)
            self.rfile.readline(3)
        while self.rfile.readline(65537).strip():
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        """The length of the next chunk; 0 after the last."""
        digits = self.rfile.readline(100).partition(b";")[0].strip()
        if not digits or len(digits) > 8 or any(digit not in b"0123456789abcdefABCDEF" for digit in digits):
            raise Refusal(400, "the chunked body cannot be read")
        return int(digits, 16)

    def send_error(self, code: int, message: str | None = None, _: str | None = None) -> None:
        """Answers what could not even be read as a request."""
        self.close_connection = True
        self.requestline = getattr(self, "requestline", "")
        self.request_version = self.protocol_version
        self.command = self.command or ""
        self._write(problem(code, message or ""))

    def version_string(self) -> str:
        return "etincelle"

    def log_message(self, format: str, *args: object) -> None:
        log.debug(format, *args)


class Server(ThreadingHTTPServer):
    """Serves on a socket that somebody else has bound; at most so many connections, the rest wait."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listening: socket.socket, respond: Callable[[Asked], Answer]) -> None:
        super().__init__(listening.getsockname()[:2], Connection, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self._respond = respond
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._answering = threading.Semaphore(0)

    def respond(self, asked: Asked) -> Answer:
        self._answering.release()
        try:
            return self._respond(asked)
        finally:
            self._answering.acquire()

    def stop(self, patience: float) -> None:
        """Takes no more connections, and gives the requests being answered so many seconds. From another thread."""
        self.shutdown()
        until = time.monotonic() + patience
        while self._answering.acquire(blocking=False) and time.monotonic() < until:
            self._answering.release()
            time.sleep(0.01)
        time.sleep(0.02)  # for the last answer to leave

    def verify_request(self, _request: object, _client_address: object) -> bool:
        """Refuses a connection beyond the most there may be, as a server that is full does."""
        return self._room.acquire(blocking=False)

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._room.release()

    def handle_error(self, _request: object, _client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            log.exception("a connection ended unexpectedly")
