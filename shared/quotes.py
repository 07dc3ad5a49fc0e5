"""Whether a quote in an alert was taken from a person's comment, told without the comment itself. Pure.

Quotes are masked and cut short (`shared.causes`). So a comment is told by a trace: its first words, each as a short
salted hash. A quote is its if the quote's words are those of the trace, from the first on; a mask stands for any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from shared.causes.masking import MASK
from shared.events import AlertEvent

MOST_WORDS = 60
"""Of a trace. A quote may have more: then those that the trace has tell."""
MOST_MASKED = 30
"""Words that one mask is taken to stand for where the trace ends before what is behind it."""
CUT = "…"
WORD = re.compile(r"[^\W\d_]+")
IsTheirs = Callable[[str], bool]


def hashed(words: Iterable[str], salt: str) -> list[str]:
    return [sha256(f"{salt}:{word}".encode()).hexdigest()[:6] for word in words]


def trace(comment: str, salt: str) -> str:
    """What tells a comment from others; of use only together with the salt, and with a quote of it."""
    return " ".join(hashed(WORD.findall(comment.casefold())[:MOST_WORDS], salt))


def is_of(quote: str, traces: Iterable[str], salt: str) -> bool:
    """Whether the quote was taken from one of the comments; a quote that is masked whole is anybody's, so theirs."""
    parts = [hashed(WORD.findall(part), salt) for part in quote.casefold().split(MASK)]
    is_cut = quote.endswith(CUT)
    if is_cut:
        del parts[-1][-1:]  # it may be half a word
    return any(reads(parts, one.split(), is_cut) for one in traces)


def reads(parts: Sequence[list[str]], words: Sequence[str], is_cut: bool) -> bool:
    """Whether a quote's parts, with a mask between each two, are how a comment begins, as far as its trace reaches.

    is_cut: the comment may go on behind the quote.
    """
    is_whole = len(words) < MOST_WORDS
    ends = {0}
    for place, part in enumerate(parts):
        starts = range(min(ends), len(words) + 1) if place else (0,)
        if not is_whole and any(runs_out(part, words, start, max(ends)) for start in starts):
            return True
        ends = {start + len(part) for start in starts if words[start : start + len(part)] == part}
        if not ends:
            return False
    return is_cut or len(words) in ends


def runs_out(part: list[str], words: Sequence[str], start: int, behind: int) -> bool:
    """Whether the words end within the part, or just before it. behind: where the last part may have ended."""
    there = words[start:]
    return len(there) < len(part) and there == part[: len(there)] and (there != [] or start - behind <= MOST_MASKED)


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
