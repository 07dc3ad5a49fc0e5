"""Words and two-word phrases of a comment, in any language. Pure.

Letters and their marks make words; everything else, digits too, parts them. Case and the accents of Latin, Greek
and Cyrillic letters are passed over, as many people type none; so are the vowel signs of Arabic. What stands before
an apostrophe in French or Italian (l', qu', dell') is left out. Chinese and Japanese do not part words: there any
two neighbouring characters are a word, and any four a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from unicodedata import category, normalize

LONGEST_READ = 2000
"""Characters of a comment; what comes behind is not looked at."""
UNPARTED = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
PASSED_OVER = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670]")
APOSTROPHES = re.compile("['\u2019\u02bc]")
ELIDED_AT_MOST, ENDING_AT_MOST = 5, 2
"""Letters: of `dell'` and its like; of `t`, `ll` and `re` in English."""


@dataclass(frozen=True)
class Term:
    """A word or a phrase. key: equal for all its spellings; text: as it was written here; parts: keys of its words."""

    key: str
    text: str
    parts: tuple[str, ...]

    @property
    def is_phrase(self) -> bool:
        return len(self.parts) > 1


@cache
def pattern() -> re.Pattern[str]:
    """Runs of characters of scripts that do not part words; words; and what parts phrases."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if category(chr(code)).startswith("M"))
    letter = rf"(?:[^\W\d_]|[{re.escape(marks)}])"
    word = rf"(?![{UNPARTED}]){letter}"
    return re.compile(rf"(?P<run>[{UNPARTED}]+)|(?P<word>(?:{word})+(?:['\u2019\u02bc](?:{word})+)*)|(?P<stop>[^\s-])")


def folded(text: str) -> str:
    """The text as words are compared: without case, accents and vowel signs."""
    return normalize("NFC", PASSED_OVER.sub("", normalize("NFD", normalize("NFKC", text).casefold())))


def terms(comment: str) -> dict[str, Term]:
    """Every word and phrase of a comment, once, by key."""
    found: dict[str, Term] = {}
    for clause in clauses(normalize("NFKC", comment[:LONGEST_READ])):
        for place, term in enumerate(clause):
            found.setdefault(term.key, term)
            follower = clause[place + 1] if place + 1 < len(clause) else None
            phrase = joined(term, follower) if follower else None
            if phrase:
                found.setdefault(phrase.key, phrase)
        for phrase in unparted_phrases(clause):
            found.setdefault(phrase.key, phrase)
    return found


def clauses(text: str) -> Iterator[list[Term]]:
    """The words between two marks of punctuation, clause after clause."""
    clause: list[Term] = []
    for match in pattern().finditer(text):
        if match["stop"]:
            yield clause
            clause = []
        elif match["run"]:
            run = match["run"]
            pairs = [run[place : place + 2] for place in range(len(run) - 1)] or [run]
            clause += [word_of(pair) for pair in pairs]
        else:
            word = without_elision(match["word"])
            clause += [word_of(word)] if len(word) > 1 else []
    yield clause


def word_of(text: str) -> Term:
    key = folded(APOSTROPHES.sub("", text))
    return Term(key, text.casefold(), (key,))


def without_elision(word: str) -> str:
    """`l'attente` and `qu'attente` are `attente`; `don't` and `aujourd'hui` are what they are."""
    *before, last = APOSTROPHES.split(word)
    is_elided = before and len(before[-1]) <= ELIDED_AT_MOST and len(last) > ENDING_AT_MOST
    return last if is_elided else word


def is_unparted(key: str) -> bool:
    """Whether it is of a script that does not part words."""
    return bool(re.match(f"[{UNPARTED}]", key))


def joined(first: Term, second: Term) -> Term | None:
    """The phrase of two neighbouring words; none of characters that follow one another without a space."""
    if is_unparted(first.key) or is_unparted(second.key):
        return None
    return Term(f"{first.key} {second.key}", f"{first.text} {second.text}", (first.key, second.key))


def unparted_phrases(clause: list[Term]) -> Iterator[Term]:
    """Of scripts that do not part words, any four characters that follow one another."""
    for first, middle, last in zip(clause, clause[1:], clause[2:], strict=False):
        is_run = all(is_unparted(one.key) and len(one.key) == 2 for one in (first, middle, last))
        if is_run and first.key[1] == middle.key[0] and middle.key[1] == last.key[0]:
            yield Term(first.key + last.key, first.text + last.text, (first.key, middle.key, last.key))
