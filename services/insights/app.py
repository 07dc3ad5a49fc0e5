"""Insights: reports and alerts over HTTP, and the description of the whole API."""

from __future__ import annotations

from chalice.app import CloudWatchEvent, Response

from services.insights import wiring
from services.insights.pages import check as check_pages
from services.insights.pages import friction as friction_pages
from services.insights.pages import home as home_pages
from services.insights.pages import journeys as journey_pages
from services.insights.pages import priorities as priority_pages
from services.insights.pages import touchpoint as touchpoint_pages
from services.insights.usecases import (
    adjusted,
    causes,
    checking,
    friction,
    handoffs,
    home,
    journeys,
    overviews,
    promises,
    reports,
    studies,
    touchpoints,
    weekly,
)
from services.insights.views import filters
from services.insights.views import overviews as overview_views
from services.insights.views import reports as views
from services.insights.views import value as value_views
from services.insights.views.causes import CausesView, causes_view
from services.insights.views.checks import CheckView, check_view
from services.insights.views.handoffs import HandoffsView, handoffs_view
from services.insights.views.overviews import OverviewView
from services.insights.views.promises import PromiseView, promise_view
from services.insights.views.reports import AlertList, ReportView
from services.insights.views.value import PrioritiesView, ValueView
from shared.catalogue import ROLES
from shared.errors import EtincelleError
from shared.events import WeeklyEvent
from shared.http import found, json_response
from shared.pages.errors import error_page
from shared.pages.site import Site
from shared.sessions import language

CSV = "csv"

app = Site("insights", wiring.deps)


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/report",
    scope="figures:read",
    returns=ReportView,
    query=("audience", "from", "to", "at", "by"),
    problems=(404, 422),
)
def get_report(touchpoint: str) -> ReportView:
    """How a touchpoint's answers are distributed, with NPS, CSAT or CES and intervals, in all and by week; adjusted.

    by: an attribute that the touchpoint names under `segments`; customers' answers are then told apart by its values.
    """
    audience, window = views.span(app.query)
    known, report, cuts = reports.report(touchpoint, audience, window, app.deps, app.query("by"))
    whole = window.whole
    made = adjusted.adjusted(known, audience, whole.first, whole.last, app.deps)
    return views.report_view(known, audience, report, made, cuts)


@app.operation(
    "GET",
    "/v1/owners/{owner}/report",
    scope="figures:read",
    returns=OverviewView,
    query=("at", "cursor"),
    problems=(404, 422),
)
def get_owner_report(owner: str) -> OverviewView:
    """How an owner's touchpoints stood at a time, over four weeks, against the four before and their promises."""
    at, after = overview_views.asked(app.query)
    return overview_views.overview_view(overviews.of_owner(owner, at, after, app.deps))


@app.schedule("rate(1 hour)", name="tell_weeks")
def tell_weeks(_: CloudWatchEvent) -> None:
    """Tells each owner's week on Monday, once; at other hours it does nothing."""
    weekly.tell_weeks(app.deps)


@app.operation("GET", "/v1/owners/{owner}/week", scope="figures:read", returns=WeeklyEvent, problems=(404,))
def get_week(owner: str) -> WeeklyEvent:
    """An owner's last whole week as its subscriptions get it by mail; but for cases, which are counted then."""
    return weekly.last_week(owner, app.deps)


@app.operation(
    "POST", "/v1/owners/{owner}/week", scope="alerts:write", returns=WeeklyEvent, status=202, problems=(404,)
)
def post_week(owner: str) -> Response:
    """Tells an owner's last whole week now, to whoever was not told it yet."""
    return json_response(weekly.tell_week(owner, app.deps), 202)


@app.operation(
    "GET",
    "/v1/journeys/{journey}/report",
    scope="figures:read",
    returns=OverviewView,
    query=("at", "cursor"),
    problems=(404, 422),
)
def get_journey_report(journey: str) -> OverviewView:
    """How a journey's touchpoints stood at a time, over four weeks, against the four before and their promises."""
    at, after = overview_views.asked(app.query)
    return overview_views.overview_view(overviews.of_journey(journey, at, after, app.deps))


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/handoffs",
    scope="figures:read",
    returns=HandoffsView,
    query=("from", "to"),
    problems=(404, 422),
)
def get_handoffs(touchpoint: str) -> HandoffsView:
    """How a touchpoint goes for those who came from each other one of its journey, and how theirs go for its own."""
    _, window = views.span(app.query)
    return handoffs_view(touchpoint, handoffs.handoffs(touchpoint, window, app.deps))


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/promise",
    scope="figures:read",
    returns=PromiseView,
    query=("from", "to"),
    problems=(404, 422),
)
def get_promise(touchpoint: str) -> PromiseView:
    """What a touchpoint promises and what is lived there, in all and by week; 404 where nothing is promised."""
    _, window = views.span(app.query)
    return promise_view(touchpoint, promises.lived(touchpoint, window, app.deps))


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
    """What is seen more often since an alert's change, in all that was answered till now; of staff, till the alarm."""
    return causes_view(causes.causes(alert_id, app.deps))


@app.operation(
    "GET",
    "/v1/touchpoints/{touchpoint}/value",
    scope="figures:read",
    returns=ValueView,
    query=("at",),
    problems=(404, 422),
)
def get_value(touchpoint: str) -> ValueView:
    """What friction costs at a touchpoint: people, how much more often they leave, and what they are worth."""
    at = value_views.time_asked(app.query)
    return value_views.value_view(studies.value_at(touchpoint, at, app.deps))


@app.operation(
    "GET",
    "/v1/priorities",
    scope="figures:read",
    returns=PrioritiesView,
    query=("owner", "at", "cursor"),
    problems=(422,),
)
def get_priorities() -> PrioritiesView:
    """What to mend first, for one owner or for all: reach x severity x value x certainty, each factor shown."""
    at, page = value_views.page_asked(app.query)
    return value_views.priorities_view(studies.what_first(app.query("owner"), at, page, app.deps), page)


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
    return check_pages.check_page(checking.checked(alert_id, app.query("remedy"), app.deps), f"../{code}", lang)


FILTERS = ("days", "to", "channel", "by", "value")


@app.page("GET", "/", roles=ROLES, query=(*FILTERS, "page", "q", "as"), problems=(422,))
def get_home() -> Response:
    """What changed, what to do first, and how the visitor's touchpoints stand, as HTML; with `as=csv` as a file."""
    asked = filters.paged(app.parameters)
    found = home.home(app.visitor, asked.seeking(app.deps.now().date()), app.deps)
    if app.query("as") == CSV:
        return home_pages.home_csv(found, app.visitor)
    return home_pages.home_page(found, app.visitor, asked, app.here)


@app.page(
    "GET",
    "/touchpoints/{touchpoint}",
    roles=ROLES,
    query=(*FILTERS, "as", "part"),
    problems=(404, 422),
)
def get_touchpoint_page(touchpoint: str) -> Response:
    """A touchpoint: trend, both voices, distribution, comments, alerts, as HTML; with `as=csv` the trend as a file."""
    asked = filters.filters(app.parameters)
    window = asked.window(app.deps.now().date())
    found = touchpoints.touchpoint_view(app.visitor, touchpoint, window, asked.slice, app.deps)
    if app.query("as") == CSV:
        return touchpoint_pages.touchpoint_csv(found, asked.part)
    return touchpoint_pages.touchpoint_page(found, app.visitor, asked, app.here)


@app.page("GET", "/journeys", roles=ROLES)
def get_journeys_page() -> Response:
    """The journeys there are, as HTML."""
    return journey_pages.list_page(journeys.journeys(app.deps), app.visitor, app.here)


@app.page("GET", "/journeys/{journey}", roles=ROLES, query=(*FILTERS, "page", "as"), problems=(404, 422))
def get_journey_page(journey: str) -> Response:
    """A journey's map: stages, touchpoints, owners, both voices, promises, friction, as HTML or as a CSV file."""
    asked = filters.paged(app.parameters)
    found = journeys.journey_view(app.visitor, journey, asked.seeking(app.deps.now().date()), app.deps)
    if app.query("as") == CSV:
        return journey_pages.journey_csv(found, app.visitor)
    return journey_pages.journey_page(found, app.visitor, asked, app.here)


@app.page("GET", "/friction", roles=ROLES, query=("state", "owner", "before", "as"), problems=(422,))
def get_friction_page() -> Response:
    """Friction alerts, newest first, as HTML or as a CSV file."""
    asked = filters.listed(app.parameters)
    found = friction.friction(app.visitor, asked.state, asked.owner, asked.before, app.deps)
    if app.query("as") == CSV:
        return friction_pages.list_csv(found, app.visitor)
    return friction_pages.list_page(found, app.visitor, asked, app.here)


@app.page("GET", "/friction/{alert_id}", roles=ROLES, problems=(404,))
def get_alert_page(alert_id: str) -> Response:
    """An alert: what got worse, since when, how certain that is, and what is seen more often since, as HTML."""
    return friction_pages.alert_page(friction.alert_view(app.visitor, alert_id, app.deps), app.visitor, app.here)


@app.page("GET", "/friction/{alert_id}/check", roles=ROLES, query=("remedy",), problems=(404,))
def get_remedy_page(alert_id: str) -> Response:
    """Whether what was done about an alert worked, as HTML, for who is signed in."""
    friction.alert_view(app.visitor, alert_id, app.deps)
    checked = checking.checked(alert_id, app.query("remedy"), app.deps)
    return check_pages.check_page(checked, f"/friction/{alert_id}", app.visitor.lang, app.visitor, app.here)


@app.page("GET", "/priorities", roles=("pilot", "owner"), query=("as",))
def get_priorities_page() -> Response:
    """What to mend first: all of a pilot's, an owner's own, with every factor, as HTML or as a CSV file."""
    if app.query("as") == CSV:
        return priority_pages.priorities_csv(studies.whole_list(app.visitor.owner, app.deps))
    listed = studies.what_first(app.visitor.owner, None, 0, app.deps)
    return priority_pages.priorities_page(listed, app.deps.catalogue.touchpoint, app.visitor, app.here)


@app.operation("GET", "/openapi.json", cors=True)
def get_openapi() -> Response:
    """The description of this API, OpenAPI 3.1."""
    return Response(app.deps.openapi(), headers={"Content-Type": "application/json"})
