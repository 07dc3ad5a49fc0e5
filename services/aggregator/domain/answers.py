"""What the aggregator counts, answers above all, and the series they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from shared.catalogue import Audience
from shared.causes.segments import shown
from shared.marks import CELL_SECONDS, Mark, Trait, digest, first_cell, hour_of
from shared.scales import HANDOFF, PROMISE, Scale, scale
from shared.tables.friction import series_partition
from shared.times import parse_time

FROM = "from:"
INVITED = "invitation:"
"""How the ids of responses begin that were given by an invitation's link."""


class Series(NamedTuple):
    """What is watched as one: what is told of one touchpoint by one source, on one scale.

    source: an audience, whose answers they are; `from:` and the touchpoint from which customers came; an early sign,
    as `domain/signs.py` has them; or `promise`.
    """

    touchpoint: str
    source: str
    scale_name: str

    @property
    def partition(self) -> str:
        return series_partition(self.touchpoint, self.source, self.scale_name)

    @property
    def audience(self) -> Audience:
        """Whose experience it is."""
        return "staff" if self.source == "staff" else "customer"

    @property
    def origin(self) -> str | None:
        """The touchpoint before, where this is a hand-off."""
        return self.source.removeprefix(FROM) if self.source.startswith(FROM) else None

    @property
    def promised(self) -> Series:
        """Whether the touchpoint keeps its promise."""
        return Series(self.touchpoint, PROMISE.name, PROMISE.name)

    def coming_from(self, touchpoint: str) -> Series:
        """The hand-off from that touchpoint to this one."""
        return Series(self.touchpoint, FROM + touchpoint, HANDOFF.name)

    @property
    def scale(self) -> Scale:
        return scale(self.scale_name)


@dataclass(frozen=True)
class Answer:
    """One stored response, as far as it is counted. customer: keyed hash of whose it is; None where nobody knows.

    attributes: what its sender said of it, as people read it.
    """

    response_id: str
    series: Series
    collected_at: datetime
    score: int
    channel: str
    revision: int
    is_counted: bool
    customer: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def invitation(self) -> str | None:
        """Hash of the invitation it answers, where it answers one."""
        is_invited = self.response_id.startswith(INVITED)
        return digest(self.response_id.removeprefix(INVITED)).hex() if is_invited else None

    @cached_property
    def mark(self) -> bytes:
        """Its 12 bytes in the set of its hour."""
        return Mark(
            cell=self.cell,
            level=self.series.scale.index(self.score),
            channel=self.channel,
            revision=self.revision,
            is_counted=self.is_counted,
            digest=digest(self.response_id),
        ).to_bytes()

    def traits(self, attributes: Iterable[str]) -> list[bytes]:
        """The segments that it names itself, for these attributes, as marks beside its own; none of staff."""
        named = attributes if self.series.source == "customer" else ()
        return [
            Trait(self.cell, False, self.revision, digest(self.response_id), one, self.attributes[one]).to_bytes()
            for one in named
            if one in self.attributes
        ]

    @cached_property
    def cell(self) -> int:
        """Of its hour."""
        return self.collected_at.minute * 60 // CELL_SECONDS

    @cached_property
    def hour(self) -> datetime:
        return hour_of(self.collected_at)


@dataclass(frozen=True)
class Parcel:
    """The marks of one hour of one series, and the newest cell among them."""

    series: Series
    hour: datetime
    marks: frozenset[bytes]

    @cached_property
    def oldest_cell(self) -> int:
        return first_cell(self.hour) + min(mark[0] for mark in self.marks)

    @cached_property
    def newest_cell(self) -> int:
        return first_cell(self.hour) + max(mark[0] for mark in self.marks)


def answer_of(item: Mapping[str, Any]) -> Answer:
    """The answer in an item of the `responses` table.

    Raises an error that `shared.streams.readable` knows where it is none, or none that can be counted.
    """
    series = Series(item["touchpoint"], item["audience"], item["scale"])
    answer = Answer(
        response_id=item["response_id"],
        series=series,
        collected_at=parse_time(item["collected_at"]),
        score=item["score"],
        channel=item["channel"],
        revision=item["revision"],
        is_counted=item["counted"],
        customer=item.get("customer"),
        attributes={name: shown(value) for name, value in item.get("attributes", {}).items()},
    )
    if not (answer.mark and series.partition):
        raise ValueError("an answer has a mark and a series")
    return answer


def parcels(answers: Iterable[Answer]) -> list[Parcel]:
    """The answers gathered by series and hour: one write each."""
    return gathered((answer.series, answer.hour, answer.mark) for answer in answers)


def gathered(marks: Iterable[tuple[Series, datetime, bytes]]) -> list[Parcel]:
    """The marks by series and hour. hour: its beginning, aware UTC."""
    gathered: dict[tuple[Series, datetime], set[bytes]] = {}
    for series, hour, mark in marks:
        gathered.setdefault((series, hour), set()).add(mark)
    return [Parcel(series, hour, frozenset(marks)) for (series, hour), marks in gathered.items()]


def by_series(parcels: Iterable[Parcel]) -> dict[Series, list[Parcel]]:
    gathered: dict[Series, list[Parcel]] = {}
    for parcel in parcels:
        gathered.setdefault(parcel.series, []).append(parcel)
    return gathered


def seconds_until_complete(cell: int, now: datetime, lateness_s: int) -> int:
    """Whole seconds until the cell is over and its late answers were waited for; 0 where that is past."""
    return max(0, (cell + 1) * CELL_SECONDS + lateness_s - int(now.timestamp()))
