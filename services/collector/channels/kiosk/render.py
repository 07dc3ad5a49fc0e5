"""The kiosk's page: one request, then it lives on the device; and the worker that brings it up again offline."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.collector.channels import layout
from services.collector.channels.kiosk.words import FRAMES
from services.collector.channels.page import question, styles
from services.collector.channels.page.render import STATUS
from services.collector.usecases.visits import Visit
from shared.catalogue import words
from shared.languages import FIRST, LANGUAGES, direction
from shared.pages import jinja, policy

HERE = Path(__file__).parent
SIZES = ((2, "few"), (5, "some"), (7, "more"))
"""How many answers there are at most, by the name that the style sheet has for it; `many` for more."""
FOR_CUSTOMERS = ("thanks_title", "thanks", "languages")
FOR_STAFF = ("waiting", "kept", "gone_title", "gone", "paused_title", "paused")
"""Which of our words are shown to whom; the latter are needed in the device's first language only."""
STATES = {"ready": "ready", "paused": "paused"}
"""What the page's script is told of a link's state; any other is `gone`."""


def kiosk_page(visited: Visit, asked: str | None) -> Response:
    """The page in every language of the survey; where nothing is asked now it says so, and keeps what it has.

    asked: the language that the screen comes back to; the survey's first where it is none of them.
    """
    style = layout.source(HERE / "kiosk.css") + styles.style_of(visited.touchpoint.owner)
    script = layout.source(HERE / "kiosk.js")
    spoken, state = languages(visited), STATES.get(visited.state, "gone")
    first = asked if asked in spoken else spoken[0]
    body = (
        jinja.environment(HERE)
        .get_template("kiosk.html")
        .render(
            lang=first,
            dir=direction(first),
            screen="ask" if state == "ready" else "rest",
            title=words(visited.survey.question, first),
            where=visited.touchpoint.named(first),
            owner=visited.touchpoint.owner,
            words=FRAMES[first],
            size=size_of(visited.survey.measure.levels),
            style=jinja.as_is(style),
            script=jinja.as_is(script),
            config=layout.data_block(configuration(visited, first, state)),
        )
    )
    status = 200 if state == "ready" else STATUS[visited.state]
    return Response(body, headers=headers(style, script), status_code=status)


def headers(style: str, script: str) -> policy.Headers:
    """The page's security headers. It may run its one script and its worker, and ask nothing but our server."""
    allowed = (
        "default-src 'none'",
        f"style-src {policy.digest(style)}",
        f"script-src {policy.digest(script)}",
        "connect-src 'self'",
        "worker-src 'self'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types etincelle-kiosk",
    )
    return policy.headers() | {"Content-Security-Policy": "; ".join(allowed)}


def size_of(levels: int) -> str:
    return next((name for most, name in SIZES if levels <= most), "many")


def languages(visited: Visit) -> list[str]:
    """Those of the survey that we speak too, in its order."""
    return [language for language in visited.survey.languages if language in LANGUAGES] or [FIRST]


def configuration(visited: Visit, first: str, state: str) -> dict[str, Any]:
    """All that the page's script needs to ask for days without asking us."""
    frame = asdict(FRAMES[first])
    survey = visited.survey
    return {
        "state": state,
        "link": visited.link.link_id,
        "touchpoint": visited.touchpoint.id,
        "survey": survey.id,
        "version": survey.version,
        "scale": survey.scale,
        "first": first,
        "staff": {name: frame[name] for name in FOR_STAFF},
        "languages": {lang: said(visited, lang) for lang in languages(visited)},
    }


def said(visited: Visit, lang: str) -> dict[str, Any]:
    """All that customers read in that language."""
    survey, scale = visited.survey, visited.survey.measure
    frame = asdict(FRAMES[lang])
    shown = {name: frame[name] for name in FOR_CUSTOMERS}
    has_numbers = scale.name != "thumbs"
    return shown | {
        "name": LANGUAGES[lang],
        "dir": direction(lang),
        "where": visited.touchpoint.named(lang),
        "question": words(survey.question, lang),
        "choices": [[one.value, one.text, one.spoken] for one in question.choices_of(survey, lang)],
        "low": end(scale.low, words(survey.low_label, lang)) if has_numbers else "",
        "high": end(scale.high, words(survey.high_label, lang)) if has_numbers else "",
        "thanks_title": words(survey.thanks, lang) or shown["thanks_title"],
    }


def end(score: int, label: str) -> str:
    return f"{score} = {label}" if label else ""


def worker() -> Response:
    """The service worker. It may reach nothing but this site."""
    return Response(
        layout.source(HERE / "worker.js"),
        headers={
            "Content-Type": "text/javascript; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )
