"""Insights: reports and alerts over HTTP, and the description of the whole API."""

from __future__ import annotations

from chalice.app import Response

from services.insights import wiring
from services.insights.pages import check as check_pages
from services.insights.usecases import causes, checking, reports
from services.insights.views import reports as views
from services.insights.views.causes import CausesView, causes_view
from services.insights.views.checks import CheckView, check_view
from services.insights.views.reports import AlertList, ReportView
from shared.errors import EtincelleError
from shared.http import Api, found
from shared.pages.errors import error_page
from shared.sessions import language

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


@app.operation(
    "GET", "/v1/alerts/{alert_id}/check", scope="alerts:read", returns=CheckView, query=("remedy",), problems=(404,)
)
def get_check(alert_id: str) -> CheckView:
    """Whether what was done about an alert worked, against touchpoints where nothing was done."""
    return check_view(checking.checked(alert_id, app.query("remedy"), app.deps))


def show_error(error: EtincelleError) -> Response:
    return error_page(error, None, app.header("accept-language"), None)


@app.operation("GET", "/alerts/{code}/check", query=("remedy", "lang"), problems=(404,), present=show_error)
def get_check_page(code: str) -> Response:
    """Whether what was done about an alert worked, as HTML, for whoever has the code of a message on it."""
    lang = check_pages.language(app.query("lang"), language(app.header("accept-language")))
    alert_id = found(app.deps.passes.behind(code), "such page")
    return check_pages.check_page(checking.checked(alert_id, app.query("remedy"), app.deps), code, lang)


@app.operation("GET", "/openapi.json", cors=True)
def get_openapi() -> Response:
    """The description of this API, OpenAPI 3.1."""
    return Response(app.deps.openapi(), headers={"Content-Type": "application/json"})
