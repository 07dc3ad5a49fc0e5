"""Requests as the events API Gateway's REST API hands to a function, and the function's answers as HTTP again."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.bindings import Service
from infra.local.context import LambdaContext
from infra.local.environment import ACCOUNT, STAGE
from infra.local.http_server import Answer, Asked, Refusal, problem

Event = dict[str, Any]
STRIPPED = {"content-length", "transfer-encoding", "connection"}
MOST_QUERY_FIELDS = 200


@dataclass(frozen=True)
class Route:
    """One path of one service. parts: the path's segments, variables in braces."""

    resource: str
    service: Service

    @property
    def parts(self) -> list[str]:
        return self.resource.split("/")

    def capture(self, segments: list[str]) -> dict[str, str] | None:
        """The path's variables, decoded; None where the path is another."""
        captured = {}
        for part, segment in zip(self.parts, segments, strict=True):
            if part.startswith("{"):
                if not segment:
                    return None
                captured[part[1:-1]] = unquote(segment)
            elif part != unquote(segment):
                return None
        return captured


class Routes:
    """Every route of every service. A fixed path goes before one with a variable."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._by_length: dict[int, list[Route]] = defaultdict(list)
        for service in services:
            for resource in service.app.routes:
                self._by_length[resource.count("/")].append(Route(resource, service))
        for routes in self._by_length.values():
            routes.sort(key=lambda route: ["{" in part for part in route.parts])

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        segments = (path.rstrip("/") or "/").split("/")
        for route in self._by_length[len(segments) - 1]:
            captured = route.capture(segments)
            if captured is not None:
                return route, captured
        return None


def respond(routes: Routes, asked: Asked) -> Answer:
    """The answer of whichever service has the path; 404 where none has, 405 where it has no such method."""
    path = asked.target.partition("?")[0]
    found = routes.find(path)
    if found is None:
        return problem(404, f"no service has the path {unquote(path)[:200]}")
    route, captured = found
    methods = route.service.app.routes[route.resource]
    if asked.method == "OPTIONS" and "OPTIONS" not in methods:
        return preflight(methods)
    if asked.method not in methods:
        allowed = ", ".join(sorted(methods))
        return problem(405, f"this path takes {allowed}", (("Allow", allowed),))
    event = rest_event(asked, route, captured, route.service.app.api.binary_types)
    context = LambdaContext(f"etincelle-{route.service.name}-{STAGE}")
    return http_answer(route.service.app(event, context))


def rest_event(asked: Asked, route: Route, captured: dict[str, str], binary_types: list[str]) -> Event:
    """The event in API Gateway's REST shape (payload version 1.0)."""
    path, _, query_string = asked.target.partition("?")
    headers = many(asked.headers.items())
    query = many(query_fields(query_string))
    body, encoded = body_of(asked, binary_types)
    return {
        "resource": route.resource,
        "path": unquote(path),
        "httpMethod": asked.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": captured or None,
        "stageVariables": None,
        "requestContext": request_context(asked, route, path),
        "body": body,
        "isBase64Encoded": encoded,
    }


def query_fields(text: str) -> list[tuple[str, str]]:
    """Names and values, decoded. Raises Refusal where there are too many."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS)
    except ValueError:
        raise Refusal(400, f"at most {MOST_QUERY_FIELDS} query fields are taken") from None


def request_context(asked: Asked, route: Route, path: str) -> Event:
    """API Gateway's account of the request, as a REST API hands it over."""
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "httpMethod": asked.method,
        "identity": {"sourceIp": asked.client, "userAgent": asked.headers.get("user-agent")},
        "path": f"/{STAGE}{path}",
        "protocol": "HTTP/1.1",
        "requestId": str(uuid.uuid4()),
        "resourcePath": route.resource,
        "stage": STAGE,
    }


def body_of(asked: Asked, binary_types: list[str]) -> tuple[str | None, bool]:
    """The body as text, or as base64 where its type is binary; bytes that are not UTF-8 go as base64 too."""
    if not asked.body:
        return None, False
    kind = asked.headers.get_content_type()
    if kind not in binary_types:
        try:
            return asked.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(asked.body).decode("ascii"), True


def http_answer(reply: Event) -> Answer:
    """A function's reply as HTTP; 502 where API Gateway would not understand it."""
    body = reply.get("body") or ""
    content = body.encode() if isinstance(body, str) else bytes(body)
    if reply.get("isBase64Encoded"):
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            return problem(502, "the service answered something malformed")
    headers = [(name, str(value)) for name, value in (reply.get("headers") or {}).items()]
    for name, values in (reply.get("multiValueHeaders") or {}).items():
        headers += [(name, str(value)) for value in values]
    kept = tuple((name, one_line(value)) for name, value in headers if name.lower() not in STRIPPED)
    return Answer(int(reply["statusCode"]), content, kept)


def preflight(methods: dict[str, Any]) -> Answer:
    """What API Gateway answers to a browser that asks first, as Chalice configures it."""
    allowed = ",".join([*sorted(methods), "OPTIONS"])
    headers = {"Access-Control-Allow-Methods": allowed}
    for view in methods.values():
        if view.cors is not None:
            headers |= {name: str(value) for name, value in view.cors.get_access_control_headers().items()}
    return Answer(200, b"", tuple(headers.items()))


def many(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for name, value in pairs:
        collected.setdefault(name, []).append(value)
    return collected


def one_line(value: str) -> str:
    """A header's value cannot start a header of its own."""
    return value.replace("\r", " ").replace("\n", " ")
