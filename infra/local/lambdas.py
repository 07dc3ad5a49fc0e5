"""Functions that others call by name, by Lambda's own API: `boto3.client("lambda", endpoint_url=…).invoke(…)`.

In the cloud a flow of Amazon Connect calls `etincelle-collector-{stage}-phone` so.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from infra.local.bindings import Handler, Service
from infra.local.context import LambdaContext
from infra.local.environment import STAGE
from infra.local.http_server import Answer, Asked, problem

INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
JSON = ("Content-Type", "application/json")
log = logging.getLogger(__name__)


class Lambdas:
    """The functions of all services that nothing wakes but a call."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._functions: dict[str, Handler] = {
            f"etincelle-{service.name}-{STAGE}-{function.name}": getattr(service.module, function.name)
            for service in services
            for function in service.app.pure_lambda_functions
        }

    def respond(self, asked: Asked) -> Answer | None:
        """What Lambda would answer; None where the path is another."""
        called = INVOKE.fullmatch(asked.target.partition("?")[0])
        if called is None:
            return None
        if asked.method != "POST":
            return problem(405, "a function is called by POST", (("Allow", "POST"),))
        name = unquote(called[1])
        function = self._functions.get(name)
        if function is None:
            return problem(404, f"there is no function {name[:200]}")
        return invoked(name, function, asked.body)


def invoked(name: str, function: Handler, body: bytes) -> Answer:
    """The function's reply as JSON; what it raised, as Lambda tells it."""
    try:
        event: Any = json.loads(body or b"{}")
    except ValueError:
        return problem(400, "the event is not JSON")
    try:
        reply = function(event, LambdaContext(name))
    except Exception as error:
        log.exception("%s raised", name)
        reply = {"errorMessage": str(error), "errorType": type(error).__name__}
        return Answer(200, json.dumps(reply).encode(), (JSON, ("X-Amz-Function-Error", "Unhandled")))
    return Answer(200, json.dumps(reply).encode(), (JSON,))
