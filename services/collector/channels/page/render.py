"""The page behind a link, as HTML: one request, no script, no cookie, a strict content-security policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalice.app import Response

from services.collector.channels.page.words import FRAMES, Frame
from services.collector.domain import State
from services.collector.languages import FIRST, LANGUAGES, base, direction
from services.collector.links import Visit
from shared.catalogue import Survey, words
from shared.errors import EtincelleError, FieldError

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_HEADLINE = 60
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
STATUS: Mapping[State, int] = {"answered": 200, "expired": 410, "revoked": 410, "paused": 410}


@dataclass(frozen=True)
class Typed:
    """What the form shows filled in: what was typed before, or the score that the link's address carries."""

    score: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Choice:
    """One answer to choose. text: what is seen; spoken: what a screen reader says beside it."""

    value: int
    text: str
    spoken: str = ""


@cache
def style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8").strip()


@cache
def headers() -> dict[str, str]:
    """The page's security headers. The policy knows the one style by its hash and allows no script at all."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Vary": "Accept-Language",
    }


@cache
def environment() -> Environment:
    """The templates; imported at the first page, so that the API starts without them."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)


def rendered(template: str, lang: str, status: int, **values: Any) -> Response:
    from markupsafe import Markup

    page = environment().get_template(template)
    values |= {"lang": lang, "dir": direction(lang), "words": FRAMES[lang], "style": Markup(style())}  # noqa: S704
    return Response(page.render(values), headers=dict(headers()), status_code=status)


def question_page(visit: Visit, lang: str, ticket: str, typed: Typed, wrong: Sequence[FieldError] = ()) -> Response:
    """The question, with what was typed; 422 and a summary of what is wrong where something is."""
    survey, frame = visit.survey, FRAMES[lang]
    texts = {error.pointer: text_of(error, survey, frame) for error in wrong}
    targets = {"#/comment": "comment"}
    spoken = language_of(survey.question, lang)
    return rendered(
        "question.html",
        lang,
        422 if wrong else 200,
        **scale_values(survey, lang, typed.score),
        question=words(survey.question, lang),
        question_lang=spoken,
        question_dir=direction(spoken),
        where=visit.touchpoint.named(lang),
        owner=frame.privacy.format(owner=visit.touchpoint.owner.name),
        comment=typed.comment,
        why=words(survey.comment, lang) or frame.why,
        ticket=ticket,
        errors=[{"target": targets.get(place, "score"), "text": text} for place, text in texts.items()],
        score_error=texts.get("#/score"),
        comment_error=texts.get("#/comment"),
        others=others(survey, lang, typed.score),
    )


def scale_values(survey: Survey, lang: str, score: str) -> dict[str, Any]:
    """The answers to choose from, which of them is chosen, and what the ends mean."""
    scale, choices = survey.measure, choices_of(survey, lang)
    has_numbers = scale.name != "thumbs"
    return {
        "choices": choices,
        "chosen": score,
        "low": end(survey.low_label, scale.low, lang) if has_numbers else "",
        "high": end(survey.high_label, scale.high, lang) if has_numbers else "",
    }


def choices_of(survey: Survey, lang: str) -> list[Choice]:
    """The answers from bad to good. Yes and no are words; stars are told as such; the ends carry their label."""
    scale, frame = survey.measure, FRAMES[lang]
    ends = {scale.low: words(survey.low_label, lang), scale.high: words(survey.high_label, lang)}
    if scale.name == "thumbs":
        return [Choice(0, ends[0] or frame.no), Choice(1, ends[1] or frame.yes)]
    star = " ★" if scale.name == "stars" else ""
    return [
        Choice(value, f"{value}{star}", f"({ends[value]})" if ends.get(value) else "")
        for value in range(scale.low, scale.high + 1)
    ]


def end(label: Mapping[str, str], score: int, lang: str) -> str:
    text = words(dict(label), lang)
    return f"{score} = {text}" if text else ""


def text_of(error: FieldError, survey: Survey, frame: Frame) -> str:
    """A wrong field in words for the person who filled it in."""
    if error.pointer == "#/ticket":
        return frame.out_of_date
    if error.pointer == "#/comment":
        return frame.too_long
    return frame.choose.format(low=survey.measure.low, high=survey.measure.high)


def language_of(text: Mapping[str, str], lang: str) -> str:
    """The language that `words` takes its words from."""
    return next((wanted for wanted in (lang, base(lang), FIRST) if wanted in text), next(iter(text), lang))


def others(survey: Survey, lang: str, score: str) -> list[dict[str, str]]:
    """Links to the same page in the other languages that it speaks."""
    kept = {"s": score} if score.isdecimal() and len(score) < 3 else {}
    return [
        {"lang": other, "name": LANGUAGES[other], "url": "?" + urlencode({"lang": other} | kept)}
        for other in survey.languages
        if other in LANGUAGES and other != lang
    ]


def state_page(visit: Visit, lang: str) -> Response:
    """What is shown in place of the question: answered, expired, revoked or paused."""
    name = MESSAGES[visit.state]
    where = visit.touchpoint.named(lang)
    return message(name, lang, STATUS[visit.state], where=where, others=others(visit.survey, lang, ""))


def thanks_page(visit: Visit, lang: str) -> Response:
    """The survey's own thanks, as the headline where they are short enough, and the frame's."""
    frame, own = FRAMES[lang], words(visit.survey.thanks, lang)
    is_headline = 0 < len(own) <= LONGEST_HEADLINE
    return rendered(
        "message.html",
        lang,
        200,
        title=own if is_headline else frame.thanks_title,
        texts=[*([own] if own and not is_headline else []), frame.thanks, frame.close],
        where=visit.touchpoint.named(lang),
        others=others(visit.survey, lang, ""),
    )


def error_page(error: EtincelleError, lang: str) -> Response:
    """What a person sees of an error."""
    name = MESSAGES.get(error.code, "unavailable")
    return message(name, lang, error.status)


def message(name: str, lang: str, status: int, **values: Any) -> Response:
    frame = FRAMES[lang]
    title = getattr(frame, f"{name}_title")
    return rendered("message.html", lang, status, title=title, texts=[getattr(frame, name)], **values)


def redirect(code: str, lang: str, *, is_thanked: bool) -> Response:
    """303 to the thanks, or back to the link, which says that it was answered. code: checked, base 62.

    The address is relative: it holds whatever path the API is published under.
    """
    place = f"{code}/thanks" if is_thanked else code
    return Response("", headers={**headers(), "Location": f"{place}?lang={lang}"}, status_code=303)


def without_body(response: Response) -> Response:
    return Response("", headers=dict(response.headers), status_code=response.status_code)
