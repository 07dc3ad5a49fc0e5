"""What a text message wishes, beside an answer: STOP, START or HELP, in the words people use for it."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Wish = Literal["stop", "start", "help"]
WISHES: tuple[Wish, ...] = ("stop", "start", "help")
"""In the order in which they are looked for: who says STOP and START wants to be left alone."""
SPELLED_APART = re.compile(r"\b(OPT) (OUT)\b")


class Words(NamedTuple):
    """Of one wish: said alone, as the first word, or anywhere."""

    alone: frozenset[str]
    first: frozenset[str]
    within: frozenset[str]


def wish(text: str) -> Wish | None:
    """What the message wishes; None where it is an answer, or anything else.

    Case, accents, width and punctuation do not matter. STOP as the first word stops whatever follows, even a score:
    asking nobody who wants it costs an answer, asking somebody who does not costs more.
    """
    said = plain(text)
    return next((one for one in WISHES if is_said(said, table()[one])), None)


def is_said(said: str, words: Words) -> bool:
    first = said.partition(" ")[0]
    return said in words.alone or first in words.first or any(f" {each} " in f" {said} " for each in words.within)


def plain(text: str) -> str:
    """Upper case, without accents; everything but letters and digits becomes one space."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(char for char in spread if not unicodedata.combining(char) and char not in "'’")
    return SPELLED_APART.sub(r"\1\2", " ".join(re.findall(r"[^\W_]+", bare.upper())))


@cache
def table() -> dict[Wish, Words]:
    """The words of each wish, written as `plain` writes them. The file names the source of each group."""
    wishes = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {one: Words(*(group(wishes[one].get(place, {})) for place in Words._fields)) for one in WISHES}


def group(by_source: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(plain(word) for words in by_source.values() for word in words)
