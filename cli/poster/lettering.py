"""Text as shapes: the right letter forms in either direction of writing, lines as wide as there is room."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

import uharfbuzz

from cli.poster.pdf import Page

FONTS = Path(__file__).parent / "fonts"
LATIN, ARABIC = "NotoSans", "NotoSansArabic"
RIGHT, LEFT, NEITHER = "rtl", "ltr", ""
CLASSES = {"R": RIGHT, "AL": RIGHT, "AN": RIGHT, "NSM": RIGHT, "L": LEFT, "EN": LEFT}
"""Of the Unicode bidirectional classes those that have a direction; digits count as left to right."""


class Unwritable(Exception):
    """The poster's fonts lack a character; the text is that character."""


@dataclass(frozen=True)
class Run:
    """Characters of one direction and one font."""

    text: str
    direction: str
    family: str


@dataclass
class Pen:
    """Takes a glyph's outline as HarfBuzz draws it, and gives it as steps of a path at its place and size."""

    x: float
    y: float
    scale: float
    steps: list[tuple[str | float, ...]] = field(default_factory=list)
    at: tuple[float, float] = (0.0, 0.0)

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        return self.x + point[0] * self.scale, self.y - point[1] * self.scale

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - the names that uharfbuzz calls
        self.at = point
        self.steps.append(("m", *self.place(point)))

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self.at = point
        self.steps.append(("l", *self.place(point)))

    def qCurveTo(self, handle: tuple[float, float], end: tuple[float, float]) -> None:  # noqa: N802
        first, second = (
            (point[0] + 2 / 3 * (handle[0] - point[0]), point[1] + 2 / 3 * (handle[1] - point[1]))
            for point in (self.at, end)
        )
        self.curveTo(first, second, end)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self.at = points[-1]
        self.steps.append(("c", *(part for point in points for part in self.place(point))))

    def closePath(self) -> None:  # noqa: N802
        """Filling closes what is open."""


@cache
def font(family: str, weight: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(FONTS / f"{family}-{weight}.ttf")))


def runs(text: str, direction: str) -> list[Run]:
    """The runs of a line as they stand from left to right.

    direction: of the paragraph. What has none of its own, such as a space, goes with its neighbours where both
    have the same, else with the paragraph, and a bracket that closes with the one that opened: of Unicode's rules
    (UAX 9) what a poster's few words need.
    """
    own = [CLASSES.get(unicodedata.bidirectional(sign), NEITHER) for sign in text]
    settled = [one or between(own, place, direction) for place, one in enumerate(own)]
    for opening, closing in pairs(text):
        settled[closing] = settled[opening]
    found = []
    for way, signs in groupby(zip(settled, text, strict=True), key=lambda pair: pair[0]):
        pieces = list(by_font("".join(sign for _, sign in signs), way))
        found.append(pieces[::-1] if way == RIGHT else pieces)
    return [run for pieces in (found[::-1] if direction == RIGHT else found) for run in pieces]


def pairs(text: str) -> Iterator[tuple[int, int]]:
    """The places of brackets that belong together."""
    open_at = []
    for place, sign in enumerate(text):
        if sign in "([{":
            open_at.append(place)
        elif sign in ")]}" and open_at:
            yield open_at.pop(), place


def between(own: list[str], place: int, direction: str) -> str:
    before = next((one for one in reversed(own[:place]) if one), direction)
    after = next((one for one in own[place:] if one), direction)
    return before if before == after else direction


def by_font(text: str, way: str) -> Iterator[Run]:
    """Each stretch in the first font that has its characters. Raises Unwritable."""
    families = (ARABIC, LATIN) if way == RIGHT else (LATIN, ARABIC)
    for family, signs in groupby(text, key=lambda sign: family_of(sign, families)):
        yield Run("".join(signs), way, family)


def family_of(sign: str, families: tuple[str, ...]) -> str:
    for family in families:
        if font(family, "Bold").get_nominal_glyph(ord(sign)):
            return family
    raise Unwritable(sign)


@dataclass(frozen=True)
class Style:
    """size: in points; weight: Regular or Bold; spacing: between letters, in points."""

    size: float
    weight: str = "Regular"
    spacing: float = 0.0

    def shaped(self, run: Run) -> Iterator[tuple[int, float, float, float]]:
        """Each glyph of a run from left to right: its number, its advance and its offset, in points."""
        chosen, buffer = font(run.family, self.weight), uharfbuzz.Buffer()
        buffer.add_str(run.text)
        buffer.guess_segment_properties()
        buffer.direction = run.direction
        uharfbuzz.shape(chosen, buffer)
        scale = self.size / chosen.face.upem
        for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            advance = place.x_advance * scale + self.spacing
            yield glyph.codepoint, advance, place.x_offset * scale, place.y_offset * scale

    def width(self, text: str, direction: str) -> float:
        return sum(advance for run in runs(text, direction) for _, advance, _, _ in self.shaped(run))

    def lines(self, text: str, direction: str, room: float) -> list[str]:
        """The text in lines that fit into so many points, as far as its words let it, of about equal length."""
        few = self.filled(text, direction, room)
        narrow = room
        while len(few) > 1 and len(self.filled(text, direction, narrow - self.size)) == len(few):
            narrow -= self.size
        return self.filled(text, direction, narrow)

    def filled(self, text: str, direction: str, room: float) -> list[str]:
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, direction) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def write(self, page: Page, text: str, direction: str, x: float, y: float) -> None:
        """Fills the text's shapes. x: its left end; y: the line it stands on."""
        for run in runs(text, direction):
            chosen = font(run.family, self.weight)
            for glyph, advance, right, up in self.shaped(run):
                pen = Pen(x + right, y - up, self.size / chosen.face.upem)
                chosen.draw_glyph_with_pen(glyph, pen)
                if pen.steps:
                    page.path(pen.steps)
                x += advance
