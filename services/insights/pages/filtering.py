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

    beside: what else the address says, and goes on to say. csv: the address of the file with what is shown.
    """

    path: str
    asked: Filters
    channels: Sequence[str]
    attributes: Sequence[str]
    values: Sequence[str]
    chosen: Sequence[tuple[str, str]]
    csv: str
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
    taken_off = {
        "to": said["until_day"].format(day=formats.day(asked.to, lang, with_year=True)) if asked.to else "",
        "channel": shell_words()[lang][f"channel_{asked.channel}"] if asked.channel else "",
        "by": said["told_by"].format(attribute=asked.by) if asked.by and asked.value is None else "",
        "value": said["segment_is"].format(attribute=asked.by, value=asked.value) if asked.value is not None else "",
    }
    query = query_of(asked) | more
    return Bar(
        path=path,
        asked=asked,
        channels=sorted({*channels, *([asked.channel] if asked.channel else [])}),
        attributes=sorted({*attributes, *([asked.by] if asked.by else [])}),
        values=sorted({*values, *([asked.value] if asked.value is not None else [])}),
        chosen=[(text, address(path, **without(query, name))) for name, text in taken_off.items() if text],
        csv=address(path, **query, **{"as": "csv"}),
        beside=more,
    )


def query_of(asked: Filters) -> dict[str, object]:
    """What the address says of the filters; the usual days are left out."""
    days = asked.days if asked.days != DAYS[0] else None
    return {"days": days, "to": asked.to, "channel": asked.channel, "by": asked.by, "value": asked.value}


def without(query: Mapping[str, object], name: str) -> dict[str, object]:
    return {each: value for each, value in query.items() if each != name}
