"""How a poster looks: the question on the owner's colour, the code on a white card, and what it asks of a passer-by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cli.poster.lettering import LEFT, RIGHT, Style
from cli.poster.pdf import A4, Page
from shared.colours import mixed, text_on
from shared.languages import direction

MM = 72 / 25.4
MARGIN = 18 * MM
QUIET = 4
"""Light modules around a code, as ISO/IEC 18004 asks; the card is as much larger than it."""
INK, SOFT, PAPER = "#221d19", "#665c54", "#ffffff"
OWN_COLOUR = "#b3400f"
"""Ours, for owners who have none."""
SPARK = (
    ("m", 12, 0),
    *(("c", 12.9, 7.2, 16.8, 11.1, 24, 12), ("c", 16.8, 12.9, 12.9, 16.8, 12, 24)),
    *(("c", 11.1, 16.8, 7.2, 12.9, 0, 12), ("c", 7.2, 11.1, 11.1, 7.2, 12, 0)),
)
"""The sign of our pages, 24 by 24."""
LARGEST, SMALLEST = 44.0, 16.0
"""Points of the first question. The others have half."""
ROOM = 94 * MM
"""Height that the questions may take."""
SMALLEST_CARD, LARGEST_CARD = 80 * MM, 116 * MM
FOOT = 68 * MM
"""Height of what stands below the card."""


@dataclass(frozen=True)
class Content:
    """What a poster says. questions: by language, the first one large; modules: the code's rows, dark ones true."""

    questions: dict[str, str]
    modules: Sequence[Sequence[bool]]
    url: str
    owner: str
    colour: str = OWN_COLOUR
    place: str = ""


@dataclass(frozen=True)
class Block:
    """A text in its lines. lead: points from line to line."""

    lines: tuple[str, ...]
    style: Style
    way: str
    lead: float

    @property
    def height(self) -> float:
        return self.lead * len(self.lines)

    def write(self, page: Page, top: float, *, centred: bool = False) -> float:
        """Writes it from that height down, at the side where its language begins; gives where it ends."""
        for place, line in enumerate(self.lines):
            width = self.style.width(line, self.way)
            start = A4[0] - MARGIN - width if self.way == RIGHT else MARGIN
            x = (A4[0] - width) / 2 if centred else start
            self.style.write(page, line, self.way, x, top + place * self.lead + self.lead * 0.78)
        return top + self.height


def block(text: str, lang: str, style: Style, room: float = A4[0] - 2 * MARGIN) -> Block:
    way = direction(lang)
    return Block(tuple(style.lines(text, way, room)), style, way, style.size * (1.5 if way == RIGHT else 1.24))


@cache
def words() -> dict[str, dict[str, str]]:
    """Our own words on posters, by language."""
    read: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
    return read


def poster(content: Content) -> Page:
    """The page. Raises Unwritable where a question has letters that the fonts lack."""
    page, ink = Page(), text_on(content.colour)
    asked = questions(content)
    head = MARGIN + 16 * MM
    top = head + sum(one.height for one in asked) + gaps(asked) + 11 * MM
    card = min(max(A4[1] - FOOT - top, SMALLEST_CARD), LARGEST_CARD)
    page.fill(content.colour)
    page.rectangle(0, 0, A4[0], top + card * 0.5)
    header(page, content, ink)
    y = head
    page.fill(ink)
    for place, one in enumerate(asked):
        y = one.write(page, y) + gap(place)
    square(page, content, top, card)
    below(page, content, top + card + 9 * MM)
    return page


def header(page: Page, content: Content, ink: str) -> None:
    """The sign and whose question it is."""
    size, style = 9 * MM, Style(15, "Bold")
    is_mirrored = direction(next(iter(content.questions))) == RIGHT
    sign = A4[0] - MARGIN - size if is_mirrored else MARGIN
    name = sign - 3 * MM - style.width(content.owner, LEFT) if is_mirrored else sign + size + 3 * MM
    page.fill(ink)
    page.path([(step, *placed(places, sign, MARGIN - 2, size / 24)) for step, *places in SPARK])
    style.write(page, content.owner, LEFT, name, MARGIN + size * 0.62)


def placed(places: Sequence[str | float], x: float, y: float, scale: float) -> list[float]:
    return [float(value) * scale + (y if index % 2 else x) for index, value in enumerate(places)]


def questions(content: Content) -> list[Block]:
    """The questions as large as there is room for."""
    size = LARGEST
    while True:
        first, *others = content.questions.items()
        small = Style(max(size * 0.5, 12))
        asked = [block(first[1], first[0], Style(size, "Bold")), *(block(text, lang, small) for lang, text in others)]
        is_fitting = sum(one.height for one in asked) + gaps(asked) <= ROOM
        if size <= SMALLEST or (is_fitting and len(asked[0].lines) <= 4):
            return asked
        size -= 1


def gap(place: int) -> float:
    """Below the question of that place."""
    return 5 * MM if place == 0 else 2 * MM


def gaps(asked: Sequence[Block]) -> float:
    return sum(gap(place) for place in range(len(asked) - 1))


def square(page: Page, content: Content, top: float, size: float) -> None:
    """The white card with the code. The whole of it leads to the address where the poster is seen on a screen."""
    left = (A4[0] - size) / 2
    page.fill(mixed("#000000", content.colour, 0.72))
    page.rounded(left - 2, top - 1, size + 4, size + 6, 20)
    page.fill(PAPER)
    page.rounded(left, top, size, size, 18)
    page.fill(INK)
    module = size / (len(content.modules) + 2 * QUIET)
    x, y = left + QUIET * module, top + QUIET * module
    page.path([step for box in dark(content.modules) for step in outlined(*box, x, y, module)])
    page.link(left, top, size, size, content.url)


def dark(modules: Sequence[Sequence[bool]]) -> list[tuple[int, int, int]]:
    """Row, first column and length of each stretch of dark modules."""
    found = []
    for row, line in enumerate(modules):
        start = None
        for column, is_dark in enumerate([*line, False]):
            if is_dark and start is None:
                start = column
            elif not is_dark and start is not None:
                found.append((row, start, column - start))
                start = None
    return found


def outlined(row: int, column: int, length: int, x: float, y: float, module: float) -> list[tuple[str | float, ...]]:
    """A stretch as a path; a hair taller than its row, so that no light shows between two."""
    left, top = x + column * module, y + row * module
    right, bottom = left + length * module, top + module * 1.01
    return [("m", left, top), ("l", right, top), ("l", right, bottom), ("l", left, bottom)]


def below(page: Page, content: Content, top: float) -> None:
    """What to do, what it costs, the address to type, and where the poster hangs."""
    known = [lang for lang in content.questions if lang in words()] or ["en"]
    page.fill(INK)
    y = block(words()[known[0]]["scan"], known[0], Style(19, "Bold")).write(page, top, centred=True) + 2 * MM
    page.fill(SOFT)
    for lang in known[:3]:
        y = block(words()[lang]["promise"], lang, Style(13)).write(page, y, centred=True)
    page.fill(INK)
    address(content).write(page, y + 4 * MM, centred=True)
    if content.place:
        page.fill(SOFT)
        style = Style(9)
        style.write(page, content.place, LEFT, A4[0] - MARGIN - style.width(content.place, LEFT), A4[1] - 10 * MM)


def address(content: Content) -> Block:
    """The address on one line, as large as that allows."""
    style = Style(14, "Bold", spacing=0.6)
    shown = content.url.removeprefix("HTTPS://").removeprefix("https://")
    while style.width(shown, LEFT) > A4[0] - 2 * MARGIN and style.size > 6:
        style = replace(style, size=style.size - 0.5)
    return Block((shown,), style, LEFT, style.size * 1.3)
