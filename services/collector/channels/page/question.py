"""What a question's page shows: its answers to choose from, its follow-up question, what is wrong; in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.collector.channels.page.words import FRAMES, Frame
from shared.catalogue import Survey, words
from shared.errors import FieldError
from shared.languages import FIRST, base, direction

ANCHORS = {"#/comment": "comment", "#/follow_up": "follow_up", "#/follow_up_text": "follow_up_text"}
"""Where the summary of mistakes leads; any other leads to the scale."""


@dataclass(frozen=True)
class Typed:
    """What the form shows filled in, as text."""

    score: str = ""
    comment: str = ""
    follow_up: str = ""
    follow_up_text: str = ""
    call_back: bool = False


@dataclass(frozen=True)
class Choice:
    """One answer to choose. text: what is seen; spoken: what a screen reader says beside it.

    asks_more: the follow-up question is for those who choose it.
    """

    value: int
    text: str
    spoken: str = ""
    asks_more: bool = False


@dataclass(frozen=True)
class Asked:
    """The follow-up question. choices: their text by id; none where it is answered in own words."""

    question: str
    choices: Mapping[str, str]


def question_values(survey: Survey, lang: str, typed: Typed, wrong: Sequence[FieldError]) -> dict[str, Any]:
    """What the templates `question.html` and `more.html` name."""
    frame, scale = FRAMES[lang], survey.measure
    has_ends = scale.name != "thumbs"
    low = end(survey.low_label, scale.low, lang) if has_ends else ""
    high = end(survey.high_label, scale.high, lang) if has_ends else ""
    texts = {ANCHORS.get(error.pointer, "score"): text_of(error, survey, frame) for error in wrong}
    described = (["score-error"] if "score" in texts else []) + (["ends"] if low or high else [])
    return {
        "title": words(survey.question, lang),
        "question": said(survey.question, lang),
        "choices": choices_of(survey, lang),
        "low": low,
        "high": high,
        "described": " ".join(described),
        "follow_up": follow_up_of(survey, lang),
        "why": said(survey.comment, lang) if survey.comment else frame.why,
        "typed": typed,
        "wrong": texts,
    }


def choices_of(survey: Survey, lang: str) -> list[Choice]:
    """The answers from bad to good. Yes and no are words; stars are told as such; the ends carry their label."""
    scale, frame = survey.measure, FRAMES[lang]
    ends = {scale.low: words(survey.low_label, lang), scale.high: words(survey.high_label, lang)}
    asks_more = {score: survey.follow_up_to(score) is not None for score in range(scale.low, scale.high + 1)}
    if scale.name == "thumbs":
        no, yes = ends[0] or frame.no, ends[1] or frame.yes
        return [Choice(0, no, asks_more=asks_more[0]), Choice(1, yes, asks_more=asks_more[1])]
    star = " ★" if scale.name == "stars" else ""
    return [
        Choice(value, f"{value}{star}", f"({ends[value]})" if ends.get(value) else "", asks_more[value])
        for value in range(scale.low, scale.high + 1)
    ]


def end(label: Mapping[str, str], score: int, lang: str) -> str:
    from markupsafe import Markup

    return Markup("{} = <bdi>{}</bdi>").format(score, said(label, lang)) if label else ""


def follow_up_of(survey: Survey, lang: str) -> Asked | None:
    asked = survey.follow_up
    if asked is None:
        return None
    return Asked(said(asked.question, lang), {key: said(text, lang) for key, text in asked.choices.items()})


def text_of(error: FieldError, survey: Survey, frame: Frame) -> str:
    """A wrong field in words for the person who filled it in."""
    if error.pointer == "#/ticket":
        return frame.out_of_date
    if error.pointer in ("#/comment", "#/follow_up_text"):
        return frame.too_long
    if error.pointer == "#/follow_up" or survey.scale == "thumbs":
        return frame.choose_one
    return frame.choose.format(low=survey.measure.low, high=survey.measure.high)


def said(text: Mapping[str, str], lang: str) -> str:
    """The words for a page in that language, as HTML; marked as another language's where there are none in it."""
    from markupsafe import Markup, escape

    spoken = next((one for one in (lang, base(lang), FIRST) if one in text), next(iter(text), lang))
    own = escape(words(dict(text), lang))
    if base(spoken) == base(lang) or not own:
        return own
    return Markup('<span lang="{}" dir="{}">{}</span>').format(spoken, direction(spoken), own)
