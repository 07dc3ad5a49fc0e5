"""The registry over HTTP: documents, touchpoints, API keys."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

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
from services.registry.signing_in import pages
from services.registry.signing_in import usecases as signing_in
from services.registry.subscribing import forms as subscription_forms
from services.registry.subscribing import pages as subscription_pages
from services.registry.subscribing import usecases as subscribing
from services.registry.subscribing import views as subscription_views
from services.registry.subscribing.views import (
    SubscriptionChange,
    SubscriptionList,
    SubscriptionOutcome,
    SubscriptionVersionList,
)
from shared.bodies import parse_as
from shared.callers import Caller
from shared.catalogue import ID, ROLES, Role
from shared.errors import FieldError, Gone, InvalidInput
from shared.forms import refuse_foreign_form
from shared.http import found, json_response
from shared.pages.errors import redirect
from shared.pages.site import Site
from shared.sessions import LANGUAGES, first_language, own_path

PAGE = 500
TEAMS: tuple[Role, ...] = ("pilot", "owner")

app = Site("registry", wiring.deps)


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
    """Revokes an API key; it may work for 30 seconds more."""
    usecases.revoke_key(id, app.deps)
    return Response("", status_code=204, headers={})


@app.operation(
    "GET", "/v1/owners/{owner}/subscriptions", scope="registry:read", returns=SubscriptionList, problems=(404,)
)
def list_subscriptions(owner: str) -> SubscriptionList:
    """An owner's subscriptions, the journey file's and those made here; never a secret."""
    return subscription_views.subscription_list(owner, subscribing.listed(owner, app.deps.subscribing))


@app.operation(
    "PUT",
    "/v1/owners/{owner}/subscriptions/{id}",
    scope="registry:write",
    accepts=SubscriptionChange,
    returns=SubscriptionOutcome,
    problems=(404, 409, 422),
)
def put_subscription(owner: str, id: str) -> SubscriptionOutcome:
    """Makes or changes a subscription; the same again changes nothing, and secrets that are left out stay."""
    asked, by = parse_as(SubscriptionChange, app.body()), f"key {app.principal.key_id}"
    written = subscribing.Written(asked.subscription, asked.base_version, by)
    return subscription_views.outcome(*subscribing.put(owner, id, written, app.deps.subscribing))


@app.operation(
    "DELETE",
    "/v1/owners/{owner}/subscriptions/{id}",
    scope="registry:write",
    status=204,
    query=("base_version",),
    problems=(404, 409, 422),
)
def delete_subscription(owner: str, id: str) -> Response:
    """Removes a subscription that was made here; with `base_version` only where it is still that one."""
    text = app.query("base_version")
    if text is not None and not re.fullmatch(r"[0-9]{1,9}", text):
        raise InvalidInput(errors=[FieldError("query:base_version", "a whole number")])
    by = f"key {app.principal.key_id}"
    subscribing.remove(owner, id, int(text) if text else None, by, app.deps.subscribing)
    return Response("", status_code=204, headers={})


@app.operation(
    "GET",
    "/v1/owners/{owner}/subscriptions/{id}/versions",
    scope="registry:read",
    returns=SubscriptionVersionList,
    problems=(404,),
)
def list_subscription_versions(owner: str, id: str) -> SubscriptionVersionList:
    """How a subscription was made, changed and removed, and by whom; without its secrets."""
    return subscription_views.version_list(subscribing.versions(owner, id, app.deps.subscribing))


@app.page("GET", "/sign-in", query=("next",))
def get_sign_in() -> Response:
    """Asks who wants to sign in for their address, as HTML."""
    return pages.ask_page(app.language, own_path(app.query("next")))


@app.page("POST", "/sign-in", problems=(403, 413))
def post_sign_in() -> Response:
    """Sends a link to the person with that address; says the same whoever asks."""
    refuse_foreign_form(app.header, app.deps.sessions.public_url)
    asked = app.form
    source = (app.request.context.get("identity") or {}).get("sourceIp", "")
    network = Caller(source, app.header("x-forwarded-for"), app.deps.proxies).network
    email, path = asked.get("email", "")[:254], own_path(asked.get("next"))
    if not signing_in.ask_for_link(email, path, network, app.deps.sign_in):
        app.logger.error("sign_in_mail_not_sent")
    return pages.sent_page(app.language)


@app.page("GET", "/sign-in/{code}", problems=(410,))
def get_sign_in_link(code: str) -> Response:
    """The page behind a link, with a button, as HTML. Does nothing: mail scanners open links, too."""
    try:
        person = signing_in.opened(code, app.deps.sign_in)
    except Gone:
        return pages.gone_page(app.language)
    return pages.button_page(code, first_language(person))


@app.page("POST", "/sign-in/{code}", status=303, problems=(403, 410))
def post_sign_in_link(code: str) -> Response:
    """Takes the link's button: begins a session, once."""
    refuse_foreign_form(app.header, app.deps.sessions.public_url)
    try:
        person, path, seen = signing_in.sign_in(code, app.deps.sign_in)
    except Gone:
        return pages.gone_page(app.language)
    return redirect(path, app.deps.sessions.begun(person, first_language(person), seen))


@app.page("GET", "/settings", roles=("pilot",))
def get_settings() -> Response:
    """The journey files there are, as HTML."""
    return settings_pages.list_page(app.deps.documents, app.visitor)


@app.page("GET", "/settings/{name}/{n}", roles=("pilot",), problems=(404,))
def get_settings_version(name: str, n: str) -> Response:
    """A journey file as it was applied, and what it changed, as HTML; secrets are hidden."""
    return settings_pages.version_page(name, n, app.deps.documents, app.visitor)


@app.page("POST", "/language", status=303, roles=ROLES)
def post_language() -> Response:
    """Shows the pages in another language from now on."""
    wanted, visitor = app.form.get("lang", ""), app.visitor
    lang = wanted if wanted in LANGUAGES else visitor.lang
    return redirect(own_path(app.form.get("next")), app.deps.sessions.begun(visitor.person, lang, visitor.seen))


@app.page("POST", "/sign-out", status=303, roles=ROLES)
def post_sign_out() -> Response:
    """Ends the session in this browser."""
    return redirect("/sign-in", app.deps.sessions.ended())


@app.page("GET", "/subscriptions", roles=TEAMS)
def get_teams() -> Response:
    """Leads to the visitor's team; shows every team to who sees all, as HTML."""
    if app.visitor.owner:
        return redirect(f"/subscriptions/{quote(app.visitor.owner, safe='')}")
    return subscription_pages.teams_page(app.deps.subscribing.subscriptions.teams(), app.visitor)


@app.page("GET", "/subscriptions/{owner}", roles=TEAMS, query=("edit", "done"), problems=(404,))
def get_team(owner: str) -> Response:
    """Who of a team is told of friction, as HTML, with a form to make or change a subscription."""
    asked = subscription_pages.Asked(app.query("done") or "", app.query("edit"))
    return team_page(owner, asked)


@app.page("POST", "/subscriptions/{owner}", roles=TEAMS, status=303, problems=(404, 409, 413, 422))
def post_team(owner: str) -> Response:
    """Makes, changes or removes a subscription: 303 to the page; or the page again, with what is wrong."""
    subscription_pages.own_team(app.visitor, owner)
    fields, by, known = app.form, f"person {app.visitor.person.id}", app.deps.subscribing
    identifier, text = fields.get("id", "").strip(), fields.get("version", "")
    version = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    try:
        if fields.get("do") == "remove":
            subscribing.remove(owner, identifier, version, by, known)
            return redirect(f"/subscriptions/{quote(owner, safe='')}?done=removed")
        written = subscribing.Written(subscription_forms.subscription_of(fields), version, by)
        subscribing.put(owner, identifier, written, known)
    except InvalidInput as wrong:
        edited = identifier if version else None
        return team_page(owner, subscription_pages.Asked(edited=edited, typed=fields, wrong=wrong.errors))
    return redirect(f"/subscriptions/{quote(owner, safe='')}?done=saved")


def team_page(owner: str, asked: subscription_pages.Asked) -> Response:
    found = subscribing.listed(subscription_pages.own_team(app.visitor, owner), app.deps.subscribing)
    return subscription_pages.team_page(owner, found, app.visitor, asked)


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
