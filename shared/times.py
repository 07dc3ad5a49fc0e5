"""Times: aware UTC `datetime` inside, RFC 3339 outside, fixed width in keys so that text order is time order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

MICROSECONDS = "%Y-%m-%dT%H:%M:%S.%fZ"
HOUR_LENGTH = len("2024-03-01T10")


def parse_time(text: str) -> datetime:
    """The aware UTC time that RFC 3339 text names. Raises ValueError where it names none."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time needs its offset, such as Z or +01:00")
    return time.astimezone(UTC)


def format_time(time: datetime) -> str:
    """RFC 3339 in UTC, as short as exactness allows: whole seconds without a fraction."""
    if time.microsecond:
        return time.astimezone(UTC).strftime(MICROSECONDS)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_time(time: datetime) -> str:
    """The 27 characters by which a time is written in a key; they sort as the times do."""
    return time.astimezone(UTC).strftime(MICROSECONDS)


def key_hour(time: datetime) -> str:
    """The 13 characters by which the hour of a time in UTC is written in a key. `strftime` takes twice as long."""
    return time.isoformat(timespec="hours")[:HOUR_LENGTH]


def from_unix(seconds: int) -> datetime:
    """The aware UTC time of a whole number of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def months(since: datetime, until: datetime) -> Iterator[datetime]:
    """A time in each month from the oldest to the newest."""
    month = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month < until:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)
