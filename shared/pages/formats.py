"""Numbers, shares, scores and days as people write them, in French and in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from shared.catalogue import words
from shared.scales import scale

NARROW, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"
HELD = re.compile(r"(?<=\S) (?=[:;?!%»])|(?<=«) ")
MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
THUMBS = {"fr": ("pouce vers le bas", "pouce vers le haut"), "en": ("thumbs down", "thumbs up")}
SCORED_DEEDS = ("opened", "changed", "taken_back")
"""Deeds of the person themselves in a case's story."""


def number(value: float, lang: str, digits: int = 0) -> str:
    """`12 345,6` and `12,345.6`; a true minus sign, and no minus before a zero."""
    text = f"{abs(value):,.{digits}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    return sign + (text.replace(",", NARROW).replace(".", ",") if lang == "fr" else text)


def percent(value: float, lang: str, digits: int = 0) -> str:
    """A share from 0 to 1 as `7 %` or `7%`."""
    return number(100 * value, lang, digits) + (f"{NO_BREAK}%" if lang == "fr" else "%")


def points(value: float, lang: str) -> str:
    """A difference of shares, −1 to 1, in points, with its sign: `+4 pts`."""
    return f"{signed(value, lang)}{NO_BREAK}pts"


def signed(value: float, lang: str) -> str:
    """The points alone: `+4`, `0`, `−6`."""
    text = number(100 * value, lang)
    return text if text.startswith(MINUS) or text == "0" else f"+{text}"


def day(value: date, lang: str, with_year: bool = False) -> str:
    """`3 mars`, `3 Mar 2026`; the first of a month is `1er` in French."""
    first = "1er" if lang == "fr" and value.day == 1 else str(value.day)
    text = f"{first}{NO_BREAK}{MONTHS[lang][value.month - 1]}"
    return f"{text} {value.year}" if with_year else text


def moment(value: datetime, lang: str) -> str:
    """A time in UTC to the minute: `3 mars 2026, 14:05 UTC`."""
    utc = value.astimezone(UTC)
    return f"{day(utc.date(), lang, with_year=True)}, {utc:%H:%M} UTC"


def held(text: str) -> str:
    """French text whose spaces before `:;?!%` and inside « » do not break, so that no line begins with a mark."""
    return HELD.sub(NO_BREAK, text)


def counted(n: int, lang: str, one: str, many: str) -> str:
    """`1 answer`, `1,234 answers`; in French 0 goes with 1."""
    return f"{number(n, lang)}{NO_BREAK}{one if n == 1 or (n == 0 and lang == 'fr') else many}"


def span(low: float, high: float, lang: str, digits: int = 0) -> str:
    """The ends of a share's interval: `9–16 %`."""
    return f"{number(100 * low, lang, digits)}–{percent(high, lang, digits)}"


def score(value: int, scale_name: str, lang: str) -> str:
    """One person's score: `2 of 5`, and on thumbs, whose 0 of 1 nobody would understand, `thumbs down`.

    Raises ValueError where there is no scale of that name.
    """
    if scale_name == "thumbs" and value in (0, 1):
        return THUMBS[lang][value]
    return f"{value} {'sur' if lang == 'fr' else 'of'} {scale(scale_name).high}"


def deed_detail(what: str, detail: str, scale_name: str, lang: str) -> str:
    """What a deed in a case's story says of itself: of a deed of the person, that is the score."""
    return score(int(detail), scale_name, lang) if detail and what in SCORED_DEEDS else detail


def score_alone(value: int, scale_name: str, lang: str) -> str:
    """A score where the others of its scale stand beside it: `2`, `thumbs down`."""
    return score(value, scale_name, lang) if scale_name == "thumbs" else str(value)


def at_most(value: int, scale_name: str, lang: str) -> str:
    """A score and those below: `2 or less`; the lowest alone, as nothing is below."""
    alone = score_alone(value, scale_name, lang)
    return alone if value == scale(scale_name).low else f"{alone} {'ou moins' if lang == 'fr' else 'or less'}"


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "points": points,
    "signed": signed,
    "day": day,
    "moment": moment,
    "span": span,
    "counted": counted,
    "score": score,
    "at_most": at_most,
    "words": words,
}
"""By these names templates write values: `{{ share|percent(lang) }}`."""
