"""The collector over HTTP: answers by API, links, and the page behind a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response, SQSEvent

from services.collector import wiring
from services.collector.domain.answers import Answer
from services.collector.usecases import limits, recording
from services.collector.usecases.recording import Origin
from services.collector.views import responses as response_views
from services.collector.views.responses import Stored, StoredList
from shared import languages
from shared.bodies import several
from shared.callers import Caller
from shared.errors import EtincelleError
from shared.forms import FORM, fields_of, refuse_foreign_form
from shared.http import Api, json_response
from shared.later import Later
from shared.queues import one_by_one

if TYPE_CHECKING:
    from services.collector.channels.agent import keying
    from services.collector.channels.agent import render as agent
    from services.collector.channels.kiosk import answers as kiosk_answers
    from services.collector.channels.kiosk import render as kiosk
    from services.collector.channels.page import forms, render
    from services.collector.channels.phone import calls
    from services.collector.channels.sms import hearing, inbound
    from services.collector.channels.widget import render as widget
    from services.collector.channels.widget import taking
    from services.collector.domain import link_requests
    from services.collector.usecases import answering, history, links, openings, visits
    from services.collector.views import history as history_views
    from services.collector.views import links as link_views
    from services.collector.views.history import ResponseList
    from services.collector.views.links import LinkList, LinkView
    from shared import erasing
else:  # an answer by the API needs none of them
    CHANNELS = "services.collector.channels"
    USECASES, VIEWS = "services.collector.usecases", "services.collector.views"
    keying, agent = Later(f"{CHANNELS}.agent.keying"), Later(f"{CHANNELS}.agent.render")
    kiosk, kiosk_answers = Later(f"{CHANNELS}.kiosk.render"), Later(f"{CHANNELS}.kiosk.answers")
    widget, taking = Later(f"{CHANNELS}.widget.render"), Later(f"{CHANNELS}.widget.taking")
    answering, openings = Later(f"{USECASES}.answering"), Later(f"{USECASES}.openings")
    visits, links, history = Later(f"{USECASES}.visits"), Later(f"{USECASES}.links"), Later(f"{USECASES}.history")
    link_requests = Later("services.collector.domain.link_requests")
    link_views, history_views = Later(f"{VIEWS}.links"), Later(f"{VIEWS}.history")
    forms, render = Later(f"{CHANNELS}.page.forms"), Later(f"{CHANNELS}.page.render")
    calls = Later(f"{CHANNELS}.phone.calls")
    erasing = Later("shared.erasing")
    hearing, inbound = Later(f"{CHANNELS}.sms.hearing"), Later(f"{CHANNELS}.sms.inbound")

SMS_ANSWERS = "arn:aws:sqs:eu-west-1:000000000000:sms-answers"
ERASE = "arn:aws:sqs:eu-west-1:000000000000:erase-responses"

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
    origin = Origin(app.principal.key_id, response_views.idempotency_key(app.header("idempotency-key")))
    sent = app.body()
    answers = several(sent, "responses")
    if answers is not None:
        return json_response(response_views.stored_list(recording.record_responses(answers, origin, app.deps)))
    return response_views.stored_response(recording.record_response(sent, origin, app.deps))


@app.operation(
    "GET",
    "/v1/responses",
    scope="responses:read",
    returns=lambda: history_views.ResponseList,
    query=("touchpoint", "audience", "from", "to", "limit", "cursor"),
    problems=(404, 422),
)
def get_responses() -> ResponseList:
    """A touchpoint's answers by time: of customers, or of staff by whole weeks that have five or more."""
    now = app.deps.now()
    return history_views.response_list(history.answers(history_views.span(app.parameters, now), now, app.deps))


@app.operation(
    "POST",
    "/v1/links",
    scope="links:write",
    accepts=lambda: link_requests.LinkRequest,
    returns=lambda: link_views.NewLink,
    status=201,
    problems=(400, 422),
)
def post_link() -> Response:
    """Makes a link to a touchpoint's page. Its code is shown this once: only a keyed hash of it is kept."""
    link, code = links.create_link(app.body(), app.deps)
    return json_response(link_views.new_link(link, code, app.deps.public_url), 201)


@app.operation(
    "GET",
    "/v1/links",
    scope="links:write",
    returns=lambda: link_views.LinkList,
    query=("touchpoint", "limit", "cursor"),
    problems=(404, 422),
)
def get_links() -> LinkList:
    """A touchpoint's links, oldest first; not their codes, which are not kept."""
    touchpoint, after, limit = link_views.links_query(app.query)
    return link_views.link_list(links.links_of(touchpoint, after, limit, app.deps), limit)


@app.operation(
    "DELETE", "/v1/links/{link_id}", scope="links:write", returns=lambda: link_views.LinkView, problems=(404,)
)
def delete_link(link_id: str) -> LinkView:
    """Revokes a link: from now on it takes no answer. Answers given stay."""
    return link_views.link_view(links.revoke_link(link_id, app.deps))


def show_error(error: EtincelleError) -> Response:
    return render.error_page(
        error, languages.choose(app.query("lang"), app.header("accept-language"), list(languages.LANGUAGES))
    )


def caller() -> Caller:
    """Where this request comes from."""
    source = app.request.context["identity"]["sourceIp"]
    return Caller(source, app.header("x-forwarded-for"), app.deps.proxies)


@app.operation("GET", "/S/{code}", problems=(404, 410), present=show_error)
@app.operation("GET", "/s/{code}", problems=(404, 410), present=show_error)
def get_page(code: str) -> Response:
    """The page with the question, as HTML. Records no answer, whoever opens it."""
    score, visited = app.query("s") or "", visits.visit(code, app.deps, app.query("t") or "")
    visited = openings.opened(visited, score, app.deps, is_trap=app.query(render.TRAP) is not None)
    lang = forms.page_language(visited, app.query("lang"), app.header)
    ticket = visited.ticket or visits.new_ticket(visited.link, app.deps)
    return render.visit_page(visited, lang, ticket, forms.shown(visited, score))


@app.operation("HEAD", "/S/{code}", problems=(404, 410), present=show_error)
@app.operation("HEAD", "/s/{code}", problems=(404, 410), present=show_error)
def head_page(code: str) -> Response:
    """What GET would answer, without the page. Records no answer."""
    return render.without_body(get_page(code))


@app.operation(
    "POST", "/S/{code}", status=303, problems=(403, 404, 410, 413, 422, 429), present=show_error, content_types=FORM
)
@app.operation(
    "POST", "/s/{code}", status=303, problems=(403, 404, 410, 413, 422, 429), present=show_error, content_types=FORM
)
def post_page(code: str) -> Response:
    """Takes the page's form: 303 to the thanks, or the page again: with what is wrong, or in another language."""
    refuse_foreign_form(app.header, app.deps.public_url)
    visited, fields = visits.visit(code, app.deps), fields_of(app.raw_body)
    asked = fields.get("to") or fields.get("lang") or app.query("lang")
    sent = forms.sent_of(fields, forms.page_language(visited, asked, app.header))
    if "to" in fields:
        return render.visit_page(visited, sent.lang, sent.ticket, forms.typed(sent))
    limits.admit(visited.link, caller(), app.deps)
    outcome = answering.answer_by_link(visited, sent, app.deps)
    if outcome.wrong:
        return render.question_page(visited, sent.lang, outcome.ticket, forms.typed(sent), outcome.wrong)
    return render.redirect(code, sent.lang, outcome, is_single=visited.link.mode == "single")


@app.operation("POST", "/S/{code}/seen", problems=(403, 404, 413, 429), present=show_error, content_types=FORM)
@app.operation("POST", "/s/{code}/seen", problems=(403, 404, 413, 429), present=show_error, content_types=FORM)
def post_seen(code: str) -> Response:
    """The page saw a first real movement: 201 where the score of the address is now the person's, else 200."""
    refuse_foreign_form(app.header, app.deps.public_url)
    visited, fields = visits.visit(code, app.deps), fields_of(app.raw_body)
    limits.admit(visited.link, caller(), app.deps)
    lang = forms.page_language(visited, app.query("lang"), app.header)
    is_kept = openings.confirm(visited, fields.get("score", ""), lang, app.deps)
    return Response("", headers={"Content-Type": "text/html; charset=utf-8"}, status_code=201 if is_kept else 200)


@app.operation("GET", "/S/{code}/thanks", problems=(404,), present=show_error)
@app.operation("GET", "/s/{code}/thanks", problems=(404,), present=show_error)
def get_thanks(code: str) -> Response:
    """The page that thanks, as HTML; reloading it sends nothing again."""
    visited = visits.thanked(code, app.deps, app.query("t") or "")
    lang = forms.page_language(visited, app.query("lang"), app.header)
    return render.thanks_page(visited, code, lang, asks_more=app.query("more") is not None)


@app.operation("GET", "/k/{code}", problems=(404, 410), present=show_error)
def get_kiosk(code: str) -> Response:
    """A kiosk's page, as HTML; it stays on the device. Records nothing."""
    return kiosk.kiosk_page(kiosk_answers.visit_kiosk(code, app.deps), app.query("lang"))


@app.operation("GET", "/k/worker")
def get_kiosk_worker() -> Response:
    """The script that brings a kiosk's page up without a network."""
    return kiosk.worker()


@app.operation(
    "POST",
    "/k/{code}",
    accepts=lambda: kiosk_answers.Batch,
    returns=StoredList,
    problems=(400, 404, 410, 413, 415, 422, 429),
)
def post_kiosk(code: str) -> StoredList:
    """Takes what a kiosk kept, up to 100 answers, each id once, however often it is sent."""
    visited, sent = kiosk_answers.visit_kiosk(code, app.deps), app.body(limits.LARGEST_BODY)
    limits.admit(visited.link, caller(), app.deps, weight=kiosk_answers.how_many(sent))
    return response_views.stored_list(kiosk_answers.take(visited, sent, app.deps))


@app.operation("GET", "/w/{code}", problems=(404,), cors=True)
def get_widget(code: str) -> Response:
    """The widget's script, with the question in all its languages. Records nothing."""
    return widget.script(taking.widget_visit(code, app.deps), app.query("lang"))


@app.operation(
    "POST",
    "/w/{code}",
    accepts=lambda: taking.WidgetAnswer,
    returns=Stored,
    status=201,
    problems=(400, 403, 404, 410, 413, 415, 422, 429),
    again=True,
    cors=True,
)
def post_widget(code: str) -> Response:
    """Takes the widget's answer, or what has changed of it within the hour; sent again, it is stored once."""
    visited = taking.widget_visit(code, app.deps)
    limits.admit(visited.link, caller(), app.deps)
    return response_views.stored_response(
        taking.take(visited, app.body(limits.LARGEST_BODY), app.header("origin"), app.deps)
    )


@app.on_sqs_message(queue_arn=SMS_ANSWERS, name="hear_sms", batch_size=10)
def hear_sms(event: SQSEvent) -> dict[str, Any]:
    """Takes the texts that people write back."""
    deps = app.deps
    return one_by_one(
        event.to_dict(), lambda body: hearing.hear(inbound.inbound_of(body), deps.texting(), deps), app.logger
    )


@app.on_sqs_message(queue_arn=ERASE, name="erase", batch_size=1)
def erase(event: SQSEvent) -> dict[str, Any]:
    """Erases what answers have of a person, and hands the baton on."""
    return one_by_one(event.to_dict(), lambda body: app.deps.eraser().take(erasing.baton_of(body)), app.logger)


@app.lambda_function(name="phone")
def phone(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Takes the key that a caller pressed, from a flow of Amazon Connect."""
    return calls.answer_by_phone(calls.call_of(event), app.deps)


@app.operation("GET", "/a/{code}", problems=(404, 410), present=show_error)
def get_agent(code: str) -> Response:
    """The form by which staff note a customer's answer, as HTML. Records nothing."""
    visited = keying.visit_form(code, app.deps)
    lang = forms.page_language(visited, app.query("lang"), app.header)
    note = agent.first_note(visited, app.query("day") or "", app.query("how") or "", lang)
    ticket = visits.new_ticket(visited.link, app.deps)
    return agent.form_page(visited, lang, ticket, note, fate=app.query("said") or "")


@app.operation(
    "POST", "/a/{code}", status=303, problems=(403, 404, 410, 413, 422, 429), present=show_error, content_types=FORM
)
def post_agent(code: str) -> Response:
    """Takes a customer's answer as staff noted it: 303 to a fresh form, or this one again with what is wrong."""
    refuse_foreign_form(app.header, app.deps.public_url)
    visited, note = keying.visit_form(code, app.deps), keying.Note.of(fields_of(app.raw_body))
    limits.admit(visited.link, caller(), app.deps)
    lang = forms.page_language(visited, app.query("lang"), app.header)
    keyed = keying.key_in(visited, note, app.deps)
    if keyed.wrong:
        return agent.form_page(visited, lang, keyed.ticket, note, keyed.wrong)
    return agent.redirect(code, note, lang, keyed.fate)
