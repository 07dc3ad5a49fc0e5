"""The pages of cases: a team's list with its figures, and one case with its story and all that may be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Literal, get_args

from chalice.app import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.alerts.cases import looks, views
from services.alerts.cases.looks import Doing
from services.alerts.domain.cases.case import Case
from services.alerts.usecases.cases import acting, reading
from services.alerts.usecases.cases.acting import Actor
from services.alerts.usecases.cases.reading import Filter
from shared.bodies import parse_as, parse_query
from shared.catalogue import ROLES
from shared.errors import Conflict, FieldError, InvalidInput, NotFound
from shared.pages.errors import redirect
from shared.pages.site import Site
from shared.sessions import Visitor

A_PAGE = 50
A_YEAR = timedelta(days=365)
Deed = Literal["look", "reply", "note", "contacted", "close", "reopen", "assign"]
DEEDS: tuple[str, ...] = get_args(Deed)


class ListQuery(BaseModel):
    """Which cases are to be seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    which: Literal["open", "overdue", "closed"] = "open"
    touchpoint: views.Id | None = None
    cursor: Annotated[str, StringConstraints(pattern=f"^{views.CURSOR.pattern}$")] | None = None
    file: Literal["csv"] | None = Field(None, alias="as")

    @property
    def filter(self) -> Filter:
        return Filter(None, self.touchpoint, "closed" if self.which == "closed" else None, self.which == "overdue")


def register(app: Site) -> None:
    """Adds every page to the app."""

    @app.page("GET", "/cases", roles=("pilot", "owner"), query=("which", "touchpoint", "cursor", "as"), problems=(422,))
    def get_cases_page() -> Response:
        """A team's cases, or everybody's for a pilot, and how the team does, as HTML; with `as=csv` as a file."""
        return list_page(app, actor_of(app.visitor))

    @app.page("GET", "/cases/{case_id}", roles=ROLES, query=("done",), problems=(404,))
    def get_case_page(case_id: str) -> Response:
        """A case: what was said, what was done, and forms for what is to be done, as HTML. Changes nothing."""
        done = app.query("done")
        return case_page(app, case_id, Doing(done=done if done in DEEDS else None))

    @app.page("POST", "/cases/{case_id}", roles=ROLES, status=303, problems=(404, 409, 413, 422))
    def post_case_page(case_id: str) -> Response:
        """Takes the page's forms: a look at the contact, a message, a note, a contact, the close, and so on."""
        return done_or_told(app, views.case_name(case_id), app.form)


def actor_of(visitor: Visitor) -> Actor:
    """A pilot sees every case, an owner the team's own. Raises NotFound for the front line: cases are not theirs."""
    if visitor.role == "front_line":
        raise NotFound("there is no such case")
    return Actor(f"person {visitor.person.id}", None if visitor.role == "pilot" else visitor.owner or "")


def list_page(app: Site, actor: Actor) -> Response:
    asked, now = parse_query(ListQuery, app.parameters), app.deps.now()
    found, cursor = reading.listed(asked.filter, actor, asked.cursor, A_PAGE, app.deps)
    if asked.file:
        return looks.list_csv(found)
    figures = reading.case_figures(Filter(actor.owner, asked.touchpoint), now - A_YEAR, now, app.deps)
    listing = looks.Listing(found, cursor, figures, asked.which, asked.touchpoint)
    return looks.list_page(listing, app.visitor, app.here, app.deps)


def case_page(app: Site, case_id: str, doing: Doing) -> Response:
    shown = reading.shown(views.case_name(case_id), actor_of(app.visitor), app.deps)
    return looks.case_page(shown, doing, app.visitor, f"/cases/{shown.case.case_id}", app.deps)


def done_or_told(app: Site, case_id: str, form: Mapping[str, str]) -> Response:
    """Does what the form says and leads back to the case; or shows the case again with what was in the way."""
    actor, deed = actor_of(app.visitor), form.get("do", "")
    acting.find(case_id, actor, app.deps)
    try:
        if deed == "look":
            _, person = acting.look(case_id, actor, app.deps)
            return case_page(app, case_id, Doing(contact=person, has_looked=True))
        do(deed, form)(case_id, actor, app)
    except (Conflict, InvalidInput) as error:
        app.logger.warning(error.code, extra={"route": "/cases/{case_id}", "method": "POST", "status": error.status})
        return case_page(app, case_id, Doing(error=error, deed=deed, text=form.get("text", "")))
    is_gone = deed == "assign" and actor.owner is not None
    return redirect("/cases" if is_gone else f"/cases/{case_id}?done={deed}")


Do = Callable[[str, Actor, Site], Case]


def do(deed: str, form: Mapping[str, str]) -> Do:
    """What the form wants done. Raises InvalidInput where it cannot be read."""
    makers: dict[str, Callable[[Mapping[str, str]], Do]] = {
        "note": note,
        "contacted": contacted,
        "close": close,
        "reopen": reopen,
        "assign": assign,
        "reply": reply,
    }
    if deed not in makers:
        raise InvalidInput(errors=[FieldError("#/do", f"one of {', '.join(DEEDS)}", "choice")])
    return makers[deed](form)


def fields(form: Mapping[str, str], *names: str) -> dict[str, object]:
    """The form's fields as the API has them: what is empty was left out."""
    seen = form.get("seen", "")
    sent: dict[str, object] = {name: form[name] for name in names if form.get(name, "").strip()}
    return sent | {"seen": int(seen) if seen.isdecimal() and len(seen) < 7 else 0}


def note(form: Mapping[str, str]) -> Do:
    said = views.said(parse_as(views.SentNote, fields(form, "text")))
    return lambda case_id, actor, app: acting.note(case_id, actor, said, app.deps)


def contacted(form: Mapping[str, str]) -> Do:
    said = views.said(parse_as(views.SentContact, fields(form, "text")))
    return lambda case_id, actor, app: acting.contacted(case_id, actor, said, app.deps)


def close(form: Mapping[str, str]) -> Do:
    sent = parse_as(views.SentClose, fields(form, "cause", "text"))
    return lambda case_id, actor, app: acting.close(case_id, actor, sent.cause, views.said(sent), app.deps)


def reopen(form: Mapping[str, str]) -> Do:
    said = views.said(parse_as(views.SentReopen, fields(form, "text")))
    return lambda case_id, actor, app: acting.reopen(case_id, actor, said, app.deps)


def assign(form: Mapping[str, str]) -> Do:
    sent = parse_as(views.SentAssign, fields(form, "owner"))
    return lambda case_id, actor, app: acting.assign(case_id, actor, sent.owner, views.said(sent), app.deps)


def reply(form: Mapping[str, str]) -> Do:
    sent = parse_as(views.SentReply, fields(form, "text", "channel"))
    return lambda case_id, actor, app: acting.reply(case_id, actor, sent.channel, views.said(sent), app.deps)
