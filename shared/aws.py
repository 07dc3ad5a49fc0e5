"""DynamoDB, SQS and SSM by their JSON protocol, called as boto3's clients are: `client("dynamodb").put_item(…)`.

boto3 takes as long to load as everything else of a cold start together, and half of a warm answer; these calls need
none of what it is for. All other services are called by boto3, loaded when they are first needed.
"""

from __future__ import annotations

import functools
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.lines import BROKEN, Endpoint, Line
from shared.settings import Environment
from shared.signing import Head, Signer

TARGETS = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS", "ssm": "AmazonSSM"}
VERSIONS = {"dynamodb": "1.0", "sqs": "1.0", "ssm": "1.1"}
WAITS_S = (0.05, 0.1, 0.2, 0.4)
"""Before each further attempt, at the most: full jitter."""
LONG_WAITS_S = (0.2, 0.5, 1.0, 2.0)
"""The same of SSM, which is asked once in a process's life and takes forty requests a second of a whole account."""
LINES = 8
"""Connections of a thread to a service, at the most: so many requests are on their way at once."""
PASSES = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
    "TransactionConflictException",
    "RequestThrottled",
    "ThrottledException",
}
"""Refusals that pass, as every 5xx may."""
THROTTLED = {"None", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction was cancelled that passes, too: by these and no other reason of any of its writes."""
RandomBytes = Callable[[int], bytes]
Outcome = dict[str, Any] | Exception
"""A reply, or what was raised instead."""


class AwsRefused(Exception):
    """AWS refused a request. code: the exception's name there; response: what the reply says, as botocore has it."""

    def __init__(self, operation: str, status: int, code: str, told: Mapping[str, Any]) -> None:
        message = str(told.get("message") or told.get("Message") or "")
        self.status, self.code = status, code
        self.response: dict[str, Any] = {
            **told,
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        super().__init__(f"{operation}: {code}: {message}")

    @property
    def passes(self) -> bool:
        """Whether the same request may be taken a moment later."""
        reasons = {str(one.get("Code")) for one in self.response.get("CancellationReasons") or ()}
        return self.code in PASSES or self.status >= 500 or bool(reasons - {"None"} and reasons <= THROTTLED)


class AwsUnreachable(Exception):
    """No reply came, so that nobody knows whether the request was carried out."""


class JsonClient:
    """One service. Each operation is a method, named and told as boto3's; each thread has its own connections."""

    def __init__(
        self, service: str, endpoint: Endpoint, signer: Signer, random_bytes: RandomBytes, agent: str = "etincelle"
    ) -> None:
        self._target, self._endpoint, self._signer, self._random_bytes = (
            TARGETS[service],
            endpoint,
            signer,
            random_bytes,
        )
        self._waits_s = LONG_WAITS_S if service == "ssm" else WAITS_S
        self._headers = {
            "content-type": f"application/x-amz-json-{VERSIONS[service]}",
            "host": endpoint.host,
            "user-agent": agent,
        }
        self._local = threading.local()

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return functools.partial(self._call, name)

    def together(self, name: str, requests: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """What each of many requests of one operation led to, in their order; several are on their way at once."""
        operation = "".join(part.capitalize() for part in name.split("_"))
        bodies = [self._body(operation, request) for request in requests]
        outcomes = self._tried(operation, bodies)
        for wait_s in self._waits_s:
            again = [place for place, outcome in enumerate(outcomes) if may_pass(outcome)]
            if not again:
                break
            time.sleep(wait_s * self._random_bytes(1)[0] / 255)
            for place, outcome in zip(again, self._tried(operation, [bodies[n] for n in again]), strict=True):
                outcomes[place] = outcome
        return outcomes

    def _call(self, name: str, /, **request: Any) -> dict[str, Any]:
        """The reply. Raises AwsRefused, AwsUnreachable."""
        [outcome] = self.together(name, [request])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _body(self, operation: str, request: Mapping[str, Any]) -> bytes:
        if operation == "TransactWriteItems":
            request = {"ClientRequestToken": self._random_bytes(16).hex(), **request}
        return BODY.encode(request).encode()

    def _tried(self, operation: str, bodies: Sequence[bytes]) -> list[Outcome]:
        """One attempt at each: every line is sent the next one as soon as its reply was read."""
        lines = self._lines(min(len(bodies), LINES))
        head = self._signer.head({**self._headers, "x-amz-target": f"{self._target}.{operation}"})
        outcomes = [sent(line, operation, head, body) for line, body in zip(lines, bodies, strict=False)]
        for place in range(len(bodies)):
            line = lines[place % LINES]
            outcomes[place] = received(line, operation, outcomes[place])
            if place + LINES < len(bodies):
                outcomes.append(sent(line, operation, head, bodies[place + LINES]))
        return outcomes

    def _lines(self, number: int) -> list[Line]:
        """So many connections of this thread."""
        if not hasattr(self._local, "lines"):
            self._local.lines = []
        lines: list[Line] = self._local.lines
        while len(lines) < number:
            lines.append(Line(self._endpoint, self._signer.now))
        return lines


def sent(line: Line, operation: str, head: Head, body: bytes) -> Outcome:
    """Nothing yet, or why it could not be sent."""
    try:
        line.send(head.of(body), body)
    except BROKEN as error:
        return broken(line, operation, error)
    return {}


def received(line: Line, operation: str, outcome: Outcome) -> Outcome:
    """The reply to what was sent. outcome: of sending it."""
    if isinstance(outcome, Exception):
        return outcome
    try:
        status, content = line.receive()
        if status != 200:
            return refused(operation, status, content)
        value: dict[str, Any] = json.loads(content or b"{}")
    except (*BROKEN, ValueError) as error:
        return broken(line, operation, error)
    return value


def together(client: Any, name: str, requests: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """What each of many requests led to, in their order; boto3's clients are asked one by one."""
    if isinstance(client, JsonClient):
        return client.together(name, requests)
    return [outcome_of(getattr(client, name), request) for request in requests]


def outcome_of(operation: Callable[..., dict[str, Any]], request: Mapping[str, Any]) -> Outcome:
    try:
        return operation(**request)
    except Exception as error:
        return error


def may_pass(outcome: Outcome) -> bool:
    """Whether the same request may be taken a moment later.

    Of a connection that was kept from an earlier call there may be no more; the next one is new.
    """
    return isinstance(outcome, AwsUnreachable) or (isinstance(outcome, AwsRefused) and outcome.passes)


def broken(line: Line, operation: str, error: Exception) -> AwsUnreachable:
    line.close()
    unreachable = AwsUnreachable(f"{operation}: {type(error).__name__}")
    unreachable.__cause__ = error
    return unreachable


def base64_text(value: Any) -> str:
    """Bytes as the protocol writes them. Raises TypeError for what it cannot write."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be sent")


BODY = json.JSONEncoder(default=base64_text, separators=(",", ":"), check_circular=False)


def refused(operation: str, status: int, content: bytes) -> AwsRefused:
    """What a reply that is no success says."""
    try:
        told = json.loads(content)
    except ValueError:
        told = {}
    code = str(told.get("__type", status)).rpartition("#")[2]
    return AwsRefused(operation, status, code, told)


def client(
    service: str, environment: Environment, now: Callable[[], datetime], random_bytes: RandomBytes
) -> JsonClient:
    """A service's client, with the credentials that Lambda puts in the environment. random_bytes: as `os.urandom`."""
    region = environment.need("AWS_REGION")
    usual = f"https://{service}.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
    own = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment.get("AWS_ENDPOINT_URL", usual))
    signer = Signer(
        environment.need("AWS_ACCESS_KEY_ID"),
        environment.need("AWS_SECRET_ACCESS_KEY"),
        environment.get("AWS_SESSION_TOKEN", ""),
        region,
        service,
        now,
    )
    agent = f"etincelle app/{environment.get('AWS_SDK_UA_APP_ID', 'none')}"
    return JsonClient(service, Endpoint(own.rstrip("/")), signer, random_bytes, agent)


PATIENCE = {"connect_timeout": 3, "read_timeout": 10, "retries": {"total_max_attempts": 3, "mode": "standard"}}
"""Of boto3's clients: botocore's own, five tries of a minute each, would outlast every function."""
ONE_TRY = PATIENCE | {"retries": {"total_max_attempts": 1, "mode": "standard"}}
"""Of providers that send messages: a try of the client's own, after one whose reply was lost, might send it twice."""


def by_boto3(service: str, settings: Mapping[str, Any] = PATIENCE) -> Callable[[], Any]:
    """Makes boto3's client of any other service, once it is called for. settings: of botocore's `Config`."""

    @functools.cache
    def made() -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(service, config=Config(**settings))

    return made
