"""DynamoDB, SQS and SSM by their JSON protocol, called as boto3's clients are: `client("dynamodb").put_item(…)`.

boto3 takes as long to load as everything else of a cold start together, and half of a warm answer; these calls need
none of what it is for. All other services are called by boto3, loaded when they are first needed.
"""

from __future__ import annotations

import functools
import http.client
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from shared.settings import Environment
from shared.signing import Signer

TARGETS = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS", "ssm": "AmazonSSM"}
VERSIONS = {"dynamodb": "1.0", "sqs": "1.0", "ssm": "1.1"}
WAITS_S = (0.05, 0.1, 0.2, 0.4)
"""Before each further attempt, at the most: full jitter."""
TIMEOUT_S = 20.0
PASSES = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
    "RequestThrottled",
    "ThrottledException",
}
"""Refusals that pass, as every 5xx may."""
BROKEN = (OSError, http.client.HTTPException)
RandomBytes = Callable[[int], bytes]


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
        return self.code in PASSES or self.status >= 500


class AwsUnreachable(Exception):
    """No reply came, so that nobody knows whether the request was carried out."""


@dataclass(frozen=True)
class Endpoint:
    """Where a service is. url: such as `https://dynamodb.eu-west-1.amazonaws.com`."""

    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is made when it is first used, and kept."""
        is_secure = self.url.startswith("https:")
        kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        return kind(self.host, timeout=TIMEOUT_S)


class JsonClient:
    """One service. Each operation is a method, named and told as boto3's; each thread has its own connection."""

    def __init__(
        self, service: str, endpoint: Endpoint, signer: Signer, random_bytes: RandomBytes, agent: str = "etincelle"
    ) -> None:
        self._target, self._endpoint, self._signer, self._random_bytes = (
            TARGETS[service],
            endpoint,
            signer,
            random_bytes,
        )
        self._headers = {
            "content-type": f"application/x-amz-json-{VERSIONS[service]}",
            "host": endpoint.host,
            "user-agent": agent,
        }
        self._local = threading.local()

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return functools.partial(self._call, "".join(part.capitalize() for part in name.split("_")))

    def _call(self, operation: str, /, **request: Any) -> dict[str, Any]:
        """The reply. Raises AwsRefused, AwsUnreachable."""
        if operation == "TransactWriteItems":
            request.setdefault("ClientRequestToken", self._random_bytes(16).hex())
        body = json.dumps(request, default=base64_text, separators=(",", ":")).encode()
        for wait_s in WAITS_S:
            try:
                return self._tried(operation, body)
            except AwsRefused as refusal:
                if not refusal.passes:
                    raise
            except AwsUnreachable:  # what was kept from an earlier call may be no more; the next one is new
                pass
            time.sleep(wait_s * self._random_bytes(1)[0] / 255)
        return self._tried(operation, body)

    def _tried(self, operation: str, body: bytes) -> dict[str, Any]:
        connection = self._connection()
        headers = self._signer.signed({**self._headers, "x-amz-target": f"{self._target}.{operation}"}, body)
        try:
            connection.request("POST", "/", body, headers)
            reply = connection.getresponse()
            content = reply.read()
        except BROKEN as error:
            connection.close()  # the next request makes a new one
            raise AwsUnreachable(f"{operation}: {type(error).__name__}") from error
        if reply.status != 200:
            raise refused(operation, reply.status, content)
        value: dict[str, Any] = json.loads(content or b"{}")
        return value

    def _connection(self) -> http.client.HTTPConnection:
        if getattr(self._local, "connection", None) is None:
            self._local.connection = self._endpoint.connect()
        connection: http.client.HTTPConnection = self._local.connection
        return connection


def base64_text(value: Any) -> str:
    """Bytes as the protocol writes them. Raises TypeError for what it cannot write."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be sent")


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


def by_boto3(service: str, **settings: Any) -> Callable[[], Any]:
    """Makes boto3's client of any other service, once it is called for. settings: of botocore's `Config`."""

    @functools.cache
    def made() -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(service, config=Config(**settings))

    return made
