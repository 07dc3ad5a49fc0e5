"""The API of cases: lists, one case, what is done about it, and how teams do."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Response

from services.alerts.cases import views
from services.alerts.cases.views import CaseContactView, CaseDetail, CaseFiguresView, CaseList, CaseView
from services.alerts.domain.cases.case import Case
from services.alerts.usecases.cases import acting, reading
from services.alerts.usecases.cases.acting import Actor
from services.alerts.usecases.cases.reading import Filter
from shared.bodies import parse_as, parse_query
from shared.http import Api, View, json_response

CHANGED = (404, 409, 422)


def register(app: Api) -> None:
    """Adds every operation to the app."""
    register_reading(app)
    register_contact(app)
    register_deeds(app)


def key_of(app: Api) -> Actor:
    """A key sees every team's cases."""
    return Actor(f"key {app.principal.key_id}")


def register_reading(app: Api) -> None:
    """Lists, one case, figures."""
    query = ("owner", "touchpoint", "state", "overdue", "limit", "cursor")

    @app.operation("GET", "/v1/cases", scope="cases:read", returns=CaseList, query=query, problems=(422,))
    def get_cases() -> CaseList:
        """Cases that are not closed by when they are due, or closed ones; of a team, a touchpoint, a state."""
        asked = parse_query(views.CasesQuery, app.parameters)
        found, cursor = reading.listed(asked.filter, key_of(app), asked.cursor, asked.limit, app.deps)
        return views.case_list(found, cursor, app.deps.now())

    figures = ("owner", "touchpoint", "from", "to")

    @app.operation(
        "GET", "/v1/cases/figures", scope="cases:read", returns=CaseFiguresView, query=figures, problems=(422,)
    )
    def get_case_figures() -> CaseFiguresView:
        """Why cases were closed, and how long contact and closing took: medians with their 95 % intervals."""
        asked = parse_query(views.FiguresQuery, app.parameters)
        since, until = views.span(asked, app.deps.now())
        found = reading.case_figures(Filter(asked.owner, asked.touchpoint), since, until, app.deps)
        return views.figures_view(found, since, until)

    @app.operation("GET", "/v1/cases/{case_id}", scope="cases:read", returns=CaseDetail, problems=(404,))
    def get_case(case_id: str) -> CaseDetail:
        """A case with what the person said and everything that was done about it; without their address."""
        found = reading.shown(views.case_name(case_id), key_of(app), app.deps)
        return views.case_detail(found, app.deps.now())


def register_contact(app: Api) -> None:
    """What leads to the person: their address, and a message to them."""

    @app.operation(
        "GET", "/v1/cases/{case_id}/contact", scope="persons:read", returns=CaseContactView, problems=(404, 409)
    )
    def get_case_contact(case_id: str) -> CaseContactView:
        """How to reach the person. Each look is written into the case's story: who, and when."""
        _, person = acting.look(views.case_name(case_id), key_of(app), app.deps)
        return views.contact_view(person)

    @app.operation(
        "POST",
        "/v1/cases/{case_id}/reply",
        scope="cases:write",
        accepts=views.SentReply,
        returns=CaseView,
        status=202,
        problems=CHANGED,
    )
    def post_case_reply(case_id: str) -> Response:
        """Sends the person a message, once; it counts as a contact. Refused (409) where nothing may be sent."""
        sent = parse_as(views.SentReply, app.body())
        name, said = views.case_name(case_id), views.said(sent)
        case = acting.reply(name, key_of(app), sent.channel, said, app.deps)
        return json_response(views.case_view(case, app.deps.now()), 202)


def register_deeds(app: Api) -> None:
    """What is done about a case."""

    @deed(app, "notes", views.SentNote)
    def post_case_note(case_id: str) -> CaseView:
        """Writes a note into the case's story."""
        said = views.said(parse_as(views.SentNote, app.body()))
        return view(app, acting.note(views.case_name(case_id), key_of(app), said, app.deps))

    @deed(app, "contacted", views.SentContact)
    def post_case_contacted(case_id: str) -> CaseView:
        """Says that somebody spoke to the customer."""
        said = views.said(parse_as(views.SentContact, app.body()))
        return view(app, acting.contacted(views.case_name(case_id), key_of(app), said, app.deps))

    @deed(app, "closed", views.SentClose)
    def post_case_closed(case_id: str) -> CaseView:
        """Closes the case, with one of the touchpoint's causes."""
        sent = parse_as(views.SentClose, app.body())
        name, said = views.case_name(case_id), views.said(sent)
        return view(app, acting.close(name, key_of(app), sent.cause, said, app.deps))

    @deed(app, "reopened", views.SentReopen)
    def post_case_reopened(case_id: str) -> CaseView:
        """Opens a closed case again; its time begins anew."""
        said = views.said(parse_as(views.SentReopen, app.body()))
        return view(app, acting.reopen(views.case_name(case_id), key_of(app), said, app.deps))

    @deed(app, "assign", views.SentAssign)
    def post_case_assign(case_id: str) -> CaseView:
        """Hands the case to another team, which is told of it."""
        sent = parse_as(views.SentAssign, app.body())
        name, said = views.case_name(case_id), views.said(sent)
        return view(app, acting.assign(name, key_of(app), sent.owner, said, app.deps))


def deed(app: Api, path: str, accepts: type[views.Sent]) -> Callable[[View], View]:
    """An operation by which something is done about a case."""
    place = f"/v1/cases/{{case_id}}/{path}"
    return app.operation("POST", place, scope="cases:write", accepts=accepts, returns=CaseView, problems=CHANGED)


def view(app: Api, case: Case) -> CaseView:
    return views.case_view(case, app.deps.now())
