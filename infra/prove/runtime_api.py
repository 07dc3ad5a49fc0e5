"""Lambda's Runtime API as one function sees it: hands out invocations, takes their results back.

Every reply is one write on a socket without Nagle's delay; in two writes each call would cost 88 ms.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PREFIX = "/2018-06-01/runtime/"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:etincelle"


class FunctionFailed(Exception):
    """The function, or its import, ended with an error; `report` is what it told Lambda of it."""

    def __init__(self, report: Any) -> None:
        super().__init__(json.dumps(report, indent=1))
        self.report = report


@dataclass
class Invocation:
    """One event on its way through the function. deadline: unix seconds."""

    event: Any
    deadline: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    failed: bool = False


class Server(ThreadingHTTPServer):
    """A thread for each connection; a process that is ended in the middle of one is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


class RuntimeApi:
    """A server on a free loopback port for one function's process."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Invocation] = queue.Queue()
        self._handed_out: dict[str, Invocation] = {}
        self.init_error: Any = None
        self.ready = threading.Event()
        self._server = Server(("127.0.0.1", 0), type("Handler", (Handler,), {"api": self}))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def invoke(self, event: Any, timeout_s: float) -> Any:
        """The function's result. Raises FunctionFailed, and TimeoutError where it takes longer."""
        invocation = Invocation(event, time.time() + timeout_s)
        self._waiting.put(invocation)
        if not invocation.done.wait(timeout_s):
            raise TimeoutError(f"no result in {timeout_s} s")
        if invocation.failed:
            raise FunctionFailed(invocation.result)
        return invocation.result

    def next(self) -> Invocation:
        """The next invocation, as soon as there is one."""
        self.ready.set()
        invocation = self._waiting.get()
        self._handed_out[invocation.id] = invocation
        return invocation

    def finish(self, identifier: str, result: Any, failed: bool) -> None:
        invocation = self._handed_out.pop(identifier)
        invocation.result, invocation.failed = result, failed
        invocation.done.set()

    def fail_init(self, report: Any) -> None:
        self.init_error = report
        self.ready.set()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    """The four calls that a runtime client makes."""

    api: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """`GET invocation/next`: waits for an event."""
        invocation = self.api.next()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }
        self._reply(200, json.dumps(invocation.event).encode(), headers)

    def do_POST(self) -> None:
        """`POST invocation/{id}/response`, `invocation/{id}/error` and `init/error`: takes what came of it."""
        parts = self.path.removeprefix(PREFIX).split("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        result = json.loads(body or b"null")
        if parts[0] == "init":
            self.api.fail_init(result)
        else:
            self.api.finish(parts[1], result, failed=parts[2] == "error")
        self._reply(202, b'{"status": "OK"}', {})

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing: the function's own log is what matters."""
