"""AWS's JSON protocol on one keep-alive connection: pollers ask twenty times a second, which boto3 makes costly.

What comes back is the wire's own shape, bytes as base64 text and times as numbers, which is also the shape in
which Lambda hands records to a function.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from infra.local.environment import REGION

DYNAMODB = "DynamoDB_20120810"
STREAMS = "DynamoDBStreams_20120810"
QUEUES = "AmazonSQS"
FORGET = "/_etincelle/forget"
"""A page of the engine as `infra.local.engine` runs it: it forgets mails, and records of streams that were read."""
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential=local/20200101/{REGION}/local/aws4_request, Signature=none"


class Away(Exception):
    """The engine did not answer: it is starting again, or stopping."""


class EngineError(Exception):
    """The engine refused. code: the exception's name on AWS."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Wire:
    """One connection to the engine, for one thread."""

    def __init__(self, endpoint: str, timeout: float = 30.0) -> None:
        address = urlsplit(endpoint)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """The reply of one operation. Raises EngineError or Away; after Away the same may be asked again."""
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{service}.{operation}",
            "Authorization": AUTHORIZATION,
        }
        try:
            self._connection.request("POST", "/", json.dumps(arguments).encode(), headers)
            reply = self._connection.getresponse()
            body = json.loads(reply.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise Away(str(error)) from error
        if reply.status >= 300:
            code = str(body.get("__type", reply.status)).rpartition("#")[2]
            raise EngineError(code, str(body.get("message") or body.get("Message") or ""))
        return body if isinstance(body, dict) else {}

    def get(self, path: str) -> Any:
        """The JSON value of one of the engine's own pages. Raises Away."""
        return self._ask("GET", path)

    def post(self, path: str) -> Any:
        """The same of one that does something."""
        return self._ask("POST", path)

    def _ask(self, method: str, path: str) -> Any:
        try:
            self._connection.request(method, path)
            return json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise Away(str(error)) from error
