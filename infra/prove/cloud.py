"""The cloud the functions are proved against: the engine with `infra/data.yaml` in it, behind a door.

The engine allows everything; the door lets a function do what the policy of its role allows, and nothing else.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra.local import claims
from infra.local.children import Child, python_module
from infra.local.environment import ACCOUNT, REGION, inherited
from infra.local.resources import TEMPLATE, client
from infra.local.stack import ENGINE_SETTINGS, engine_python
from infra.prove.policy import Deed, Policy, deeds

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
}
SECONDS_TO_START = 30.0
CALLER = re.compile(r"app/(\S+)")
"""Who calls: what boto3 adds to its User-Agent from AWS_SDK_UA_APP_ID."""
HOP_BY_HOP = ("connection", "content-length", "date", "server", "transfer-encoding")


class Cloud:
    """The engine in a process of ours and the door before it."""

    def __init__(self, home: Path, stage: str) -> None:
        self._socket = claims.listen(0)
        self.engine = claims.url(self._socket)
        lifeline, self._line_held = os.pipe()
        descriptors = (lifeline, self._socket.fileno())
        options = ("--lifeline", str(lifeline), "--socket", str(self._socket.fileno()), "--state", str(home / "state"))
        command = python_module(engine_python(), "infra.local.engine", *options)
        self._child = Child("engine", command, inherited(os.environ) | ENGINE_SETTINGS, descriptors, home / "log")
        self._child.start()
        self._lifeline = lifeline
        self._wait()
        self._build(stage)
        self.policies: dict[str, Policy] = {}
        self.refused: list[tuple[str, Deed]] = []
        self._door = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (Door,), {"cloud": self}))
        self._door.daemon_threads = True
        threading.Thread(target=self._door.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._door.server_address[1]}"

    def _wait(self) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and not self._child.died():
            try:
                urllib.request.urlopen(f"{self.engine}/_ministack/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the engine did not start:\n{self._child.last_words()}")

    def _build(self, stage: str) -> None:
        """What stands before the services' stacks do: tables, queues, the topic; and what people set by hand."""
        formation = client("cloudformation", self.engine)
        formation.create_stack(
            StackName=f"etincelle-{stage}-data",
            TemplateBody=TEMPLATE.read_text(),
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": stage}],
        )
        formation.get_waiter("stack_create_complete").wait(
            StackName=f"etincelle-{stage}-data", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        client("ssm", self.engine).put_parameter(Name=f"/etincelle/{stage}/secret", Type="SecureString", Value="0" * 64)

    def client(self, service: str) -> Any:
        """A boto3 client that goes straight to the engine, past the door."""
        return client(service, self.engine)

    def close(self) -> None:
        self._door.shutdown()
        self._door.server_close()
        self._child.stop()
        for descriptor in (self._lifeline, self._line_held):
            os.close(descriptor)
        self._socket.close()


class Door(BaseHTTPRequestHandler):
    """Hands each request that is allowed on to the engine, as it is."""

    cloud: Cloud
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        """Every call of AWS that the functions make is a POST."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        caller = found[1] if (found := CALLER.search(self.headers["User-Agent"])) else ""
        policy = self.cloud.policies[caller]
        done = deeds(self.path, self.headers.get("X-Amz-Target", ""), body)
        refused = [deed for deed in done if not policy.allows(deed)]
        self.cloud.refused += [(caller, deed) for deed in refused]
        if refused:
            words = {"__type": "AccessDeniedException", "message": f"{caller} may not {refused[0]}"}
            self._reply(403, [("Content-Type", "application/x-amz-json-1.0")], json.dumps(words).encode())
        else:
            self._hand_on(body)

    def _hand_on(self, body: bytes) -> None:
        engine = http.client.HTTPConnection(self.cloud.engine.removeprefix("http://"), timeout=30)
        engine.request("POST", self.path, body, dict(self.headers.items()))
        reply = engine.getresponse()
        self._reply(reply.status, reply.getheaders(), reply.read())
        engine.close()

    def _reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing: what was refused is noted."""
