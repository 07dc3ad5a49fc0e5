"""Insights: reports and alerts over HTTP, and the description of the whole API."""

from __future__ import annotations

from chalice.app import Response

from services.insights import wiring
from services.insights.usecases import causes, reports
from services.insights.views import reports as views
from services.insights.views.causes import CausesView, causes_view
from services.insights.views.reports import AlertList, ReportView
from shared.http import Api

app = Api("insights", wiring.deps)


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/report",
    scope="figures:read",
    returns=ReportView,
    query=("audience", "from", "to"),
    problems=(404,),
)
def get_report(touchpoint: str) -> ReportView:
    """How a touchpoint's answers are distributed, with NPS, CSAT or CES and intervals, in all and by week."""
    audience, first, last = views.span(app.query)
    known, report = reports.report(touchpoint, audience, first, last, app.deps)
    return views.report_view(known, audience, report)


@app.operation(
    "GET",
    "/v1/alerts",
    scope="alerts:read",
    returns=AlertList,
    query=("owner", "touchpoint", "since", "limit", "cursor"),
)
def get_alerts() -> AlertList:
    """Friction alerts, newest first, of an owner, of a touchpoint, or all."""
    query = views.alert_query(app.query)
    return views.alert_list(reports.alerts(query, app.deps), query.limit)


@app.operation("GET", "/v1/alerts/{alert_id}/causes", scope="alerts:read", returns=CausesView, problems=(404,))
def get_causes(alert_id: str) -> CausesView:
    """What is seen more often since an alert's change, in all that has been answered until now."""
    return causes_view(causes.causes(alert_id, app.deps))


@app.operation("GET", "/openapi.json", cors=True)
def get_openapi() -> Response:
    """The description of this API, OpenAPI 3.1."""
    return Response(app.deps.openapi(), headers={"Content-Type": "application/json"})
