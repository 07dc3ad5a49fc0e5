"""Names, addresses and numbers in what people wrote, put out of sight. Pure.

A word is taken for a name where it is written with a capital letter within a sentence and nobody writes it small;
a word behind a title is one wherever it stands. Languages that write every noun with a capital letter show
themselves by doing so: there only titles tell. A name that only ever begins sentences is not seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from shared.causes.tokens import folded, without_elision

MASK = "•••"
CAPITALS_USUAL, LEAST_CAPITALS = 0.18, 8
"""Where a larger share of the words within sentences has a capital letter, and so many different ones have, capitals
say nothing."""
SHOUTED = 0.6
"""A comment in which more than this share of the words within sentences has one says nothing of names."""
ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}|(?:https?://|www\.)\S+", re.IGNORECASE)
NUMBER = re.compile(r"\+?\d(?:[\s./-]?\d){3,}|\b(?!\d{1,2}h\d\d\b)(?=\w*[^\W\d_])\w*\d\w*\d\w*\d\w*\b", re.I)
"""Four digits or more, in groups or not; words with three digits or more, such as the number of an order.
A time of day (`12h30`, `12:30`) is none."""
WORD = re.compile(r"[^\W\d_]+(?:['\u2019\u02bc-][^\W\d_]+)*")
ENDS = re.compile(r"[.!?…:;\n•\"«“(¿¡-]\s*$")
TITLES = frozenset(
    {"m", "mr", "mrs", "ms", "mme", "mlle", "madame", "monsieur", "mademoiselle", "dr", "docteur", "doctor", "pr"}
    | {"professeur", "herr", "frau", "sig", "signor", "signora", "signore", "senor", "senora", "don", "dona", "sir"}
    | {"mevrouw", "meneer", "dhr", "mevr", "senhor", "senhora"}
)
NO_NAMES = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march"}
    | {"april", "may", "june", "july", "august", "september", "october", "november", "december", "internet", "wifi"}
)
"""What English writes with a capital letter, and a word or two that everybody does."""


def names_in(comments: Iterable[str], known: Iterable[str] = ()) -> frozenset[str]:
    """The words, folded, that are taken for names. known: words that are none, such as the values of attributes."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    titled: set[str] = set()
    for comment in comments:
        seen = list(placed(comment))
        within = [is_capital(word) for word, is_first, _ in seen if not is_first]
        is_shouted = sum(within) > SHOUTED * len(within)
        for word, is_first, is_titled in seen:
            if is_titled and is_capital(word):
                titled.add(folded(word))
            if not is_capital(word):
                small[folded(word)] += not word.isupper()
            elif not is_first and not is_shouted:
                capital[folded(word)] += 1
    is_frequent = sum(capital.values()) > CAPITALS_USUAL * (sum(small.values()) + sum(capital.values()))
    likely = (
        set()
        if is_frequent and len(capital) >= LEAST_CAPITALS
        else {word for word in capital if capital[word] > 2 * small[word]}
    )
    none = NO_NAMES | TITLES | {folded(word) for text in known for word in WORD.findall(text)}
    return frozenset((likely | titled) - none)


def placed(comment: str) -> Iterator[tuple[str, bool, bool]]:
    """Each word, whether it begins a sentence, and whether a title stands before it."""
    before = ""
    for match in WORD.finditer(comment):
        word, ahead = without_elision(match[0]), comment[: match.start()][-8:]
        if len(word) > 1:
            is_first = not comment[: match.start()].strip() or bool(ENDS.search(ahead))
            yield (
                word,
                is_first and word == match[0],
                folded(before) in TITLES and not ENDS.search(ahead.replace(".", "")),
            )
        before = word


def is_capital(word: str) -> bool:
    """Whether it is written as names are: `Durand`, `Saint-Jean`, not `VISA`, not `iPhone` or `PayPal`."""
    return all(part[:1].isupper() and part[1:].islower() for part in re.split("['\u2019\u02bc-]", word) if part)


def masked(comment: str, names: frozenset[str]) -> str:
    """The comment with a mask in place of addresses, long numbers and these names."""
    text = NUMBER.sub(MASK, ADDRESS.sub(MASK, comment))
    return WORD.sub(lambda match: hidden(match[0], names), text)


def hidden(word: str, names: frozenset[str]) -> str:
    bare = without_elision(word)
    parts = re.split("['\u2019\u02bc-]", bare)
    is_name = folded(bare) in names or any(folded(part) in names for part in parts if len(part) > 1)
    return word[: len(word) - len(bare)] + MASK if is_name else word
