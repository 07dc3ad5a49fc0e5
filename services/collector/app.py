"""The collector over HTTP: answers by API, links, and the page behind a link."""

from __future__ import annotations

from chalice.app import Response

from services.collector import languages, links, usecases, views, wiring
from services.collector.answers import Answer, LinkRequest
from services.collector.channels.page import forms, render
from services.collector.channels.page.render import Typed
from services.collector.usecases import Origin
from services.collector.views import LinkList, LinkView, NewLink, Stored
from shared.errors import EtincelleError
from shared.http import Api, json_response

FORM = ("application/x-www-form-urlencoded",)

app = Api("collector", wiring.deps)


@app.operation(
    "POST",
    "/v1/responses",
    scope="responses:write",
    accepts=Answer,
    returns=Stored,
    status=201,
    many=True,
    problems=(400, 413, 422),
)
def post_responses() -> Response:
    """Stores one answer, or up to 500 in a list; each id at a touchpoint once, however often it is sent."""
    origin = Origin(app.principal.key_id, views.idempotency_key(app.header("idempotency-key")))
    sent = app.body()
    answers = views.several(sent)
    if answers is not None:
        return json_response(views.stored_list(usecases.record_responses(answers, origin, app.deps)))
    return views.stored_response(usecases.record_response(sent, origin, app.deps))


@app.operation(
    "POST", "/v1/links", scope="links:write", accepts=LinkRequest, returns=NewLink, status=201, problems=(400, 422)
)
def post_link() -> Response:
    """Makes a link to a touchpoint's page. Its code is shown this once: only a keyed hash of it is kept."""
    link, code = links.create_link(app.body(), app.deps)
    return json_response(views.new_link(link, code, app.deps.public_url), 201)


@app.operation(
    "GET",
    "/v1/links",
    scope="links:write",
    returns=LinkList,
    query=("touchpoint", "limit", "cursor"),
    problems=(404, 422),
)
def get_links() -> LinkList:
    """A touchpoint's links, oldest first; not their codes, which are not kept."""
    touchpoint, after, limit = views.links_query(app.query)
    return views.link_list(links.links_of(touchpoint, after, limit, app.deps), limit)


@app.operation("DELETE", "/v1/links/{link_id}", scope="links:write", returns=LinkView, problems=(404,))
def delete_link(link_id: str) -> LinkView:
    """Revokes a link: from now on it takes no answer. Answers given stay."""
    return views.link_view(links.revoke_link(link_id, app.deps))


def show_error(error: EtincelleError) -> Response:
    return render.error_page(
        error, languages.choose(app.query("lang"), app.header("accept-language"), list(languages.LANGUAGES))
    )


@app.operation("GET", "/s/{code}", problems=(404, 410), present=show_error)
def get_page(code: str) -> Response:
    """The page with the question, as HTML. Records nothing, whoever opens it."""
    visited = links.visit(code, app.deps)
    lang = forms.page_language(visited, app.query("lang"), app.header)
    if visited.state != "ready":
        return render.state_page(visited, lang)
    return render.question_page(visited, lang, links.new_ticket(visited.link, app.deps), Typed(app.query("s") or ""))


@app.operation("HEAD", "/s/{code}", problems=(404, 410), present=show_error)
def head_page(code: str) -> Response:
    """What GET would answer, without the page. Records nothing."""
    return render.without_body(get_page(code))


@app.operation(
    "POST", "/s/{code}", status=303, problems=(403, 404, 410, 413, 422), present=show_error, content_types=FORM
)
def post_page(code: str) -> Response:
    """Takes the page's form: 303 to the thanks, or the page again with what is wrong."""
    forms.refuse_foreign_form(app.header, app.deps.public_url)
    visited = links.visit(code, app.deps)
    sent = forms.read_form(app.request.raw_body, forms.page_language(visited, app.query("lang"), app.header))
    outcome = links.answer_by_link(visited, sent, app.deps)
    if outcome.wrong:
        return render.question_page(visited, sent.lang, outcome.ticket, forms.typed(sent), outcome.wrong)
    return render.redirect(code, sent.lang, is_thanked=outcome.is_new or visited.link.mode == "open")


@app.operation("GET", "/s/{code}/thanks", problems=(404,), present=show_error)
def get_thanks(code: str) -> Response:
    """The page that thanks, as HTML; reloading it sends nothing again."""
    visited = links.visit(code, app.deps)
    return render.thanks_page(visited, forms.page_language(visited, app.query("lang"), app.header))
