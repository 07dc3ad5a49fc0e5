"""Who is told of friction, over HTTP: by API and on a team's page."""

from __future__ import annotations

import re
from urllib.parse import quote

from chalice.app import Response

from services.registry.subscribing import forms, pages, usecases, views
from services.registry.subscribing.views import (
    SubscriptionChange,
    SubscriptionList,
    SubscriptionOutcome,
    SubscriptionVersionList,
)
from shared.bodies import parse_as
from shared.catalogue import Role
from shared.errors import FieldError, InvalidInput
from shared.pages.errors import redirect
from shared.pages.site import Site

TEAMS: tuple[Role, ...] = ("pilot", "owner")


def register(app: Site) -> None:
    """Adds every route to the app."""
    register_api(app)
    register_pages(app)


def register_api(app: Site) -> None:
    """Subscriptions as programs see and change them."""

    @app.operation(
        "GET", "/v1/owners/{owner}/subscriptions", scope="registry:read", returns=SubscriptionList, problems=(404,)
    )
    def list_subscriptions(owner: str) -> SubscriptionList:
        """An owner's subscriptions, the journey file's and those made here; never a secret."""
        return views.subscription_list(owner, usecases.listed(owner, app.deps.subscribing))

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
        written = usecases.Written(asked.subscription, asked.base_version, by)
        return views.outcome(*usecases.put(owner, id, written, app.deps.subscribing))

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
        usecases.remove(owner, id, int(text) if text else None, by, app.deps.subscribing)
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
        return views.version_list(usecases.versions(owner, id, app.deps.subscribing))


def register_pages(app: Site) -> None:
    """A team's own page."""

    @app.page("GET", "/subscriptions", roles=TEAMS)
    def get_teams() -> Response:
        """Leads to the visitor's team; shows every team to who sees all, as HTML."""
        if app.visitor.owner:
            return redirect(f"/subscriptions/{quote(app.visitor.owner, safe='')}")
        return pages.teams_page(app.deps.subscribing.subscriptions.teams(), app.visitor)

    @app.page("GET", "/subscriptions/{owner}", roles=TEAMS, query=("edit", "done"), problems=(404,))
    def get_team(owner: str) -> Response:
        """Who of a team is told of friction, as HTML, with a form to make or change a subscription."""
        asked = pages.Asked(app.query("done") or "", app.query("edit"))
        return team_page(app, owner, asked)

    @app.page("POST", "/subscriptions/{owner}", roles=TEAMS, status=303, problems=(404, 409, 413, 422))
    def post_team(owner: str) -> Response:
        """Makes, changes or removes a subscription: 303 to the page; or the page again, with what is wrong."""
        pages.own_team(app.visitor, owner)
        fields, by, known = app.form, f"person {app.visitor.person.id}", app.deps.subscribing
        identifier, text = fields.get("id", "").strip(), fields.get("version", "")
        version = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
        try:
            if fields.get("do") == "remove":
                usecases.remove(owner, identifier, version, by, known)
                return redirect(f"/subscriptions/{quote(owner, safe='')}?done=removed")
            may_watch = app.visitor.role == "pilot"
            written = usecases.Written(forms.subscription_of(fields), version, by, may_watch)
            usecases.put(owner, identifier, written, known)
        except InvalidInput as wrong:
            edited = identifier if version else None
            return team_page(app, owner, pages.Asked(edited=edited, typed=fields, wrong=wrong.errors))
        return redirect(f"/subscriptions/{quote(owner, safe='')}?done=saved")


def team_page(app: Site, owner: str, asked: pages.Asked) -> Response:
    known = app.deps.subscribing
    team = usecases.team_of(pages.own_team(app.visitor, owner), known)
    found = usecases.of_team(team, known)
    return pages.team_page(pages.Told(team.owner, found, usecases.muted(owner, found, known)), app.visitor, asked)
