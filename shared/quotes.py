"""Whether a quote in an alert was taken from a person's comment, told without the comment itself. Pure.

Quotes are masked and cut short (`shared.causes`). So a comment is told by a trace: its first words, each as a short
salted hash. A quote is its if the quote's words are those of the trace, from the first on; a mask stands for any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import sha256

from shared.causes.masking import MASK
from shared.events import AlertEvent

MOST_WORDS = 60
"""Of a trace: more than a quote has."""
CUT = "…"
WORD = re.compile(r"[^\W\d_]+")
ANY = "(?:[0-9a-f]{6} )*?"
IsTheirs = Callable[[str], bool]


def hashed(words: Iterable[str], salt: str) -> str:
    return "".join(f"{sha256(f'{salt}:{word}'.encode()).hexdigest()[:6]} " for word in words)


def trace(comment: str, salt: str) -> str:
    """What tells a comment from others; of use only together with the salt, and with a quote of it."""
    return hashed(WORD.findall(comment.casefold())[:MOST_WORDS], salt)


def is_of(quote: str, traces: Iterable[str], salt: str) -> bool:
    """Whether the quote was taken from one of the comments; a quote that is masked whole is anybody's, so theirs."""
    parts = [WORD.findall(part) for part in quote.casefold().split(MASK)]
    is_cut = quote.endswith(CUT) or sum(map(len, parts)) >= MOST_WORDS
    if is_cut and parts[-1]:
        parts[-1] = parts[-1][:-1]  # it may be half a word
    pattern = re.compile(ANY.join(hashed(words, salt) for words in parts) + ("" if is_cut else "$"))
    return any(pattern.match(one) for one in traces)


def quotes_of(event: AlertEvent) -> frozenset[str]:
    """Everything that the alert quotes."""
    examples = [*(one.examples for one in event.causes.segments), *(one.examples for one in event.causes.words)]
    return frozenset([*event.sample_comments, *(quote for several in examples for quote in several)])


def without(event: AlertEvent, is_theirs: IsTheirs) -> AlertEvent:
    """The alert without such quotes; the very same where it has none."""

    def left(quotes: list[str]) -> list[str]:
        return [one for one in quotes if not is_theirs(one)]

    causes = event.causes.model_copy(
        update={
            "segments": [one.model_copy(update={"examples": left(one.examples)}) for one in event.causes.segments],
            "words": [one.model_copy(update={"examples": left(one.examples)}) for one in event.causes.words],
        }
    )
    return event.model_copy(update={"sample_comments": left(event.sample_comments), "causes": causes})
