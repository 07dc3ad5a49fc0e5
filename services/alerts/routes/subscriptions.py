"""What a subscription is spared, and a test of it: by API and from its team's page."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from chalice.app import Response

from services.alerts import views
from services.alerts.usecases import acting, pinging
from services.alerts.views import DeliveryView, MuteRequest, MuteView
from shared.bodies import parse_as
from shared.errors import NotFound, TooManyRequests
from shared.http import json_response
from shared.pages.errors import redirect
from shared.pages.site import Site


def register(app: Site) -> None:
    """Adds every route to the app."""

    @app.operation(
        "POST", "/v1/mutes", scope="alerts:write", accepts=MuteRequest, returns=MuteView, status=201, problems=(404,)
    )
    def post_mute() -> Response:
        """Keep an alert, a touchpoint or everything from a subscription for a while."""
        asked = parse_as(MuteRequest, app.body())
        until = acting.mute(asked.subscription, asked.scope, asked.until, app.deps)
        return views.muted(asked, until)

    @app.operation(
        "POST",
        "/v1/owners/{owner}/subscriptions/{id}/test",
        scope="alerts:write",
        returns=DeliveryView,
        status=201,
        problems=(404,),
    )
    def post_ping(owner: str, id: str) -> Response:
        """Send a test message to a subscription as alerts go; one a minute at most, and ten an hour to a team."""
        page, by = f"{app.deps.public_url}/subscriptions/{quote(owner, safe='')}", f"key {app.principal.key_id}"
        sent = pinging.ping(f"{owner}/{id}", by, page, replace(app.deps, catalogue=app.deps.fresh))
        return json_response(views.view(sent), 201)

    @app.page("POST", "/subscriptions/{owner}/{id}/test", roles=("pilot", "owner"), status=303, problems=(404,))
    def post_ping_form(owner: str, id: str) -> Response:
        """Sends a test message from the team's page, which says so, or that there were too many."""
        back = own_team(owner)
        fresh = replace(app.deps, catalogue=app.deps.fresh)
        try:
            pinging.ping(f"{owner}/{id}", f"person {app.visitor.person.id}", f"{app.deps.public_url}{back}", fresh)
        except TooManyRequests:
            return redirect(f"{back}?done=untested")
        return redirect(f"{back}?done=tested")

    @app.page("POST", "/subscriptions/{owner}/{id}/mute", roles=("pilot", "owner"), status=303, problems=(404, 422))
    def post_mute_form(owner: str, id: str) -> Response:
        """Keeps everything from a subscription for some days, or no longer, from the team's page."""
        back, days = own_team(owner), views.days_of(app.form)
        fresh = replace(app.deps, catalogue=app.deps.fresh)
        if not days:
            acting.unmute(f"{owner}/{id}", fresh)
            return redirect(f"{back}?done=unmuted")
        acting.mute(f"{owner}/{id}", "*", app.deps.now() + days, fresh)
        return redirect(f"{back}?done=muted")

    def own_team(owner: str) -> str:
        """The path of the team's page. Raises NotFound for another's: of those not even the name is told."""
        if app.visitor.role != "pilot" and app.visitor.owner != owner:
            raise NotFound("there is no such subscription")
        return f"/subscriptions/{quote(owner, safe='')}"
