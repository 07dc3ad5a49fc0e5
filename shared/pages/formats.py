"""Numbers, shares and days as people write them, in French and in English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

NARROW, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"
MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def number(value: float, lang: str, digits: int = 0) -> str:
    """`12 345,6` and `12,345.6`; a true minus sign, and no minus before a zero."""
    text = f"{abs(value):,.{digits}f}"
    sign = MINUS if value < 0 and text.strip("0.,") else ""
    return sign + (text.replace(",", NARROW).replace(".", ",") if lang == "fr" else text)


def percent(value: float, lang: str, digits: int = 0) -> str:
    """A share from 0 to 1 as `7 %` or `7%`."""
    return number(100 * value, lang, digits) + (f"{NO_BREAK}%" if lang == "fr" else "%")


def points(value: float, lang: str, digits: int = 0) -> str:
    """A difference of shares, −1 to 1, in points, with its sign: `+4 pts`."""
    text = number(100 * value, lang, digits)
    return (text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}") + f"{NO_BREAK}pts"


def day(value: date, lang: str, with_year: bool = False) -> str:
    """`3 mars`, `3 Mar 2026`; the first of a month is `1er` in French."""
    first = "1er" if lang == "fr" and value.day == 1 else str(value.day)
    text = f"{first}{NO_BREAK}{MONTHS[lang][value.month - 1]}"
    return f"{text} {value.year}" if with_year else text


def moment(value: datetime, lang: str) -> str:
    """A time in UTC to the minute: `3 mars 2026, 14:05 UTC`."""
    utc = value.astimezone(UTC)
    return f"{day(utc.date(), lang, with_year=True)}, {utc:%H:%M} UTC"


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "points": points,
    "day": day,
    "moment": moment,
}
"""By these names templates write values: `{{ share|percent(lang) }}`."""
