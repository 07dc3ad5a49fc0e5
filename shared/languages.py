"""The languages that our own words are in, and which of them somebody gets: a page's visitor, a message's reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

Frame = TypeVar("Frame")
FIRST = "en"
LANGUAGES = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "de": "Deutsch",
    "it": "Italiano",
    "pt": "Português",
    "nl": "Nederlands",
    "ar": "العربية",
}
"""Each by the name that its speakers give it."""
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


def frames(path: Path, kind: type[Frame]) -> dict[str, Frame]:
    """The words of a channel by language. path: JSON, `{"en": {"send": "Send"}}`; kind: a dataclass of such texts.

    Raises TypeError where a language lacks a text or has one too many.
    """
    return {language: kind(**texts) for language, texts in json.loads(path.read_text(encoding="utf-8")).items()}


def choose(asked: str | None, accepted: str | None, spoken: Sequence[str]) -> str:
    """A page's language: the one asked for, else the best that the browser accepts, else the first spoken.

    accepted: an Accept-Language header (RFC 9110); spoken: such as the survey's languages, of which ours are taken.
    """
    both = [language for language in spoken if language in LANGUAGES] or [FIRST]
    wanted = [base(asked)] if asked else []
    wanted += preferences(accepted or "")
    return next((language for language in wanted if language in both), both[0])


def preferences(header: str) -> list[str]:
    """The languages of an Accept-Language header, best first; what cannot be read is left out."""
    weighed = []
    for part in header[:500].split(","):
        language, _, quality = part.partition(";")
        weighed.append((-weight(quality), base(language)))
    return [language for refused, language in sorted(weighed, key=lambda pair: pair[0]) if refused < 0]


def weight(quality: str) -> float:
    """`q=0.8` is 0.8; nothing is 1; what cannot be read is 0."""
    name, _, number = quality.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(number) if name == "q" and 0 <= float(number) <= 1 else 0.0
    except ValueError:
        return 0.0


def base(language: str) -> str:
    """`fr-CA` and `fr_CA` are `fr`."""
    return language.strip().lower().replace("_", "-").split("-")[0]


def direction(language: str) -> str:
    return "rtl" if base(language) in RIGHT_TO_LEFT else "ltr"
