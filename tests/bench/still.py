"""An AWS that answers at once, in a process of its own, so that what is measured is the function and nothing else.

    with StillAws({("pk", "sk"): item}) as aws:
        aws.url, aws.counted()

It speaks the JSON protocol of DynamoDB and SSM: `GetItem` finds the items it was given, `PutItem` keeps keys and
refuses a second one where the condition asks for it, `UpdateItem` gives the key, `BatchGetItem` a claim for each key,
anything else is answered `{}`.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from zlib import crc32

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


class Cloud:
    """What is there, and what was asked for."""

    def __init__(self, items: list[list[Any]]) -> None:
        self.items = {(pk, sk): item for pk, sk, item in items}
        self.put: set[tuple[str, str]] = set()
        self.calls: Counter[str] = Counter()
        self.parts: Counter[str] = Counter()

    def told(self) -> dict[str, Any]:
        """What was counted since this was last asked."""
        told = {"calls": dict(self.calls), "parts": dict(self.parts)}
        self.calls.clear()
        self.parts.clear()
        return told

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of the reply to one call of AWS's JSON protocol."""
        self.calls[operation] += 1
        self.parts[operation] += parts_of(operation, body)
        if operation == "GetParameter":
            return 200, {"Parameter": {"Name": body["Name"], "Value": SECRET}}
        place = body.get("Key") or body.get("Item") or {}
        key = (place.get("pk", {}).get("S", ""), place.get("sk", {}).get("S", ""))
        if operation == "GetItem":
            found = self.items.get(key)
            return 200, {"Item": found} if found else {}
        if operation == "PutItem" and "ConditionExpression" in body and key in self.put:
            return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": ""}
        if operation == "PutItem":
            self.put.add(key)
        if operation == "UpdateItem" and "ReturnValues" in body:
            return 200, {"Attributes": body["Key"] | {"marks": {"BS": []}}}
        if operation == "BatchGetItem":
            asked = body["RequestItems"].items()
            return 200, {"Responses": {name: [key | CLAIMED for key in each["Keys"]] for name, each in asked}}
        if operation == "Query":
            return 200, {"Items": []}
        return 200, {}


class Connection(asyncio.Protocol):
    """HTTP/1.1 on one connection: each request is answered as soon as it is here whole.

    Python's own server reads a head as that of an e-mail. It would take longer than the function that is measured,
    which shares caches and clock with it.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._here = cloud, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Answers what is here whole."""
        self._here += data
        while (end := self._here.find(b"\r\n\r\n") + 4) > 3:
            head = self._here[:end]
            length = LENGTH.search(head)
            whole = end + (int(length[1]) if length else 0)
            if len(self._here) < whole:
                return
            body, self._here = self._here[end:whole], self._here[whole:]
            target = TARGET.search(head)
            reply = self._cloud.answer(target[1].decode(), json.loads(body)) if target else (200, self._cloud.told())
            self._transport.write(written(*reply))


LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
TARGET = re.compile(rb"\r\nx-amz-target: *\w+\.(\w+)\r\n", re.IGNORECASE)


def written(status: int, value: dict[str, Any]) -> bytes:
    """A reply, with the headers that AWS sends."""
    content = json.dumps(value).encode()
    headers = {
        "Server": "Server",
        "Date": "Fri, 01 Mar 2024 10:00:00 GMT",
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(content)),
        "Connection": "keep-alive",
        "x-amzn-RequestId": "A" * 52,
        "x-amz-crc32": str(crc32(content)),
    }
    lines = "".join(f"{name}: {header}\r\n" for name, header in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode() + content


def parts_of(operation: str, body: dict[str, Any]) -> int:
    """Items or messages of one call."""
    if operation == "BatchGetItem":
        return sum(len(asked["Keys"]) for asked in body["RequestItems"].values())
    return len(body.get("TransactItems", body.get("Entries", "1")))


async def serve(cloud: Cloud) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(cloud), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Cloud(json.loads(sys.stdin.readline()))))
