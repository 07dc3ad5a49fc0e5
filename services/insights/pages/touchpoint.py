"""A touchpoint's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from chalice.app import Response

from services.insights.domain.shares import BadShare, Difference, Point
from services.insights.pages.filtering import bar, query_of
from services.insights.pages.frame import address, samples, share_text, shown, words
from services.insights.usecases.touchpoints import TouchpointView
from services.insights.views.filters import Filters
from shared.cells import Cell
from shared.pages import charts, formats
from shared.pages.shell import words as shell_words
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor

File = tuple[Sequence[str], Sequence[Sequence[Cell]]]
"""The heads and the rows of a file."""
SHARE_HEADS = ("answers", "bad", "share", "low", "high", "difference", "difference_low", "difference_high")


def touchpoint_page(found: TouchpointView, visitor: Visitor, asked: Filters, here: str) -> Response:
    """Trend, both voices, distribution, comments, alerts; each figure with its n, its interval and its definition."""
    lang = visitor.lang
    path = f"/touchpoints/{found.touchpoint.id}"
    return shown(
        "touchpoint.html",
        found.touchpoint.named(lang),
        visitor,
        "",
        here,
        view=found,
        has_pictures=True,
        names={one.origin: origin_of(found, one.origin, lang) for one in found.line.handoffs},
        asked=asked,
        bar=bar(path, asked, lang, (found.channels, found.touchpoint.segments, found.values)),
        cuts=[(one, address(path, **query_of(asked) | {"channel": None, "value": one.value})) for one in found.cuts],
        figure=figure_text(found, lang),
        trend=trend_of(found),
        trend_text=trend_text(found, lang),
        trend_rows=[point_cells(point, lang) for point in found.trend],
        scores=charts.bars(score_bars(found, lang)),
        score_rows=score_cells(found, lang),
        channels=charts.bars(channel_rows(found, lang)),
        channel_rows=[(label, formats.number(n, lang)) for label, n, _ in channel_rows(found, lang)],
    )


def origin_of(found: TouchpointView, origin: str, lang: str) -> str:
    """The name of a touchpoint that customers came from; its id, where there is none any more."""
    known = found.origins.get(origin)
    return known.named(lang) if known else origin


def figure_text(found: TouchpointView, lang: str) -> str:
    """`NPS: 31.0 (24.1 to 37.9)`; empty of no answers."""
    said, figure = words()[lang], found.line.figure
    if figure is None:
        return ""
    shown = [formats.number(one, lang, 1) for one in (figure.value, figure.low, figure.high)]
    if figure.name == "csat":
        shown = [formats.percent(one / 100, lang, 1) for one in (figure.value, figure.low, figure.high)]
    value, low, high = shown
    return said["figure_is"].format(name=said[f"figure_{figure.name}"], value=value, low=low, high=high)


def trend_of(found: TouchpointView) -> charts.Trend:
    """The picture: the days of the window, its alerts, its promise, staff beside."""
    promise = found.touchpoint.promise
    first, last = found.window.first, found.window.last
    starts = [point.start for point in found.trend]
    return charts.trend(
        samples(found.trend),
        (min([first, *starts]), last),
        samples(found.staff_trend),
        promise.bad_at_most if promise else None,
        [event.change_started_at.date() for event in found.alerts if event.state != "withdrawn"],
    )


def trend_text(found: TouchpointView, lang: str) -> str:
    """What the picture shows, for who does not see it."""
    said, values = words()[lang], [point.share.value for point in found.trend if point.share.n]
    if not values:
        return said["no_answers"]
    return said["trend_text"].format(
        first=formats.day(found.window.first, lang),
        last=formats.day(found.window.last, lang),
        low=formats.percent(min(values), lang, 1),
        high=formats.percent(max(values), lang, 1),
    )


def point_cells(point: Point, lang: str) -> list[str]:
    share = point.share
    value = formats.percent(share.value, lang, 1) if share.n else "–"
    return [
        formats.day(point.start, lang, with_year=True),
        formats.number(share.n, lang),
        value,
        share_text(share, lang),
    ]


def score_rows(found: TouchpointView) -> list[tuple[int, int, bool]]:
    """Score, answers, whether it is bad; from the best score to the worst."""
    measure = found.touchpoint.survey.measure
    rows = [(measure.low + place, n, place < measure.bad_levels) for place, n in enumerate(found.summary.counts)]
    return rows[::-1]


def score_bars(found: TouchpointView, lang: str) -> list[tuple[str, int, bool]]:
    """The same, each score as people say it."""
    name = found.touchpoint.survey.scale
    return [(formats.score_alone(score, name, lang), n, is_bad) for score, n, is_bad in score_rows(found)]


def channel_rows(found: TouchpointView, lang: str) -> list[tuple[str, int, bool]]:
    said = shell_words()[lang]
    return [(said[f"channel_{channel}"], n, False) for channel, n in found.channels.items()]


def score_cells(found: TouchpointView, lang: str) -> list[list[str]]:
    total, bars = max(found.summary.n, 1), score_bars(found, lang)
    return [[label, formats.number(n, lang), formats.percent(n / total, lang, 1)] for label, n, _ in bars]


def touchpoint_csv(found: TouchpointView, part: str) -> Response:
    """What one picture or table shows: by default the trend, a row a day or week."""
    if part == "trend":
        return trend_csv(found)
    heads, rows = FILES[part](found)
    return csv_file(f"{found.touchpoint.id}-{part}", heads, rows)


def scores_file(found: TouchpointView) -> File:
    return ("score", "answers", "is_bad"), [(score, n, int(is_bad)) for score, n, is_bad in score_rows(found)]


def channels_file(found: TouchpointView) -> File:
    return ("channel", "answers"), list(found.channels.items())


def segments_file(found: TouchpointView) -> File:
    rows = [(found.asked.attribute, one.value, *share_cells(one.share, one.gap)) for one in found.cuts]
    return ("attribute", "value", *SHARE_HEADS), rows


def ways_file(found: TouchpointView) -> File:
    """Hand-offs to here, then those from here."""
    here = found.touchpoint.id
    into = [(one.origin, here, *share_cells(one.share, one.gap)) for one in found.line.handoffs]
    out = [(here, one.touchpoint.id, *share_cells(one.share, one.difference)) for one in found.out]
    return ("from", "to", *SHARE_HEADS), [*into, *out]


FILES: Mapping[str, Callable[[TouchpointView], File]] = {
    "scores": scores_file,
    "channels": channels_file,
    "segments": segments_file,
    "handoffs": ways_file,
}


def share_cells(share: BadShare, gap: Difference | None) -> tuple[Cell, ...]:
    gaps = (gap.value, gap.low, gap.high) if gap else (None, None, None)
    return share.n, share.bad, share.value, share.low, share.high, *gaps


def trend_csv(found: TouchpointView) -> Response:
    """A row a day or week, as it is shown."""
    asked = found.asked
    segment = f"{asked.attribute}={asked.value}" if asked.value is not None else None
    length = timedelta(days=1 if found.step == "day" else 7)
    rows: list[list[Any]] = [
        [
            found.touchpoint.id,
            point.start.isoformat(),
            (point.start + length - timedelta(days=1)).isoformat(),
            found.asked.channel or "all",
            segment,
            point.share.n,
            point.share.bad,
            point.share.value if point.share.n else None,
            point.share.low,
            point.share.high,
        ]
        for point in found.trend
    ]
    heads = ("touchpoint", "from", "to", "channel", "segment", "answers", "bad", "share", "low", "high")
    return csv_file(f"{found.touchpoint.id}-trend", heads, rows)
