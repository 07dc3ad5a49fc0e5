"""The watch over one series: from the sets of its hours to its evidence account and its days."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from math import ceil
from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.detector import (
    Account,
    Settings,
    Transition,
    open_account,
    step,
    wander,
)
from services.aggregator.domain.detection.settings import TYPICAL
from services.aggregator.domain.publishing import SHARE_FALSE, Said
from shared.catalogue import AUDIENCES, SMALLEST_STAFF_GROUP, Touchpoint, Typical
from shared.marks import CELL_SECONDS, hour_of, tally_cells, tally_channels, tally_origins, tally_segments
from shared.metrics import merged
from shared.scales import Scale
from shared.times import from_unix

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
METHOD = "e-detector/6"
PATIENCE = timedelta(minutes=20)
MOST_VALUES = 100
"""Of an attribute, on a day: so that a year of them is few reads, whatever somebody takes for a segment."""


@dataclass(frozen=True)
class Hour:
    """The marks of one hour. start: aware UTC, a whole hour."""

    start: datetime
    marks: frozenset[bytes]


@dataclass(frozen=True)
class Claim:
    """Of a watch, what folds need. claimed_to: the first cell not yet claimed; look_at: of the look at late answers."""

    claimed_to: int = 0
    look_at: datetime | None = None


@dataclass(frozen=True)
class Watch:
    """What is remembered of a series between two looks.

    account: the evidence account as JSON; None before the first look. paths: those of the hand-offs to here.
    promise: what is remembered of the touchpoint's promise.
    claimed_to, stepped_to: the first cell not yet claimed, not yet stepped; 0 before the first look.
    rolled_to: the first day whose histogram is not yet written.
    late_n, recomputed_n: how often late answers were noted, and up to which note they were folded in.
    late_since, late_at: when the notes not yet folded in began, and when the newest came.
    look_at: when the next look after late answers is due.
    version: of the stored watch; a write that builds on another version fails.
    """

    series: Series
    version: int = 0
    account: str | None = None
    settings_version: str = ""
    claimed_to: int = 0
    stepped_to: int = 0
    rolled_to: date | None = None
    late_n: int = 0
    recomputed_n: int = 0
    late_since: datetime | None = None
    late_at: datetime | None = None
    look_at: datetime | None = None
    paths: str | None = None
    promise: str | None = None

    @property
    def is_afresh(self) -> bool:
        """Whether the account begins at the beginning, so that its alerts are all found anew."""
        return self.account is None

    @property
    def has_late(self) -> bool:
        return self.late_n > self.recomputed_n

    @property
    def reads_from(self) -> datetime:
        """The first hour a look needs: that of the first cell to step, or of the first day to roll up."""
        if self.is_afresh:
            return BEGINNING
        if self.rolled_to is not None and self.rolled_to < day_of_cell(self.claimed_to):
            return datetime.combine(self.rolled_to, datetime.min.time(), UTC)
        return hour_of_cell(self.stepped_to)

    def goes_on(self, settings: Settings) -> bool:
        """Whether the account can go on from where it is, under these settings."""
        return not self.has_late and self.settings_version == settings.version

    def afresh(self, settings: Settings) -> Watch:
        """The watch as at the beginning, for a recomputation from the stored answers."""
        return replace(
            self,
            account=None,
            stepped_to=0,
            rolled_to=None,
            settings_version=settings.version,
            recomputed_n=self.late_n,
        )

    def unsettled_for(self, now: datetime, settle_s: int) -> int:
        """Seconds to wait until late answers have stopped coming; 0 where they have, or do not stop.

        A series with late answers is looked at once none came for `settle_s` seconds, and anyway
        after `PATIENCE`: a device that sends late answers all day must not keep alerts from others.
        """
        if not self.has_late or self.late_at is None:
            return 0
        settled = self.late_at + timedelta(seconds=settle_s)
        left = (min(settled, (self.late_since or self.late_at) + PATIENCE) - now).total_seconds()
        return min(max(1, ceil(left)), settle_s) if left > 0 else 0


def hour_of_cell(cell: int) -> datetime:
    return hour_of(from_unix(cell * CELL_SECONDS))


def day_of_cell(cell: int) -> date:
    return from_unix(cell * CELL_SECONDS).date()


def settings_of(touchpoint: Touchpoint, series: Series) -> Settings:
    """The detector's settings at a touchpoint: the registry's where it has them, else the defaults.

    Their version is a hash of what was set, and of which answers are bad, so that an alert says under which
    settings it was raised.
    """
    known = {field.name for field in fields(Settings)}
    chosen = {name: value for name, value in touchpoint.detection.items() if name in known}
    chosen["time_zone"] = touchpoint.time_zone
    if series.audience == "staff":
        chosen["least_answers"] = max(SMALLEST_STAFF_GROUP, int(chosen.get("least_answers", 0)))
    bad_at_most = measure_of(series, touchpoint).bad_at_most
    promised = {"promise": target} if (target := target_of(series, touchpoint)) is not None else {}
    typical = touchpoint.typical.get(series.scale_name) if series.source == "customer" else None
    expected = {"typical": [*typical.shares, typical.worth]} if typical else {}
    described = {"method": METHOD, "bad_at_most": bad_at_most, **promised, **expected, **chosen}
    text = json.dumps(described, sort_keys=True)
    version = sha256(text.encode()).hexdigest()[:12]
    settings = Settings(**{**chosen, "version": version})  # type: ignore[arg-type]
    return replace(settings, **starting(series, typical)) if typical else settings


def starting(series: Series, typical: Typical) -> dict[str, Any]:
    """The settings that say what the series is taken to be like before it has answers."""
    return {"typical": {**TYPICAL, series.scale_name: typical.shares}, "typical_worth": typical.worth}


def target_of(series: Series, touchpoint: Touchpoint) -> float | None:
    """The share of bad answers that customers are promised at most; None where nothing measurable is promised."""
    promise = touchpoint.promise if series.source == "customer" else None
    return promise.bad_at_most if promise and 0 < promise.bad_at_most < 1 else None


def measure_of(series: Series, touchpoint: Touchpoint) -> Scale:
    """The scale with the survey's own cut, as long as the survey still asks on the series' scale."""
    measure = touchpoint.survey_for(series.audience).measure
    return measure if measure.name == series.scale_name else series.scale


def answered(series: Series, touchpoint: Touchpoint) -> Series:
    """The answers that a series is told from: an audience's own; else all that customers gave at the touchpoint."""
    if series.source in AUDIENCES:
        return series
    return Series(series.touchpoint, "customer", touchpoint.survey_for("customer").scale)


Beside = Callable[[int, Sequence[int], float], object]


def nothing(*_: object) -> None:
    """Nobody listens."""


def stepped(
    watch: Watch, hours: Sequence[Hour], measure: Scale, settings: Settings, beside: Beside = nothing
) -> tuple[Watch, list[Transition]]:
    """The watch after the cells that were claimed, and the transitions it went through, in order.

    beside: is told each cell with what the account knew of the days before it.

    Only cells with answers are stepped; the time between is accounted for at the next one. So the
    number of looks leaves no trace, and silence alone neither ends an alert nor makes it usual.
    """
    account = resumed(watch.account, measure) if watch.account else open_account(measure, settings)
    transitions: list[Transition] = []
    for cell, counts in cells(watch, hours, measure.levels):
        beside(cell, counts, wander(account))
        account, found = step(account, cell, counts, settings)
        transitions.extend(found)
    after = replace(
        watch,
        account=account.to_json(),
        settings_version=settings.version,
        stepped_to=watch.claimed_to,
        rolled_to=day_of_cell(watch.claimed_to),
    )
    return after, transitions


def resumed(text: str, measure: Scale) -> Account:
    """The account as it was written down, with the survey's own cut: only the scale's name is written."""
    return replace(Account.from_json(text), scale=measure)


def cells(watch: Watch, hours: Iterable[Hour], levels: int) -> Iterator[tuple[int, list[int]]]:
    """The complete cells that are still to be stepped, in order, with their histograms."""
    for hour in hours:
        tallied = tally_cells(hour.start, hour.marks, levels)
        for cell in sorted(tallied):
            if watch.stepped_to <= cell < watch.claimed_to:
                yield cell, tallied[cell]


@dataclass(frozen=True)
class Rolled:
    """A day's histograms: by channel, by the touchpoint that customers came from, and by attribute and value."""

    channels: dict[str, list[int]]
    origins: dict[str, list[int]]
    segments: dict[str, dict[str, list[int]]] = field(default_factory=dict)


def whole_days(watch: Watch, hours: Iterable[Hour], levels: int) -> Iterator[tuple[date, Rolled]]:
    """The days that are over and not yet rolled up."""
    last = day_of_cell(watch.claimed_to)
    for day, of_day in groupby(hours, key=lambda hour: hour.start.date()):
        if (watch.rolled_to is None or watch.rolled_to <= day) and day < last:
            marks: frozenset[bytes] = frozenset().union(*(hour.marks for hour in of_day))
            segments = {name: largest(values) for name, values in tally_segments(marks, levels).items()}
            yield day, Rolled(tally_channels(marks, levels), tally_origins(marks, levels), segments)


def largest(values: dict[str, list[int]]) -> dict[str, list[int]]:
    """The values with most answers, where an attribute has very many of them."""
    kept = sorted(values, key=lambda value: (-sum(values[value]), value))[:MOST_VALUES]
    return {value: values[value] for value in sorted(kept)}


def histograms_in(hours: Iterable[Hour], levels: int) -> dict[date, list[int]]:
    """What was answered on each day that has answers, by any channel. hours: of whole days, in order."""
    found: dict[date, list[int]] = {}
    for day, of_day in groupby(hours, key=lambda hour: hour.start.date()):
        marks: frozenset[bytes] = frozenset().union(*(hour.marks for hour in of_day))
        found[day] = merged(list(tally_channels(marks, levels).values()), levels)
    return found


def said(series: Series, began: int | None, transitions: Iterable[Transition], touchpoint: Touchpoint) -> list[Said]:
    """What the series has to say to the board: its transitions, and when it began to be watched.

    began: unix seconds; None where that was said before.
    """
    share = float(touchpoint.detection.get("share_false", SHARE_FALSE))
    told = [Said(series, one.at, one, share) for one in transitions]
    return told if began is None else [Said(series, began, None, share), *told]


def began_at(watch: Watch, hours: Sequence[Hour]) -> int | None:
    """When the series began, unix seconds, at its first look; None at any other."""
    return int(hours[0].start.timestamp()) if watch.is_afresh and hours else None
