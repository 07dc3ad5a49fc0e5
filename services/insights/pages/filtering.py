"""The filters of a page: a form that sends them in the address, and what is chosen, each with a way to take it off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.insights.pages.frame import address, words
from services.insights.views.filters import DAYS, Filters
from shared.pages import formats
from shared.pages.shell import words as shell_words


@dataclass(frozen=True)
class Bar:
    """channels, attributes, values: that may be chosen. chosen: in words, and the address without it.

    left_out: a filter that does not go with another: what is said of it, what shows it instead, and that address.
    beside: what else the address says, and goes on to say. csv: the address of the file with what is shown.
    """

    path: str
    asked: Filters
    channels: Sequence[str]
    attributes: Sequence[str]
    values: Sequence[str]
    chosen: Sequence[tuple[str, str]]
    csv: str
    left_out: tuple[str, str, str] | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    spans: tuple[int, ...] = DAYS


def bar(
    path: str,
    asked: Filters,
    lang: str,
    choices: tuple[Iterable[str], Iterable[str], Iterable[str]],
    beside: Mapping[str, str] | None = None,
) -> Bar:
    """choices: channels, attributes and values; what is chosen is always among them."""
    said, more = words()[lang], {name: value for name, value in (beside or {}).items() if value}
    channels, attributes, values = choices
    channel = asked.slice.channel
    taken_off = {
        "to": said["until_day"].format(day=formats.day(asked.to, lang, with_year=True)) if asked.to else "",
        "channel": channel_name(channel, lang) if channel else "",
        "by": said["told_by"].format(attribute=asked.by) if asked.by and asked.value is None else "",
        "value": said["segment_is"].format(attribute=asked.by, value=asked.value) if asked.value is not None else "",
    }
    query = query_of(asked) | more
    return Bar(
        path=path,
        asked=asked,
        channels=sorted({*channels, *([channel] if channel else [])}),
        attributes=sorted({*attributes, *([asked.by] if asked.by else [])}),
        values=sorted({*values, *([asked.value] if asked.value is not None else [])}),
        chosen=[(text, address(path, **without(query, name))) for name, text in taken_off.items() if text],
        csv=address(path, **query, **{"as": "csv"}),
        left_out=without_channel(path, asked, lang, query),
        beside=more,
    )


def without_channel(path: str, asked: Filters, lang: str, query: Mapping[str, object]) -> tuple[str, str, str] | None:
    """That a channel is left out beside a segment; None where it is not."""
    if asked.left_out is None:
        return None
    said, name = words()[lang], channel_name(asked.left_out, lang)
    segment = said["segment_is"].format(attribute=asked.by, value=asked.value)
    instead = address(path, **{**query, "channel": asked.left_out, "value": None})
    return said["left_out"].format(segment=segment), said["left_out_instead"].format(channel=name), instead


def channel_name(channel: str, lang: str) -> str:
    return shell_words()[lang][f"channel_{channel}"]


def query_of(asked: Filters) -> dict[str, object]:
    """What the address says of the filters; the usual days are left out."""
    days = asked.days if asked.days != DAYS[0] else None
    return {"days": days, "to": asked.to, "channel": asked.slice.channel, "by": asked.by, "value": asked.value}


def without(query: Mapping[str, object], name: str) -> dict[str, object]:
    return {each: value for each, value in query.items() if each != name}
