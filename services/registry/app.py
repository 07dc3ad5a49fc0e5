"""The registry over HTTP: documents, touchpoints, API keys; signing in and subscriptions have routes of their own."""

from __future__ import annotations

import re
from typing import Any

from chalice.app import Response

from services.registry import settings_pages, usecases, wiring
from services.registry.domain.difference import hidden
from services.registry.domain.mistakes import Mistake
from services.registry.messages import (
    Application,
    Difference,
    DocumentLine,
    DocumentList,
    DocumentVersion,
    KeptSubscription,
    KeyLine,
    KeyList,
    MadeKey,
    NewKey,
    Outcome,
    Remark,
    TouchpointDetail,
    TouchpointLine,
    TouchpointList,
)
from services.registry.signing_in import routes as sign_in_routes
from services.registry.subscribing import routes as subscription_routes
from shared.bodies import parse_as
from shared.catalogue import ID
from shared.errors import FieldError, InvalidInput
from shared.http import found, json_response
from shared.pages.site import Site

PAGE = 500

app = Site("registry", wiring.deps)
sign_in_routes.register(app)
subscription_routes.register(app)


@app.operation("GET", "/v1/documents", scope="registry:read", returns=DocumentList)
def list_documents() -> DocumentList:
    """Every journey document, with its newest version."""
    lines = [DocumentLine(name=name, version=n, applied_at=at) for name, n, at in app.deps.documents.heads()]
    return DocumentList(documents=lines)


@app.operation("GET", "/v1/documents/{name}", scope="registry:read", returns=DocumentVersion, problems=(404,))
def get_document(name: str) -> DocumentVersion:
    """A journey document as it holds now; secrets are hidden."""
    version = app.deps.documents.head(name) if ID.fullmatch(name) else None
    return presented(found(version, "such document"))


@app.operation(
    "GET", "/v1/documents/{name}/versions/{n}", scope="registry:read", returns=DocumentVersion, problems=(404,)
)
def get_document_version(name: str, n: str) -> DocumentVersion:
    """A journey document as it was; secrets are hidden."""
    known = ID.fullmatch(name) and re.fullmatch(r"[1-9][0-9]{0,5}", n)
    return presented(found(app.deps.documents.version(name, int(n)) if known else None, "such version"))


@app.operation(
    "PUT",
    "/v1/documents/{name}",
    scope="registry:write",
    accepts=Application,
    returns=Outcome,
    query=("dry_run",),
    problems=(409, 413, 422),
)
def put_document(name: str) -> Outcome:
    """Applies a journey document; with `dry_run=true` says what would change. The same again changes nothing."""
    dry_run = chosen("dry_run")
    asked = parse_as(Application, app.body())
    applied = usecases.apply_document(name, asked, app.principal, app.deps, dry_run=dry_run)
    return Outcome(
        name=name,
        version=applied.version,
        changed=bool(applied.changes),
        dry_run=dry_run,
        difference=[Difference(**vars(change)) for change in applied.changes],
        warnings=[remark(warning) for warning in applied.warnings],
        kept=[KeptSubscription(owner=one.owner, id=one.id, is_told=one.is_told) for one in applied.kept],
    )


@app.operation(
    "GET", "/v1/touchpoints", scope="registry:read", returns=TouchpointList, query=("cursor",), problems=(422,)
)
def list_touchpoints() -> TouchpointList:
    """The touchpoints of every document, by id."""
    after = app.query("cursor") or ""
    if after and not ID.fullmatch(after):
        raise InvalidInput(errors=[FieldError("cursor", "hand in what `next_cursor` was")])
    page = app.deps.documents.touchpoints(after, PAGE)
    lines = [TouchpointLine(**one.value, document=one.document) for one in page]
    return TouchpointList(touchpoints=lines, next_cursor=lines[-1].id if len(lines) == PAGE else None)


@app.operation("GET", "/v1/touchpoints/{touchpoint}", scope="registry:read", returns=TouchpointDetail, problems=(404,))
def get_touchpoint(touchpoint: str) -> TouchpointDetail:
    """A touchpoint with its survey and its owner, also after it was removed; secrets are hidden."""
    one = found(app.deps.documents.touchpoint(touchpoint) if ID.fullmatch(touchpoint) else None, "such touchpoint")
    return TouchpointDetail(touchpoint=hidden(one.value), document=one.document, removed=one.removed)


@app.operation("POST", "/v1/keys", scope="keys:write", accepts=NewKey, returns=MadeKey, status=201, problems=(422,))
def post_key() -> Response:
    """Makes an API key, shown this once, with no more scopes than the asking key has."""
    key, kept = usecases.create_key(parse_as(NewKey, app.body()), app.principal, app.deps)
    made = MadeKey(id=kept.id, name=kept.name, scopes=list(kept.scopes), created_at=kept.created_at, key=key)
    return json_response(made, 201)


@app.operation("GET", "/v1/keys", scope="keys:write", returns=KeyList)
def list_keys() -> KeyList:
    """Every API key, revoked ones too; never the keys themselves."""
    return KeyList(keys=[key_line(key) for key in app.deps.keys.all()])


@app.operation("DELETE", "/v1/keys/{id}", scope="keys:write", status=204, problems=(404,))
def delete_key(id: str) -> Response:
    """Revokes an API key with no more scopes than the asking key has; it may work for 30 seconds more."""
    usecases.revoke_key(id, app.principal, app.deps)
    return Response("", status_code=204, headers={})


@app.page("GET", "/settings", roles=("pilot",))
def get_settings() -> Response:
    """The journey files there are, as HTML."""
    return settings_pages.list_page(app.deps.documents, app.visitor)


@app.page("GET", "/settings/{name}/{n}", roles=("pilot",), problems=(404,))
def get_settings_version(name: str, n: str) -> Response:
    """A journey file as it was applied, and what it changed, as HTML; secrets are hidden."""
    return settings_pages.version_page(name, n, app.deps.documents, app.visitor)


def presented(version: usecases.Version) -> DocumentVersion:
    return DocumentVersion(
        name=version.name,
        version=version.version,
        applied_at=version.applied_at,
        applied_by=version.applied_by,
        document=hidden(version.document),
    )


def key_line(key: usecases.ApiKey) -> KeyLine:
    shown: dict[str, Any] = {name: value for name, value in vars(key).items() if name != "digest"}
    return KeyLine(**shown)


def remark(warning: Mistake) -> Remark:
    error = usecases.field_error(warning)
    return Remark(pointer=error.pointer, detail=error.detail)


def chosen(name: str) -> bool:
    """A yes-or-no query parameter; no where it is absent. Raises InvalidInput for anything else."""
    text = app.query(name) or "false"
    if text not in ("true", "false"):
        raise InvalidInput(errors=[FieldError(name, "is `true` or `false`")])
    return text == "true"
