"""Answers as the aggregator counts them, and the series they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.catalogue import Audience
from shared.marks import CELL_SECONDS, Mark, cell_of, digest, first_cell, hour_of
from shared.scales import Scale, scale
from shared.tables.friction import series_partition
from shared.times import parse_time


@dataclass(frozen=True)
class Series:
    """What is watched as one: the answers of one audience at one touchpoint on one scale."""

    touchpoint: str
    audience: Audience
    scale_name: str

    @property
    def partition(self) -> str:
        return series_partition(self.touchpoint, self.audience, self.scale_name)

    @property
    def scale(self) -> Scale:
        return scale(self.scale_name)


@dataclass(frozen=True)
class Answer:
    """One stored response, as far as it is counted."""

    response_id: str
    series: Series
    collected_at: datetime
    score: int
    channel: str
    revision: int
    is_counted: bool

    @property
    def mark(self) -> bytes:
        """Its 12 bytes in the set of its hour."""
        return Mark(
            cell=cell_of(self.collected_at) - first_cell(self.hour),
            level=self.series.scale.index(self.score),
            channel=self.channel,
            revision=self.revision,
            is_counted=self.is_counted,
            digest=digest(self.response_id),
        ).to_bytes()

    @property
    def hour(self) -> datetime:
        return hour_of(self.collected_at)


@dataclass(frozen=True)
class Parcel:
    """The marks of one hour of one series, and the newest cell among them."""

    series: Series
    hour: datetime
    marks: frozenset[bytes]

    @property
    def oldest_cell(self) -> int:
        return first_cell(self.hour) + min(mark[0] for mark in self.marks)

    @property
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
    )
    if not (answer.mark and series.partition):
        raise ValueError("an answer has a mark and a series")
    return answer


def parcels(answers: Iterable[Answer]) -> list[Parcel]:
    """The answers gathered by series and hour: one write each."""
    gathered: dict[tuple[Series, datetime], set[bytes]] = {}
    for answer in answers:
        gathered.setdefault((answer.series, answer.hour), set()).add(answer.mark)
    return [Parcel(series, hour, frozenset(marks)) for (series, hour), marks in gathered.items()]


def by_series(parcels: Iterable[Parcel]) -> dict[Series, list[Parcel]]:
    gathered: dict[Series, list[Parcel]] = {}
    for parcel in parcels:
        gathered.setdefault(parcel.series, []).append(parcel)
    return gathered


def seconds_until_complete(cell: int, now: datetime, lateness_s: int) -> int:
    """Whole seconds until the cell is over and its late answers were waited for; 0 where that is past."""
    return max(0, (cell + 1) * CELL_SECONDS + lateness_s - int(now.timestamp()))
