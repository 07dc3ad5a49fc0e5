"""What was done about alerts, over HTTP."""

from __future__ import annotations

from chalice.app import Response

from services.alerts import remedy_views, views
from services.alerts.remedy_views import NewRemedy, RemedyList, RemedyView
from services.alerts.usecases import remedying
from shared.http import json_response
from shared.pages.site import Site


def register(app: Site) -> None:
    """Adds every route to the app."""

    @app.operation(
        "POST",
        "/v1/alerts/{alert_id}/remedies",
        scope="alerts:write",
        accepts=NewRemedy,
        returns=RemedyView,
        status=201,
        problems=(404, 422),
    )
    def post_remedy(alert_id: str) -> Response:
        """Write what was done about an alert, and from which day; the same again changes only whether it is shown."""
        done, by = remedy_views.done_of(app.body()), f"key {app.principal.key_id}"
        remedy = remedying.write_remedy(views.alert_name(alert_id), done, by, app.deps)
        return json_response(remedy_views.remedy_view(remedy), 201)

    @app.operation("GET", "/v1/alerts/{alert_id}/remedies", scope="alerts:read", returns=RemedyList, problems=(404,))
    def get_remedies(alert_id: str) -> RemedyList:
        """What was done about an alert, in the order of their days."""
        return remedy_views.remedy_list(remedying.remedies_of(views.alert_name(alert_id), app.deps))

    @app.operation(
        "DELETE", "/v1/alerts/{alert_id}/remedies/{remedy_id}", scope="alerts:write", status=204, problems=(404,)
    )
    def delete_remedy(alert_id: str, remedy_id: str) -> Response:
        """Take back what was written; a page may show it for 30 seconds more."""
        remedying.take_back(views.alert_name(alert_id), remedy_id, app.deps)
        return Response("", status_code=204, headers={})
