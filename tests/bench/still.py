"""An AWS that answers at once, in a process of its own, so that what is measured is the function and nothing else.

    with StillAws({("pk", "sk"): item}) as aws:
        aws.url, aws.counted()

It speaks the JSON protocol of DynamoDB and SSM: `GetItem` finds the items it was given, `PutItem` keeps keys and
refuses a second one where the condition asks for it, `UpdateItem` gives the key, `BatchGetItem` a claim for each key,
anything else is answered `{}`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shared.dynamo import marshal_item

SECRET = "s" * 44
CLAIMED = marshal_item({"claimed_to": 1})


class StillAws:
    """The server's process. items: what `GetItem` finds, by partition and sort key."""

    def __init__(self, items: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        self._items = [[pk, sk, marshal_item(item)] for (pk, sk), item in items.items()]

    def __enter__(self) -> StillAws:
        command = [sys.executable, "-m", "tests.bench.still"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(self._items) + "\n")
        self._process.stdin.flush()
        self.url = self._process.stdout.readline().strip()
        return self

    def counted(self) -> dict[str, int]:
        """How often each operation was asked for since this was last asked."""
        return self.told()["calls"]

    def told(self) -> dict[str, dict[str, int]]:
        """What was asked for since this was last asked, by operation: calls, and the items and messages in them."""
        with urllib.request.urlopen(self.url) as reply:
            counts: dict[str, dict[str, int]] = json.load(reply)
        return counts

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


class Server(ThreadingHTTPServer):
    """What the handlers share."""

    daemon_threads = True
    items: dict[tuple[str, str], dict[str, Any]]
    put: set[tuple[str, str]]
    counts: Counter[str]
    parts: Counter[str]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a process that has been measured is ended in the middle of its connection."""


class Handler(BaseHTTPRequestHandler):
    """One write a reply, without Nagle's delay."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """What was counted."""
        self._reply(200, {"calls": dict(self.server.counts), "parts": dict(self.server.parts)})
        self.server.counts.clear()
        self.server.parts.clear()

    def do_POST(self) -> None:
        """One call of AWS's JSON protocol."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.server.counts[operation] += 1
        self.server.parts[operation] += parts_of(operation, body)
        self._reply(*self._answer(operation, body))

    def _answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if operation == "GetParameter":
            return 200, {"Parameter": {"Name": body["Name"], "Value": SECRET}}
        place = body.get("Key") or body.get("Item") or {}
        key = (place.get("pk", {}).get("S", ""), place.get("sk", {}).get("S", ""))
        if operation == "GetItem":
            found = self.server.items.get(key)
            return 200, {"Item": found} if found else {}
        if operation == "PutItem" and "ConditionExpression" in body and key in self.server.put:
            return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": ""}
        if operation == "PutItem":
            self.server.put.add(key)
        if operation == "UpdateItem" and "ReturnValues" in body:
            return 200, {"Attributes": body["Key"] | {"marks": {"BS": []}}}
        if operation == "BatchGetItem":
            asked = body["RequestItems"].items()
            return 200, {"Responses": {name: [key | CLAIMED for key in each["Keys"]] for name, each in asked}}
        if operation == "Query":
            return 200, {"Items": []}
        return 200, {}

    def _reply(self, status: int, value: dict[str, Any]) -> None:
        content = json.dumps(value).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("x-amzn-RequestId", "A" * 52)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


def parts_of(operation: str, body: dict[str, Any]) -> int:
    """Items or messages of one call."""
    if operation == "BatchGetItem":
        return sum(len(asked["Keys"]) for asked in body["RequestItems"].values())
    return len(body.get("TransactItems", body.get("Entries", "1")))


def main() -> None:
    server = Server(("127.0.0.1", 0), Handler)
    server.items = {(pk, sk): item for pk, sk, item in json.loads(sys.stdin.readline())}
    server.put, server.counts, server.parts = set(), Counter(), Counter()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
