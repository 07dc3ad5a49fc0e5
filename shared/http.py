"""The Chalice app every service uses: who asks, parsed bodies, RFC 9457 problems, one log line a request."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from chalice.app import Chalice, Request, Response
from pydantic import BaseModel

from shared import bodies
from shared.auth import Principal
from shared.catalogue import Role
from shared.errors import EtincelleError, Forbidden, NotFound, UnsupportedMediaType

JSON_TYPES = ("application/json", "text/plain")
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
WITH_BODY = ("POST", "PUT", "PATCH")
"""Only these are asked of what kind their body is: a client that follows a 303 may name the form's kind again."""
METRICS = {
    "CloudWatchMetrics": [
        {
            "Namespace": "Etincelle",
            "Dimensions": [["stage", "service"]],
            "Metrics": [
                {"Name": "RequestMilliseconds", "Unit": "Milliseconds"},
                {"Name": "ServerErrors", "Unit": "Count"},
            ],
        }
    ]
}
"""CloudWatch's embedded metric format: which members of the line are metrics, by stage and service."""
View = Callable[..., Any]
Model = type[BaseModel] | Callable[[], type[BaseModel]]
"""Of a body; or what gives it, where a cold start is to wait for no module but those it needs."""


@dataclass(frozen=True)
class Operation:
    """One method on one path, as the OpenAPI document will describe it.

    scope: what the API key must carry; None where anybody may ask.
    takes, gives: the models of the bodies, None where they are not JSON; accepts, returns: the same, loaded.
    is_page: it answers people, in HTML, its refusals too. roles: of whom it is; none where anybody may ask.
    content_types: of the bodies that it takes; none where it takes none. again: 200 where it was there already.
    """

    method: str
    path: str
    scope: str | None
    summary: str
    takes: Model | None = None
    gives: Model | None = None
    status: int = 200
    query: tuple[str, ...] = ()
    many: bool = False
    problems: tuple[int, ...] = ()
    is_page: bool = False
    roles: tuple[Role, ...] = ()
    content_types: tuple[str, ...] = ()
    again: bool = False

    @property
    def accepts(self) -> type[BaseModel] | None:
        return loaded(self.takes)

    @property
    def returns(self) -> type[BaseModel] | None:
        return loaded(self.gives)


def loaded(model: Model | None) -> type[BaseModel] | None:
    return model if model is None or isinstance(model, type) else model()


class Api(Chalice):
    """A Chalice app with our cross-cutting rules.

    deps: builds the service's dependencies, at first use; importing an app touches nothing.
    """

    def __init__(self, service: str, deps: Callable[[], Any]) -> None:
        self._local = threading.local()
        super().__init__(app_name=f"etincelle-{service}", configure_logs=False)
        self._deps = deps
        self.operations: list[Operation] = []
        self.logger = Logger(service=service)

    @property
    def current_request(self) -> Request | None:
        """The request of this thread: on a laptop one process serves several at a time."""
        return getattr(self._local, "request", None)

    @current_request.setter
    def current_request(self, request: Request | None) -> None:
        self._local.request = request

    @property
    def deps(self) -> Any:
        return self._deps()

    @property
    def principal(self) -> Principal:
        """Who asks. Only in views of an operation with a scope."""
        principal: Principal = self._local.principal
        return principal

    def body(self, largest: int = bodies.LARGEST_BODY) -> Any:
        """The JSON value of the body. largest: bytes that are taken. Raises MalformedBody or TooLarge."""
        return bodies.parse_json(self.raw_body, largest)

    @property
    def raw_body(self) -> bytes:
        """The body as it came."""
        raw: bytes | str = self.request.raw_body
        return raw if isinstance(raw, bytes) else raw.encode()

    @property
    def request(self) -> Request:
        assert self.current_request is not None, "only inside a view"
        return self.current_request

    def query(self, name: str) -> str | None:
        """A query parameter's text; None where it is absent."""
        parameters: Any = self.request.query_params or {}
        value: str | None = parameters.get(name)
        return value

    @property
    def parameters(self) -> dict[str, str]:
        """Every query parameter by its name; the last one where a name comes twice."""
        return dict(self.request.query_params or {})

    def header(self, name: str) -> str | None:
        value: str | None = self.request.headers.get(name)
        return value

    def operation(  # noqa: PLR0913 - each names one line of the OpenAPI document
        self,
        method: str,
        path: str,
        *,
        scope: str | None = None,
        accepts: Model | None = None,
        returns: Model | None = None,
        status: int = 200,
        query: tuple[str, ...] = (),
        many: bool = False,
        problems: tuple[int, ...] = (),
        content_types: tuple[str, ...] = JSON_TYPES,
        cors: bool = False,
        present: Callable[[EtincelleError], Response] | None = None,
        roles: tuple[Role, ...] = (),
        again: bool = False,
    ) -> Callable[[View], View]:
        """Registers a view. many: the body may be a list of `accepts`; problems: further 4xx it answers.

        present: how an error looks to whoever asks; an RFC 9457 problem where it is not given.
        roles: who may see it, for the document; `Site` is who asks.
        The docstring's first line becomes the summary in the OpenAPI document.
        """

        def register(view: View) -> View:
            summary = (view.__doc__ or "").strip().split("\n")[0]
            is_page = present is not None
            kinds = content_types if method in WITH_BODY else ()
            known = (method, path, scope, summary, accepts, returns, status, query, many, problems, is_page, roles)
            self.operations.append(Operation(*known, content_types=kinds, again=again))
            guarded = self._guarded(view, scope, kinds, present or problem)
            # Chalice takes any kind, so that a wrong one is refused by us, with a problem like any other
            options = {"methods": [method], "content_types": ["*/*"], "cors": cors}
            self.route(path, name=view.__name__, **options)(guarded)
            return view

        return register

    def _guarded(
        self,
        view: View,
        scope: str | None,
        kinds: tuple[str, ...],
        present: Callable[[EtincelleError], Response],
    ) -> View:
        @functools.wraps(view)
        def guarded(**arguments: Any) -> Response:
            began = time.perf_counter()
            response = given(**arguments)
            self._tell(response.status_code, 1000 * (time.perf_counter() - began))
            return response

        def given(**arguments: Any) -> Response:
            try:
                self._admit(scope)
                self._take(kinds)
                return answered(view(**arguments))
            except EtincelleError as error:
                self._log(error)
                return with_retry_after(answered(present(error)), error)
            except Exception:
                self.logger.exception("unexpected", extra=self._where())
                return answered(present(EtincelleError()))

        return guarded

    def _take(self, kinds: tuple[str, ...]) -> None:
        """Raises UnsupportedMediaType where a body of these kinds is wanted and another one came."""
        kind = (self.header("content-type") or JSON_TYPES[0]).partition(";")[0].strip().lower()
        if kinds and kind not in kinds:
            raise UnsupportedMediaType(f"send it as {' or '.join(kinds)}")

    def _admit(self, scope: str | None) -> None:
        if scope is not None:
            principal = self.deps.authenticator.principal(self.header("authorization"))
            if not principal.may(scope):
                raise Forbidden(f"this key lacks the scope {scope}")
            self._local.principal = principal

    def _tell(self, status: int, milliseconds: float) -> None:
        """The request's line, which CloudWatch makes metrics of as it is."""
        measured = {"RequestMilliseconds": round(milliseconds, 1), "ServerErrors": int(status >= 500)}
        context = self.request.context
        told = {"stage": context.get("stage"), "_aws": METRICS | {"Timestamp": context.get("requestTimeEpoch")}}
        self.logger.info("request", extra=self._where() | {"status": status} | told | measured)

    def _log(self, error: EtincelleError) -> None:
        record = self.logger.error if error.status >= 500 else self.logger.warning
        record(error.code, extra=self._where() | {"status": error.status})

    def _where(self) -> dict[str, Any]:
        """Route and request id; never the path itself, which may hold a link's code."""
        context = self.request.context
        return {
            "route": context.get("resourcePath"),
            "method": context.get("httpMethod"),
            "request_id": context.get("requestId"),
        }


def answered(result: Any) -> Response:
    """A view's result as a response: models as JSON, responses as they are, with our headers."""
    if isinstance(result, BaseModel):
        result = json_response(result)
    response = result if isinstance(result, Response) else Response(result, headers={})
    response.headers = {**SECURITY_HEADERS, **response.headers}
    return response


def with_retry_after(response: Response, error: EtincelleError) -> Response:
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def json_response(model: BaseModel, status: int = 200) -> Response:
    return Response(
        model.model_dump_json(exclude_none=True),
        headers={"Content-Type": "application/json"},
        status_code=status,
    )


def problem(error: EtincelleError) -> Response:
    """RFC 9457: `application/problem+json`, with our stable `code` and a pointer for each wrong field."""
    body: dict[str, Any] = {
        "type": f"https://etincelle.dev/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
    }
    if error.detail:
        body["detail"] = error.detail
    if error.errors:
        body["errors"] = [{"pointer": e.pointer, "detail": e.detail, "code": e.code} for e in error.errors]
    return Response(
        json.dumps(body, ensure_ascii=False),
        headers={"Content-Type": "application/problem+json", **SECURITY_HEADERS},
        status_code=error.status,
    )


def found(value: Any, what: str) -> Any:
    """The value itself. Raises NotFound naming what was sought where it is None."""
    if value is None:
        raise NotFound(f"there is no {what}")
    return value
