"""Colours that can be read: an owner's colour, moved towards dark or light where it could not.

Contrast as WCAG 2.2 counts it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): 1 to 21.
"""

from __future__ import annotations

from dataclasses import dataclass

BLACK, WHITE = "#000000", "#ffffff"
STANDS_OUT = 3.0
"""Buttons and outlines against what they stand on; text on them always has 4.5, see `text_on`."""
STEPS = 20


@dataclass(frozen=True)
class Paint:
    """A colour for buttons, marks and outlines, and the colour of text on it."""

    colour: str
    text: str


def paint(colour: str, card: str, at_least: float = STANDS_OUT) -> Paint:
    """The colour, or the nearest to it on its way to black or white whose contrast to the card is at least so much."""
    far = text_on(card)
    steps = (mixed(colour, far, step / STEPS) for step in range(STEPS + 1))
    seen = next(one for one in steps if contrast(one, card) >= at_least)
    return Paint(seen, text_on(seen))


def text_on(colour: str) -> str:
    """Black or white, whichever reads better: at least 4.58, since their contrasts multiply to 21."""
    return max(WHITE, BLACK, key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of `#rrggbb`."""
    red, green, blue = (linear(part / 255) for part in parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def mixed(one: str, other: str, share: float) -> str:
    """One colour with that share, 0 to 1, of another."""
    pairs = zip(parts(one), parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
