"""When a message may reach a person: by channel, by the rules of their country, on their own clock. Pure.

The hours are data, `quiet_hours.json`, each row with its source. Times of day are those of the person's wall clock,
so that a day on which the clock changes has an hour less, or one twice, as people live it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ANYWHERE = "*"
FURTHEST = 30
"""Days ahead that are looked at; no country rests as long."""
MIDNIGHT = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """Of one country and channel. week: for each day of the week, from Monday, from when to when; None: not at all.

    holidays: the country whose public holidays are kept free too, None where they are as other days.
    """

    week: tuple[tuple[timedelta, timedelta] | None, ...]
    holidays: str | None
    source: str

    def on(self, day: date) -> tuple[timedelta, timedelta] | None:
        """From when to when after that day's midnight, the end not included; None where nothing may be sent."""
        if self.holidays == "FR" and day in french_holidays(day.year):
            return None
        return self.week[day.weekday()]

    def allow(self, local: datetime) -> bool:
        """local: aware, in the person's own time zone."""
        span = self.on(local.date())
        clock = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return span is not None and span[0] <= clock < span[1]


def next_allowed(channel: str, country: str | None, zone: str, at: datetime) -> datetime:
    """The first moment, from `at` on, at which a message may reach somebody there; `at` itself if it may now.

    channel: email or sms; any other is answered at once, as the person is there. at: aware.
    country: ISO 3166, with the state where that is known (`US-FL`); None where nobody said.
    zone: an IANA name. Raises ZoneInfoNotFoundError or ValueError where it is none. Returns aware UTC.
    """
    hours = hours_of(channel, country)
    clock = ZoneInfo(zone)
    if hours is None or hours.allow(at.astimezone(clock)):
        return at.astimezone(UTC)
    first = at.astimezone(clock).date()
    for ahead in range(-1, FURTHEST):
        possible = [one for one in openings(hours, first + timedelta(days=ahead), clock) if one > at]
        if possible:
            return min(possible)
    raise ValueError(f"no message may ever be sent by {channel} there")


def openings(hours: Hours, day: date, clock: ZoneInfo) -> list[datetime]:
    """The moments, UTC, at which that day's hours may begin: usually one.

    A clock put back shows the beginning twice. One put forward may skip it: then they begin as it jumps.
    """
    span = hours.on(day)
    if span is None:
        return []
    begins = datetime.combine(day, time()) + span[0]
    earlier, later = sorted(begins.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1))
    found = {earlier, later, jump(earlier, later, clock)}
    moment = timedelta(microseconds=1)
    return [
        one for one in found if hours.allow(one.astimezone(clock)) and not hours.allow((one - moment).astimezone(clock))
    ]


def jump(earlier: datetime, later: datetime, clock: ZoneInfo) -> datetime:
    """The moment between the two, to the second, at which the clock is put forward or back; `later` where it is not."""
    before, low, high = earlier.astimezone(clock).utcoffset(), earlier, later
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if middle.astimezone(clock).utcoffset() == before else (low, middle)
    return high


def hours_of(channel: str, country: str | None) -> Hours | None:
    """The hours of the state, else of the country, else of anywhere; None for channels that disturb nobody."""
    state = (country or ANYWHERE).upper()
    return next((row for key in (state, state[:2], ANYWHERE) if (row := table().get((key, channel)))), None)


@cache
def table() -> dict[tuple[str, str], Hours]:
    """By country and channel."""
    rows = json.loads((Path(__file__).parent / "quiet_hours.json").read_text(encoding="utf-8"))["rows"]
    return {
        (row["country"], row["channel"]): Hours(
            tuple(span(row["week"].get(day)) for day in DAYS), row.get("holidays"), row["source"]
        )
        for row in rows
    }


def span(text: str | None) -> tuple[timedelta, timedelta] | None:
    """`08:00-20:00` as times after midnight. Raises ValueError where it begins after it ends."""
    if text is None:
        return None
    begins, ends = (after_midnight(part) for part in text.split("-"))
    if not timedelta() <= begins < ends <= MIDNIGHT:
        raise ValueError(f"{text} are no hours of one day")
    return begins, ends


def after_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


@cache
def french_holidays(year: int) -> frozenset[date]:
    """France's eleven public holidays (Code du travail, L3133-1); Alsace and Moselle have two more."""
    easter_sunday = easter(year)
    moving = [easter_sunday + timedelta(days=after) for after in (1, 39, 50)]
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return frozenset([*moving, *(date(year, month, day) for month, day in fixed)])


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Meeus, Jones and Butcher)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
