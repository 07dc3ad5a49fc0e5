"""When a subscription is told: at once, in its digest, and never in its quiet hours. Times in are aware UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.catalogue import Digest, QuietHours, Subscription
from shared.events import Severity

DAY = timedelta(days=1)
SATURDAY = 5


def told_at(subscription: Subscription, severity: Severity | None, ready: datetime) -> datetime:
    """When news that is ready is to be told: in the next digest where there is one, after the quiet hours.

    severity: of what began; None for how it goes on, which wakes nobody.
    """
    zone, digest = ZoneInfo(subscription.time_zone), subscription.digest
    if digest is not None and severity not in digest.except_for:
        ready = next_digest(digest, zone, ready)
    return quiet_until(subscription, severity, ready)


def quiet_until(subscription: Subscription, severity: Severity | None, at: datetime) -> datetime:
    """The end of the quiet hours in which the time lies; the time itself where it lies in none."""
    quiet, zone = subscription.quiet_hours, ZoneInfo(subscription.time_zone)
    if quiet is None or severity in quiet.except_for or not is_quiet(quiet, zone, at):
        return at
    return next(moment for moment in ends(quiet, zone, at) if not is_quiet(quiet, zone, moment))


def is_quiet(quiet: QuietHours, zone: ZoneInfo, at: datetime) -> bool:
    local = at.astimezone(zone)
    if quiet.weekends and local.weekday() >= SATURDAY:
        return True
    start, end, now = clock(quiet.start), clock(quiet.end), local.time()
    return start <= now < end if start < end else now >= start or now < end


def ends(quiet: QuietHours, zone: ZoneInfo, at: datetime) -> Iterator[datetime]:
    """Every moment after `at` at which quiet hours may end: the end of each day's, and each midnight."""
    day = at.astimezone(zone).date()
    for n in range(5):
        for hour in sorted((time(), clock(quiet.end))):
            moment = instant(day + n * DAY, hour, zone)
            if moment > at:
                yield moment


def next_digest(digest: Digest, zone: ZoneInfo, at: datetime) -> datetime:
    """The first time of the digest that is not before `at`; a week's is on Monday."""
    day = at.astimezone(zone).date()
    days = (day + n * DAY for n in range(9))
    moments = (instant(one, clock(digest.at), zone) for one in days if digest.every == "day" or one.weekday() == 0)
    return next(moment for moment in moments if moment >= at)


def instant(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The moment a local clock shows that; where it shows it twice the first, where never the one an hour on."""
    return datetime.combine(day, hour, zone).astimezone(UTC)


def clock(text: str) -> time:
    return time.fromisoformat(text)
