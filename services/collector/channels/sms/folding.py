"""A text as it is searched for numbers and words: digits in one spelling, each sign with the place it comes from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from services.collector.channels.sms.vocabulary import plain

UNSEEN = {0xFE0E, 0xFE0F, 0x20E3, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x061C, *range(0x1F3FB, 0x1F400)}
UNSEEN |= {*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""Marks that change how a sign looks (keycaps, skin tones) or which way it runs, and say nothing else."""
TEN = "\U0001f51f"
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Word:
    """A word, plain. start, end: where it stands in the folded text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Folded:
    """`text` is searched; `origins[n]` is the place in `original` that its sign n comes from."""

    original: str
    text: str
    origins: tuple[int, ...]

    @property
    def words(self) -> list[Word]:
        return [Word(plain(found[0]), found.start(), found.end()) for found in WORD.finditer(self.text)]

    def words_after(self, place: int) -> list[Word]:
        return [word for word in self.words if word.start >= place]

    def original_from(self, place: int) -> str:
        """What was written from that place of the folded text on."""
        return self.original[self.origins[place] :] if place < len(self.origins) else ""


def folded(text: str) -> Folded:
    signs: list[str] = []
    origins: list[int] = []
    for place, sign in enumerate(text):
        for part in folded_sign(sign):
            signs.append(part)
            origins.append(place)
    return Folded(text, "".join(signs), tuple(origins))


def folded_sign(sign: str) -> str:
    """`９`, `٩`, `۹` and `⑨` are 9; `½` is `.5` and `²` a letter, so that neither becomes a digit of a score."""
    if ord(sign) in UNSEEN:
        return ""
    if sign == TEN:
        return "10"
    if (digit := unicodedata.decimal(sign, None)) is not None:
        return str(digit)
    if sign.isascii():
        return sign
    kind = unicodedata.decomposition(sign).partition(" ")[0]
    if kind == "<fraction>":
        return ".5"
    if kind in ("<super>", "<sub>"):
        return "x"
    return unicodedata.normalize("NFKC", sign)
