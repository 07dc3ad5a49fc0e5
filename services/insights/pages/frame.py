"""What all pages of insights share: their words, their templates, the numbers of pages of a list."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response

from services.insights.domain.shares import BadShare, Point
from services.insights.usecases.lines import Line
from shared.catalogue import words as in_language
from shared.events import AlertEvent
from shared.pages import charts, formats
from shared.pages.shell import Frame, read_words, rendered
from shared.sessions import Visitor

HERE = Path(__file__).parent


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")


def shown(template: str, title: str, visitor: Visitor, place: str, here: str, **values: Any) -> Response:
    """A page of insights, with the tools that its templates use."""
    frame = Frame(title, visitor, visitor.lang, place, here, words()[visitor.lang])
    tools: dict[str, Any] = {"say": partial(share_text, lang=visitor.lang), "sparkline": sparkline, "charts_of": charts}
    return rendered(template, frame, folder=HERE / "templates", **tools, **values)


def share_text(share: BadShare, lang: str) -> str:
    """`9 to 16%`: the interval, as fine as the share is small."""
    return formats.span(share.low, share.high, lang, digits_of(share.value) if share.n else 0)


def digits_of(value: float) -> int:
    """Digits after the point with which a share in percent is said."""
    return 1 if value < 0.095 else 0


def sparkline(points: list[Point]) -> str:
    """A line of the weeks with answers."""
    return charts.spark([point.share.value for point in points if point.share.n])


def samples(points: list[Point]) -> list[charts.Sample]:
    """The points of a trend as a picture takes them."""
    return [
        charts.Sample(one.start, one.share.value, one.share.low, one.share.high, one.share.n)
        for one in points
        if one.share.n
    ]


def address(path: str, **query: object) -> str:
    """A path with the parameters that say something."""
    said = {name: value for name, value in query.items() if value not in (None, "", 1)}
    return path + (f"?{urlencode(said)}" if said else "")


def neighbours(path: str, page: int, size: int, total: int, **query: object) -> tuple[str | None, str | None]:
    """The addresses of the page before and the page after, None where there is none."""
    earlier = address(path, page=page - 1, **query) if page > 1 else None
    later = address(path, page=page + 1, **query) if page * size < total else None
    return earlier, later


def choices(lines: Iterable[Line]) -> tuple[set[str], set[str], set[str]]:
    """The channels, attributes and values that a list may be narrowed to."""
    shown = list(lines)
    channels = {channel for line in shown for channel in line.channels}
    attributes = {name for line in shown for name in line.touchpoint.segments}
    return channels, attributes, {value for line in shown for value in line.values}


def line_cells(line: Line, lang: str, owner: str) -> list[str | int | float | None]:
    """A touchpoint's line as cells of a file."""
    known, share, change = line.touchpoint, line.share, line.change
    value = share.value if share.n else None
    return [
        known.id,
        known.named(lang),
        owner,
        known.stage,
        share.n,
        share.bad,
        value,
        share.low if share.n else None,
        share.high if share.n else None,
        change.value if change else None,
        change.low if change else None,
        change.high if change else None,
        known.promise.bad_at_most if known.promise else None,
        line.promise,
    ]


LINE_HEADS = (
    "touchpoint", "name", "owner", "stage", "answers", "bad", "share", "low", "high",
    "change", "change_low", "change_high", "promise", "kept",
)  # fmt: skip


def alert_title(event: AlertEvent, lang: str) -> str:
    """Where it is: the touchpoint's name."""
    return in_language(event.touchpoint_name, lang)
