"""The front line's form, as HTML: the page's own look, no script, a strict content-security policy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from chalice.app import Response

from services.collector.channels import layout
from services.collector.channels.agent.keying import FATES, Fate, Note
from services.collector.channels.agent.words import FRAMES, Frame
from services.collector.channels.page import question, styles
from services.collector.channels.page import words as page_words
from services.collector.channels.page.render import MESSAGES, STATUS, message, others
from services.collector.usecases.visits import Visit
from shared.errors import FieldError
from shared.languages import LANGUAGES, direction
from shared.pages import jinja, policy

TEMPLATES = Path(__file__).parent / "templates"
ANCHORS = {"#/how": "how", "#/day": "day", "#/collected_at": "day", "#/comment": "comment", "#/lang": "spoken"}
"""Where the summary of mistakes leads; any other leads to the scale."""


def first_note(visited: Visit, day: str, how: str, lang: str) -> Note:
    """An empty form. After a card of some day comes, as a rule, another of that day."""
    return Note(how=how or visited.link.channel, day=day, lang=lang)


def form_page(
    visited: Visit, lang: str, ticket: str, note: Note, wrong: Sequence[FieldError] = (), fate: str = ""
) -> Response:
    """The form, with what was typed; 422 and a summary of what is wrong where something is."""
    if visited.state != "ready":
        return message(MESSAGES[visited.state], lang, STATUS[visited.state], visited)
    frame = FRAMES[lang]
    style = styles.style(*sheets_of(visited, wrong)) + layout.source(TEMPLATES / "agent.css")
    style += styles.style_of(visited.touchpoint.owner)
    values = question.question_values(visited.survey, lang, question.Typed(note.score, note.comment), ())
    page = jinja.environment(TEMPLATES, styles.TEMPLATES).get_template("agent.html")
    body = page.render(
        values,
        lang=lang,
        dir=direction(lang),
        words=page_words.FRAMES[lang],
        style=jinja.as_is(style),
        where=visited.touchpoint.named(lang),
        logo=visited.touchpoint.owner.logo,
        owner_name=visited.touchpoint.owner.name,
        title=frame.title,
        frame=frame,
        by=frame.by.format(place=visited.link.place) if visited.link.place else "",
        said=getattr(frame, fate) if fate in FATES else "",
        note=note,
        ticket=ticket,
        wrong=texts_of(wrong, visited, lang),
        spoken={one: LANGUAGES.get(one, one) for one in visited.survey.languages},
        others=others(visited.survey, lang),
    )
    return Response(body, headers=policy.headers(style), status_code=422 if wrong else 200)


def sheets_of(visited: Visit, wrong: Sequence[FieldError]) -> list[str]:
    """The page's style sheets that this form needs."""
    return ["question", *(["wrong"] if wrong else []), *(["logo"] if visited.touchpoint.owner.logo else [])]


def texts_of(wrong: Sequence[FieldError], visited: Visit, lang: str) -> dict[str, str]:
    """What is wrong, in words, by the field it leads to."""
    frame = FRAMES[lang]
    return {ANCHORS.get(error.pointer, "score"): text_of(error, frame, visited, lang) for error in wrong}


def text_of(error: FieldError, frame: Frame, visited: Visit, lang: str) -> str:
    own = {"#/how": frame.choose_how, "#/day": frame.wrong_day, "#/collected_at": frame.wrong_day}
    if error.pointer in own:
        return own[error.pointer]
    return question.text_of(error, visited.survey, page_words.FRAMES[lang])


def redirect(code: str, note: Note, lang: str, fate: Fate) -> Response:
    """303 to a fresh form that says what became of the last one. code: checked, base 62; the address is relative."""
    kept = {"lang": lang, "said": fate, "how": note.how} | ({"day": note.day} if note.day else {})
    headers = policy.headers() | {"Location": f"{code}?{urlencode(kept)}"}
    return Response("", headers=headers, status_code=303)
