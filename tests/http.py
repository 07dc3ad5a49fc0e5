"""Asks a Chalice app as API Gateway would: a true REST proxy event in, status, headers and body out.

status, headers, body = ask(app, "POST", "/v1/responses", {"score": 9}, {"Authorization": f"Bearer {key}"})
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from chalice.app import Chalice

STAGE = "test"
REQUEST_ID = "7c3f2d1e-0000-4000-8000-000000000000"


class Reply(NamedTuple):
    """status; headers with lower-case names; body: the JSON value where it is JSON, else the text or bytes."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Context:
    """What Lambda hands a function beside the event."""

    aws_request_id: str = REQUEST_ID
    function_name: str = "etincelle-test"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:etincelle-test"
    log_group_name: str = "/aws/lambda/etincelle-test"
    log_stream_name: str = "2024/03/01/[$LATEST]0"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def ask(app: Chalice, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    """The app's reply. path: may carry a query; body: text and bytes go as they are, anything else as JSON.

    An unknown path or method is answered as API Gateway does, without calling the app: 403.
    """
    resource, captured = matching(app, urlsplit(path).path)
    if resource is None or method not in app.routes[resource]:
        return Reply(403, {"content-type": "application/json"}, {"message": "Missing Authentication Token"})
    event = api_gateway_event(method, path, body, headers or {}) | {"resource": resource, "pathParameters": captured}
    event["requestContext"]["resourcePath"] = resource
    return reply_of(app(event, Context()))


def matching(app: Chalice, path: str) -> tuple[str | None, dict[str, str] | None]:
    """The route a path belongs to, and its decoded parameters; literal parts win over parameters."""
    parts = path.strip("/").split("/")
    for route in sorted(app.routes, key=lambda route: route.replace("{", "\uffff")):
        names = route.strip("/").split("/")
        pairs = list(zip(names, parts, strict=False))
        if len(names) == len(parts) and all(n == p or (n[:1] == "{" and p) for n, p in pairs):
            return route, {n[1:-1]: unquote(p) for n, p in pairs if n[:1] == "{"} or None
    return None, None


def api_gateway_event(method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    """The event of a REST API's proxy integration, still without what belongs to the route."""
    where = urlsplit(path)
    query = parse_qs(where.query, keep_blank_values=True) or None
    sent = {"Host": "api.example.com", "User-Agent": "tests", "X-Forwarded-For": "192.0.2.1"} | headers
    if body is not None and not any(name.lower() == "content-type" for name in sent):
        sent["Content-Type"] = "application/json"
    text, is_base64 = encoded(body)
    return {
        "httpMethod": method,
        "path": unquote(where.path),
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "multiValueQueryStringParameters": query,
        "stageVariables": None,
        "requestContext": request_context(method, where.path),
        "body": text,
        "isBase64Encoded": is_base64,
    }


def request_context(method: str, path: str) -> dict[str, Any]:
    return {
        "accountId": "000000000000",
        "apiId": "abcdef1234",
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "extendedRequestId": "AAAAAAAAAAA=",
        "httpMethod": method,
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "tests"},
        "path": f"/{STAGE}{path}",
        "protocol": "HTTP/1.1",
        "requestId": REQUEST_ID,
        "requestTime": "01/Mar/2024:10:00:00 +0000",
        "requestTimeEpoch": 1709287200000,
        "resourceId": "abc123",
        "stage": STAGE,
    }


def encoded(body: Any) -> tuple[str | None, bool]:
    """The event's body, and whether it is base64 text (bytes that are no UTF-8 text are)."""
    if body is None or isinstance(body, str):
        return body, False
    if isinstance(body, bytes):
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            return base64.b64encode(body).decode("ascii"), True
    return json.dumps(body), False


def reply_of(returned: dict[str, Any]) -> Reply:
    headers = {name.lower(): str(value) for name, value in returned.get("headers", {}).items()}
    headers |= {name.lower(): ", ".join(values) for name, values in returned.get("multiValueHeaders", {}).items()}
    headers.setdefault("content-type", "application/json")  # API Gateway's own default
    body = returned.get("body")
    if returned.get("isBase64Encoded"):
        body = base64.b64decode(body)
    if "json" in headers.get("content-type", "") and body:
        body = json.loads(body)
    return Reply(returned["statusCode"], headers, body)
