"""How a text message is written and counted: GSM 03.38 where every character is in it, else UCS-2. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Written as two septets, of which a part's border takes neither or both."""
ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""What fits a message of one part, and each part of a longer one."""
PLAIN = {
    **dict.fromkeys("’‘‚‛′`´", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2002\u2003\t", " "),
    **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad", ""),
    **{"…": "...", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "•": "-", "·": "-", "×": "x"},
}
"""What reads the same in plain characters."""


@dataclass(frozen=True)
class Count:
    """What a text costs to send. units: septets, or 16-bit units."""

    encoding: Encoding
    units: int
    parts: int


def count(text: str) -> Count:
    """The encoding that the text needs, and in how many parts it goes; an empty text takes one."""
    encoding: Encoding = "GSM-7" if set(text) <= BASIC | EXTENDED else "UCS-2"
    widths = [width(character, encoding) for character in text]
    alone, shared = ROOM[encoding]
    return Count(encoding, sum(widths), 1 if sum(widths) <= alone else packed(widths, shared))


def width(character: str, encoding: Encoding) -> int:
    """Septets, or 16-bit units: two for a character that is written as a pair."""
    if encoding == "GSM-7":
        return 2 if character in EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def packed(widths: Iterable[int], room: int) -> int:
    """How many parts of that room they fill, when none is cut in two."""
    parts, used = 1, 0
    for one in widths:
        parts, used = (parts, used + one) if used + one <= room else (parts + 1, one)
    return parts


def plain(text: str) -> str:
    """The text in GSM 03.38, where it can be read so: `’` becomes `'`, `ê` becomes `e`; else as it was.

    A text that loses nothing but accents and typography is one part instead of three; one in another script
    would lose itself.
    """
    text = unicodedata.normalize("NFC", text)
    spelled = "".join(one if one in BASIC | EXTENDED else bare(one) for one in text)
    return spelled if set(spelled) <= BASIC | EXTENDED else text


def bare(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    spread = unicodedata.normalize("NFKD", character)
    return "".join(one for one in spread if not unicodedata.combining(one))
