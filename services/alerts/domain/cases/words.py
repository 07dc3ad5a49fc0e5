"""Words found in a comment, whole, in any language: capitals, accents and the width of letters make no difference."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
"""Letters that Unicode does not take apart, but people do."""
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that put no space between words: there, a word is found wherever its signs stand."""


def found(words: Iterable[str], comment: str) -> list[str]:
    """Those of the words, or of the phrases, that the comment holds, as they were given."""
    text = folded(comment)
    return [word for word in words if holds(text, folded(word))]


def holds(text: str, word: str) -> bool:
    """Both folded. A word is whole where nothing of a word stands right before or behind it."""
    if not word.strip():
        return False
    return word.strip() in text if is_unspaced(word) else word in text


def folded(text: str) -> str:
    """The text's words in small letters without accents, a blank before and behind each."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn").translate(PLAIN)
    spaced = "".join(sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in letters)
    return f" {' '.join(spaced.split())} "


def is_unspaced(word: str) -> bool:
    return any(unicodedata.name(sign, "").startswith(UNSPACED) for sign in word)
