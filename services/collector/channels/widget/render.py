"""The widget's script: its source without comments and indentation, its style and the survey in all its languages."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.collector.channels.widget.words import FRAMES
from services.collector.usecases.visits import Visit
from shared.catalogue import Survey, Touchpoint, words
from shared.colours import Paint, paint
from shared.languages import FIRST, LANGUAGES, direction

HERE = Path(__file__).parent
LONGEST_HEADLINE = 60
SPARK = Paint("#b3400f", "#ffffff"), Paint("#ff9d63", "#23120a")
"""Our own colour by day and by night, for owners who have none."""
CARD_BY_DAY, CARD_BY_NIGHT = "#ffffff", "#221d1a"
"""What the card stands on, as `widget.css` says; owners' colours suit it."""
HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def script(visited: Visit, lang: str | None) -> Response:
    """The script that asks; one that does nothing, and says why, where the link takes no answers any more.

    lang: the one language it is to speak, where the survey does; it speaks all of the survey's otherwise.
    """
    if visited.state != "ready":
        return Response(f"// Nothing is asked here: {visited.state}.\n", headers=dict(HEADERS))
    return Response(source_for(visited.touchpoint, visited.survey, lang), headers=dict(HEADERS))


def source_for(touchpoint: Touchpoint, survey: Survey, lang: str | None) -> str:
    """The script that asks this survey."""
    given = json.dumps(content(touchpoint, survey, lang), ensure_ascii=False, separators=(",", ":"))
    return source().replace("SURVEY", given)


def content(touchpoint: Touchpoint, survey: Survey, lang: str | None) -> dict[str, Any]:
    """What the script is given. follows: the scores after which the follow-up question is asked."""
    scale = survey.measure
    spoken = [language for language in survey.languages if language in LANGUAGES] or [FIRST]
    wanted = [lang] if lang in spoken else spoken
    return {
        "scale": scale.name,
        "low": scale.low,
        "high": scale.high,
        "follows": [score for score in range(scale.low, scale.high + 1) if survey.follow_up_to(score)],
        "style": colours(touchpoint.owner.colour) + style(),
        "texts": {language: texts(touchpoint, survey, language) for language in wanted},
    }


def texts(touchpoint: Touchpoint, survey: Survey, lang: str) -> dict[str, Any]:
    """The words of one language, those that are there."""
    frame = FRAMES[lang]
    own = words(survey.thanks, lang)
    is_headline = 0 < len(own) <= LONGEST_HEADLINE
    low, high = words(survey.low_label, lang), words(survey.high_label, lang)
    is_yes_or_no = survey.scale == "thumbs"
    said: dict[str, Any] = {
        "dir": direction(lang),
        "where": touchpoint.named(lang),
        "question": words(survey.question, lang),
        "faces": [low or frame.no, high or frame.yes] if is_yes_or_no else None,
        "ends": [] if is_yes_or_no else [end(survey.measure.low, low), end(survey.measure.high, high)],
        "why": words(survey.comment, lang) or frame.why,
        "send": frame.send,
        "close": frame.close,
        "thanks": own if is_headline else frame.thanks,
        "arrived": own if own and not is_headline else frame.arrived,
        "failed": frame.failed,
    }
    if survey.follow_up is not None:
        said["follow"] = words(survey.follow_up.question, lang)
        said["choices"] = {name: words(label, lang) for name, label in survey.follow_up.choices.items()} or None
    return {name: text for name, text in said.items() if text is not None}


def end(score: int, label: str) -> str:
    return f"{score} = {label}" if label else ""


def colours(own: str | None) -> str:
    """The rule that sets the colours: the owner's, where they can be read on the card, by day and by night."""
    day, night = (paint(own, CARD_BY_DAY), paint(own, CARD_BY_NIGHT)) if own else SPARK
    by_day, by_night = (f"section{{--s:{found.colour};--t:{found.text}}}" for found in (day, night))
    return f"{by_day}@media(prefers-color-scheme:dark){{{by_night}}}"


@cache
def source() -> str:
    """widget.js without comments, and without the space that a machine can do without; text in quotes stays.

    That is all it takes: compression does the rest, and the limit of 3 kB holds without another dependency in every
    function's zip. It counts on how widget.js is written: a semicolon after every statement, comments on lines of
    their own, texts in double quotes.
    """
    code = re.sub(r"^ *//.*$", "", (HERE / "widget.js").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r"""("[^"]*")|\s*([-+*<>=!?:|&,;(){}]+)\s*|\s+""", lambda it: it[1] or it[2] or " ", code).strip()


@cache
def style() -> str:
    """widget.css, likewise; no space before a colon or around + and - can be left out there."""
    code = re.sub(r"/\*.*?\*/", "", (HERE / "widget.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*|(:)\s+|\s+", lambda it: it[1] or it[2] or " ", code).replace(";}", "}").strip()
