"""The API of cases: lists, one case, what is done about it, and how teams do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalice.app import Response

from services.alerts.cases import views
from services.alerts.cases.views import (
    CaseContactView,
    CaseDetail,
    CaseFiguresView,
    CaseList,
    CaseView,
    Sent,
    SentAssign,
    SentClose,
    SentContact,
    SentNote,
    SentReopen,
    SentReply,
)
from services.alerts.domain.cases.case import Case
from services.alerts.usecases.cases import acting, reading
from services.alerts.usecases.cases.acting import Actor
from services.alerts.usecases.cases.reading import Filter
from shared.bodies import parse_as, parse_query
from shared.http import Api, json_response

CHANGED = (404, 409, 422)
Doing = TypeVar("Doing", bound=Sent)


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
        accepts=SentReply,
        returns=CaseView,
        status=202,
        problems=CHANGED,
    )
    def post_case_reply(case_id: str) -> Response:
        """Sends the person a message, once; it counts as a contact. Refused (409) where nothing may be sent."""
        sent = parse_as(SentReply, app.body())
        name, said = views.case_name(case_id), views.said(sent)
        case = acting.reply(name, key_of(app), sent.channel, said, app.deps)
        return json_response(views.case_view(case, app.deps.now()), 202)


def register_deeds(app: Api) -> None:
    """What is done about a case."""

    @deed(app, "notes", SentNote)
    def post_case_note(case_id: str, sent: SentNote) -> Case:
        """Writes a note into the case's story."""
        return acting.note(case_id, key_of(app), views.said(sent), app.deps)

    @deed(app, "contacted", SentContact)
    def post_case_contacted(case_id: str, sent: SentContact) -> Case:
        """Says that somebody spoke to the customer."""
        return acting.contacted(case_id, key_of(app), views.said(sent), app.deps)

    @deed(app, "closed", SentClose)
    def post_case_closed(case_id: str, sent: SentClose) -> Case:
        """Closes the case, with one of the touchpoint's causes."""
        return acting.close(case_id, key_of(app), sent.cause, views.said(sent), app.deps)

    @deed(app, "reopened", SentReopen)
    def post_case_reopened(case_id: str, sent: SentReopen) -> Case:
        """Opens a closed case again; its time begins anew."""
        return acting.reopen(case_id, key_of(app), views.said(sent), app.deps)

    @deed(app, "assign", SentAssign)
    def post_case_assign(case_id: str, sent: SentAssign) -> Case:
        """Hands the case to another team, which is told of it."""
        return acting.assign(case_id, key_of(app), sent.owner, views.said(sent), app.deps)


def deed(app: Api, path: str, accepts: type[Doing]) -> Callable[[Callable[[str, Doing], Case]], None]:
    """Registers what is done about a case, as an operation that answers with the case as it then stands."""

    def register(do: Callable[[str, Doing], Case]) -> None:
        def view(case_id: str) -> CaseView:
            sent = parse_as(accepts, app.body())
            return views.case_view(do(views.case_name(case_id), sent), app.deps.now())

        view.__name__, view.__doc__ = do.__name__, do.__doc__
        place = f"/v1/cases/{{case_id}}/{path}"
        app.operation("POST", place, scope="cases:write", accepts=accepts, returns=CaseView, problems=CHANGED)(view)

    return register
