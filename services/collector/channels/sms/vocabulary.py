"""The words by which people write numbers, yes and no, in each language, and what stands beside them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.languages import FIRST, base

FILE = Path(__file__).parent / "vocabulary.json"
ARABIC = str.maketrans({"ة": "ه", "ى": "ي", "ـ": ""})
"""Letters that are written one for the other."""


@dataclass(frozen=True)
class Vocabulary:
    """One language's words, plain. numbers: from word to value, 0 to 10; yes, no: words for a thumb up or down.

    ordinary: number words that are everyday words too, as `un` is. units: what follows a number that is no score.
    alternatives: what joins two numbers; out_of: what stands between a score and the best one; points: what
    scores are counted in.
    """

    numbers: dict[str, int]
    ordinary: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    alternatives: frozenset[str]
    out_of: re.Pattern[str]
    points: frozenset[str]
    units: frozenset[str]


@cache
def vocabularies() -> dict[str, Vocabulary]:
    """By language; read at the first text message."""
    return {lang: vocabulary(told) for lang, told in json.loads(FILE.read_text(encoding="utf-8")).items()}


def vocabulary(told: dict[str, Any]) -> Vocabulary:
    return Vocabulary(
        numbers={plain(word): value for value, words in enumerate(told["numbers"]) for word in words},
        ordinary=plain_set(told["ordinary"]),
        yes=plain_set(told["yes"]),
        no=plain_set(told["no"]),
        alternatives=plain_set(told["or"]),
        out_of=re.compile("|".join(rf"\s+{plain(words)}\s+".replace(" ", r"\s+") for words in told["out_of"])),
        points=plain_set(told["points"]),
        units=plain_set(told["units"]),
    )


def of(lang: str) -> Vocabulary:
    """The language's words; English ones for a language that we do not speak."""
    return vocabularies().get(base(lang), vocabularies()[FIRST])


@cache
def every() -> Vocabulary:
    """The number words, yes and no of all languages together: no word has two meanings among them."""
    all_of_them = vocabularies().values()
    return Vocabulary(
        numbers={word: value for one in all_of_them for word, value in one.numbers.items()},
        ordinary=frozenset(),
        yes=frozenset().union(*(one.yes for one in all_of_them)),
        no=frozenset().union(*(one.no for one in all_of_them)),
        alternatives=frozenset(),
        out_of=re.compile("|".join(one.out_of.pattern for one in all_of_them)),
        points=frozenset().union(*(one.points for one in all_of_them)),
        units=frozenset().union(*(one.units for one in all_of_them)),
    )


def plain_set(words: Iterable[str]) -> frozenset[str]:
    return frozenset(plain(word) for word in words)


def plain(text: str) -> str:
    """Small letters without accents or vowel signs: `ZÉRO` is `zero`, `أربعة` is `اربعه`."""
    bare = "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))
    return bare.casefold().translate(ARABIC)
