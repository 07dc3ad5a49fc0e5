"""The OpenAPI 3.1 document of the whole API, from every service's operations: `docs/openapi.json`.

python -m infra.checks.openapi            writes it
python -m infra.checks.openapi --check    fails where it is not what the code says
"""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from infra.checks.generated import settle
from infra.paths import ROOT, SERVICES
from shared.errors import EtincelleError
from shared.http import Operation

PATH = ROOT / "docs" / "openapi.json"
REF = "#/components/schemas/{model}"
BY_SCOPE = (401, 403)
ALWAYS = (500, 503)
TOO_MANY = 429
Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
FIELDS: Json = {"type": "object", "additionalProperties": {"type": "string"}}
HTML: Json = {"text/html": {"schema": {"type": "string"}}}


class Problem(BaseModel):
    """RFC 9457: what every refusal and failure looks like. Clients branch on `code`."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: list[WrongField] | None = None


class WrongField(BaseModel):
    """One wrong field. pointer: RFC 6901 into the body, or the name of a query parameter."""

    pointer: str
    detail: str
    code: str


def document() -> Json:
    """The whole document; the same code gives the same one."""
    found = [(service, operation) for service in SERVICES for operation in operations(service)]
    models = models_of(operation for _, operation in found)
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    paths: Json = {}
    for service, operation in sorted(found, key=lambda pair: (pair[1].path, pair[1].method)):
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(service, operation)
    return {
        "openapi": "3.1.1",
        "info": info(),
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas["$defs"].items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key, `etk_…`"}},
        },
    }


def operations(service: str) -> list[Operation]:
    found: list[Operation] = importlib.import_module(f"services.{service}.app").app.operations
    return found


def info() -> Json:
    """The document's head, from the project's own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "title": "Étincelle",
        "version": project["version"],
        "description": project["description"],
        "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    }


def models_of(found: Iterable[Operation]) -> list[type[BaseModel]]:
    """Every model that is sent or answered, once, by name. Raises ValueError where two have one name."""
    named: dict[str, type[BaseModel]] = {"Problem": Problem}
    for operation in found:
        for model in (operation.accepts, operation.returns):
            if model is not None and named.setdefault(model.__name__, model) is not model:
                raise ValueError(f"two models are called {model.__name__}")
    return [named[name] for name in sorted(named)]


def described(service: str, operation: Operation) -> Json:
    """One operation. x-required-scope: what the API key must carry."""
    entry: Json = {"tags": [service], "operationId": identifier(operation), "summary": operation.summary}
    if parameters := parameters_of(operation):
        entry["parameters"] = parameters
    if operation.accepts:
        entry["requestBody"] = {"required": True, "content": {"application/json": {"schema": accepted(operation)}}}
    elif FORM in operation.content_types:
        entry["requestBody"] = {"content": {FORM: {"schema": FIELDS}}}
    entry["responses"] = responses(operation)
    entry["security"] = [{"key": []}] if operation.scope else []
    if operation.scope:
        entry["x-required-scope"] = operation.scope
    return entry


def identifier(operation: Operation) -> str:
    """`get_v1_touchpoints_touchpoint_report`: stable as long as the path is."""
    return "_".join([operation.method.lower(), *re.findall(r"[A-Za-z0-9]+", operation.path)])


def parameters_of(operation: Operation) -> list[Json]:
    text = {"type": "string"}
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]
    return in_path + [{"name": name, "in": "query", "schema": text} for name in operation.query]


def accepted(operation: Operation) -> Json:
    """The body's schema: one; where it may be many, also a bare list, or the list under its name."""
    assert operation.accepts is not None
    one = {"$ref": REF.format(model=operation.accepts.__name__)}
    if not operation.many:
        return one
    several = {"type": "array", "items": one, "minItems": 1}
    name = operation.path.rsplit("/", 1)[-1]
    named = {"type": "object", "properties": {name: several}, "required": [name], "additionalProperties": False}
    return {"oneOf": [one, several, named]}


def responses(operation: Operation) -> Json:
    """What it answers, by status: its own success, then the problems that it may name."""
    statuses = {*operation.problems, *(BY_SCOPE if operation.scope else ()), TOO_MANY, *ALWAYS}
    if operation.content_types:
        statuses |= {415}
    if operation.accepts:
        statuses |= {400, 413, 422}
    elif operation.query and not operation.is_page:
        statuses |= {422}
    problems = {str(status): problem(status, operation) for status in sorted(statuses)}
    return {str(operation.status): success(operation)} | several(operation) | problems


def success(operation: Operation) -> Json:
    """What it answers where all is well: its model, a page, or nothing."""
    entry: Json = {"description": HTTPStatus(operation.status).phrase}
    if operation.returns:
        entry["content"] = {"application/json": {"schema": {"$ref": REF.format(model=operation.returns.__name__)}}}
    elif operation.is_page and operation.method != "HEAD" and operation.status == HTTPStatus.OK:
        entry["content"] = HTML
    return entry


def several(operation: Operation) -> Json:
    """Where the body may be a list: 200 with what became of each, and of one that was there already."""
    if operation.returns is None or not (operation.many or operation.again):
        return {}
    one = {"$ref": REF.format(model=operation.returns.__name__)}
    if not operation.many:
        return {"200": {"description": "There already", "content": {"application/json": {"schema": one}}}}
    results = {"type": "object", "properties": {"results": {"type": "array", "items": one}}, "required": ["results"]}
    content = {"application/json": {"schema": {"oneOf": [one, results]}}}
    return {"200": {"description": "There already; or what became of each of a list", "content": content}}


def problem(status: int, operation: Operation) -> Json:
    """A refusal or failure, described by the titles of the errors that have the status; on a page, as a page."""
    titles = sorted(
        {error.title for error in every(EtincelleError) if error.status == status and error.code != "refused"}
    )
    words: Json = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
    return {
        "description": " / ".join(titles) or HTTPStatus(status).phrase,
        "content": HTML if operation.is_page else words,
    }


def every(error: type[EtincelleError]) -> list[type[EtincelleError]]:
    return [error, *(inner for below in error.__subclasses__() for inner in every(below))]


def main(arguments: list[str]) -> int:
    return settle(PATH, document(), check="--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
