"""The page behind a link, as HTML: one request, no cookie, nothing fetched, a strict content-security policy.

It works without any script. One small script stands where a message's link carries a score: see `page.js`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response

from services.collector.channels.page import styles
from services.collector.channels.page.question import Typed, question_values, said
from services.collector.channels.page.words import FRAMES
from services.collector.domain.links import State
from services.collector.domain.responses import Response as Answered
from services.collector.usecases.answering import Outcome
from services.collector.usecases.visits import Visit
from shared.catalogue import Owner, Survey, words
from shared.errors import EtincelleError, FieldError
from shared.languages import LANGUAGES, direction
from shared.pages import jinja, policy

TRAP = "skip"
"""Name in the address of the link that no person sees."""
LONGEST_HEADLINE = 60
MOST_CHANGES = 3
MESSAGES: Mapping[State | str, str] = {
    "answered": "answered",
    "expired": "gone",
    "revoked": "gone",
    "gone": "gone",
    "paused": "paused",
    "not_found": "unknown",
    "forbidden": "refused",
    "too_large": "large",
    "malformed_body": "large",
}
"""Which of the frame's words stand for what somebody finds; anything else is `unavailable`."""
SHEETS = {"question.html": ("question",), "more.html": ("question", "message"), "message.html": ("message",)}
STATUS: Mapping[State, int] = {"answered": 200, "expired": 410, "revoked": 410, "paused": 410}


def rendered(template: str, lang: str, status: int, visit: Visit | None = None, **values: Any) -> Response:
    """A page in the owner's colour, where a visit tells whose it is. values: what the template names."""
    owner = visit.touchpoint.owner if visit else None
    style = styles.style(*sheets_of(template, owner, values)) + styles.style_of(owner)
    script = styles.script() if values.get("has_script") else ""
    values |= {
        "lang": lang,
        "dir": direction(lang),
        "words": FRAMES[lang],
        "style": jinja.as_is(style),
        "script": jinja.as_is(styles.script()),
        "where": said(visit.touchpoint.name, lang) if visit else "",
        "logo": owner.logo if owner else None,
        "owner_name": owner.name if owner else "",
    }
    page = jinja.environment(styles.TEMPLATES).get_template(template).render(values)
    return Response(page, headers=policy.headers(style, script), status_code=status)


def sheets_of(template: str, owner: Owner | None, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The style sheets that a page needs beside the one all have."""
    wanted = SHEETS[template]
    wanted += ("follow",) if values.get("follow_up") else ()
    wanted += ("call_back",) if values.get("offers_call_back") else ()
    wanted += ("wrong",) if values.get("wrong") else ()
    return wanted + (("logo",) if owner and owner.logo else ())


def visit_page(visit: Visit, lang: str, ticket: str, typed: Typed) -> Response:
    """The question; or why there is none."""
    if visit.state == "ready":
        return question_page(visit, lang, ticket, typed)
    return message(MESSAGES[visit.state], lang, STATUS[visit.state], visit, others=others(visit.survey, lang))


def question_page(visit: Visit, lang: str, ticket: str, typed: Typed, wrong: Sequence[FieldError] = ()) -> Response:
    """The question, with what was typed; 422 and a summary of what is wrong where something is."""
    return rendered(
        "question.html",
        lang,
        422 if wrong else 200,
        visit,
        **question_values(visit.survey, lang, typed, wrong),
        privacy=privacy(visit.touchpoint.owner, lang),
        ticket=ticket,
        trap=TRAP,
        is_kept=is_kept(visit, typed),
        has_script=visit.may_confirm,
        offers_call_back=visit.offers_call_back,
        others=others(visit.survey, lang),
    )


def is_kept(visit: Visit, typed: Typed) -> bool:
    """Whether the score that the form shows is the one that counts for this person."""
    answer = visit.answer
    return answer is not None and answer.is_counted and str(answer.score) == typed.score


def privacy(owner: Owner, lang: str) -> str:
    """Who reads the answers; a name in another script keeps to itself."""
    from markupsafe import Markup, escape

    return escape(FRAMES[lang].privacy).format(owner=Markup("<bdi>{}</bdi>").format(owner.name))


def others(survey: Survey, lang: str) -> list[dict[str, str]]:
    """The other languages that the page speaks, each by its own name."""
    return [
        {"lang": other, "name": LANGUAGES[other], "url": "?" + urlencode({"lang": other})}
        for other in survey.languages
        if other in LANGUAGES and other != lang
    ]


def thanks_page(visit: Visit, code: str, lang: str, *, asks_more: bool) -> Response:
    """The thanks; before them the follow-up question, where it waits for this person. code: of the link, checked."""
    answer, survey = visit.answer, visit.survey
    if answer is None or visit.state != "ready":
        return message_of_thanks(visit, lang)
    kept = {"lang": lang} | ({"t": visit.ticket} if visit.ticket else {})
    change = f"../{code}?{urlencode(kept)}"
    follow_up = survey.follow_up_to(answer.score) if asks_more and answer.scale == survey.scale else None
    if follow_up is None:
        return message_of_thanks(visit, lang, change=change)
    typed = shown_again(answer)
    return rendered(
        "more.html",
        lang,
        200,
        visit,
        **question_values(survey, lang, typed, ()) | {"title": thanks_title(visit, lang)},
        back=f"../{code}",
        change=change,
        ticket=visit.ticket,
    )


def shown_again(answer: Answered) -> Typed:
    """What was answered, as the form has it."""
    texts = (answer.comment or "", answer.follow_up or "", answer.follow_up_text or "")
    return Typed(str(answer.score), *texts, answer.call_back)


def message_of_thanks(visit: Visit, lang: str, change: str = "") -> Response:
    """The survey's own thanks, as the headline where they are short enough, the frame's, and what answers changed."""
    frame, own, title = FRAMES[lang], words(visit.survey.thanks, lang), thanks_title(visit, lang)
    texts = [*([said(visit.survey.thanks, lang)] if own and own != title else []), frame.thanks]
    newest = sorted(visit.touchpoint.changes, key=lambda change: change.on, reverse=True)[:MOST_CHANGES]
    return rendered(
        "message.html",
        lang,
        200,
        visit,
        title=title,
        is_done=True,
        texts=[*texts, frame.close],
        change=change,
        changes=[{"on": one.on, "day": frame.day(one.on), "text": said(one.text, lang)} for one in newest],
        others=others(visit.survey, lang) if not change else [],
    )


def thanks_title(visit: Visit, lang: str) -> str:
    own = words(visit.survey.thanks, lang)
    return own if 0 < len(own) <= LONGEST_HEADLINE else FRAMES[lang].thanks_title


def error_page(error: EtincelleError, lang: str) -> Response:
    """What a person sees of an error."""
    return message(MESSAGES.get(error.code, "unavailable"), lang, error.status)


def message(name: str, lang: str, status: int, visit: Visit | None = None, **values: Any) -> Response:
    frame = FRAMES[lang]
    title, texts = getattr(frame, f"{name}_title"), [getattr(frame, name)]
    return rendered("message.html", lang, status, visit, title=title, texts=texts, **values)


def redirect(code: str, lang: str, outcome: Outcome, *, is_single: bool) -> Response:
    """303 to the thanks, or back to the link, which says that it was answered. code: checked, base 62.

    The address is relative: it holds whatever path the API is published under. It names the form where the
    link alone does not tell whose answer may be changed.
    """
    query = {"lang": lang} | ({} if is_single else {"t": outcome.ticket})
    query |= {"more": "1"} if outcome.asks_more and outcome.is_kept else {}
    place = f"{code}/thanks" if outcome.is_kept else code
    headers = policy.headers()
    headers["Location"] = f"{place}?{urlencode(query)}"
    return Response("", headers=headers, status_code=303)


def without_body(response: Response) -> Response:
    return Response("", headers=dict(response.headers), status_code=response.status_code)
