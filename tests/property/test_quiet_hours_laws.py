"""Messages come when they may: laws of the quiet hours, over time zones, changes of clocks and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.invitations.domain.quiet_hours import (
    FURTHEST,
    Hours,
    easter,
    french_holidays,
    hours_of,
    next_allowed,
    openings,
    span,
    table,
)

ZONES = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "UTC",
]
COUNTRIES = [None, "FR", "US", "US-TX", "us-ri", "JP"]
FIRST, LAST = datetime(2020, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - bounds are naive, values are not
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


def may(channel: str, country: str | None, zone: str, at: datetime) -> bool:
    """Said anew, from the wall clock alone."""
    local, hours = at.astimezone(ZoneInfo(zone)), hours_of(channel, country)
    assert hours is not None
    if country == "FR" and local.date() in french_holidays(local.year):
        return False
    limits = hours.week[local.weekday()]
    return limits is not None and limits[0] <= timedelta(hours=local.hour, minutes=local.minute) < limits[1]


@given(at=MOMENTS, zone=st.sampled_from(ZONES), country=st.sampled_from(COUNTRIES))
@settings(max_examples=150, deadline=None)
@example(at=datetime(2024, 3, 31, 0, 59, tzinfo=UTC), zone="Europe/Paris", country="FR")
@example(at=datetime(2024, 12, 24, 19, 30, tzinfo=UTC), zone="Europe/Paris", country="FR")
def test_the_next_moment_is_allowed_and_none_before_it_is(at: datetime, zone: str, country: str | None) -> None:
    """Against an oracle that walks the minutes."""
    found = next_allowed("sms", country, zone, at)
    assert found >= at
    assert may("sms", country, zone, found)
    assert next_allowed("sms", country, zone, found) == found
    minute = at
    while minute < found:
        assert not may("sms", country, zone, minute)
        minute += timedelta(minutes=1)


@given(at=MOMENTS, zone=st.sampled_from(ZONES), country=st.sampled_from(COUNTRIES))
def test_an_e_mail_and_a_channel_of_the_caller_s_own_wait_for_nothing(
    at: datetime, zone: str, country: str | None
) -> None:
    """E-mails ring nowhere, and who stands at a counter is awake."""
    assert next_allowed("email", country, zone, at) == at == next_allowed("kiosk", country, zone, at)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2024-03-29T07:59:59+01:00", "2024-03-29T08:00:00+01:00"),
        ("2024-03-29T19:59:59+01:00", "2024-03-29T19:59:59+01:00"),
        ("2024-03-29T20:00:00+01:00", "2024-03-30T10:00:00+01:00"),
        ("2024-03-30T18:00:00+01:00", "2024-04-02T08:00:00+02:00"),
        ("2024-05-07T21:00:00+02:00", "2024-05-10T08:00:00+02:00"),
    ],
)
def test_france_rests_in_the_evening_on_sundays_and_holidays(at: str, expected: str) -> None:
    """On each side of each edge; over a change of the clock, Easter Monday, and 8 May before Ascension Day."""
    assert next_allowed("sms", "FR", "Europe/Paris", datetime.fromisoformat(at)) == datetime.fromisoformat(expected)


def test_hours_that_begin_in_an_hour_that_there_is_not_begin_as_the_clock_jumps() -> None:
    """And in an hour that there is twice, twice."""
    zone, early = ZoneInfo("Europe/Paris"), Hours((span("02:30-12:00"),) * 7, None, "a test")
    assert openings(early, date(2024, 3, 31), zone) == [datetime(2024, 3, 31, 1, tzinfo=UTC)]
    twice = [datetime(2024, 10, 27, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    assert sorted(openings(early, date(2024, 10, 27), zone)) == [twice[0], datetime(2024, 10, 27, 1, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2025, 4, 20), (2038, 4, 25)],
)
def test_easter_is_when_the_almanac_says(year: int, month: int, day: int) -> None:
    """Early, late, and some in between."""
    assert easter(year) == date(year, month, day)


@given(st.integers(1900, 2200))
def test_a_year_in_france_has_eleven_holidays_or_fewer_where_two_meet(year: int) -> None:
    """Ascension Day can fall on a fixed one; Easter Monday is always a Monday."""
    holidays = french_holidays(year)
    assert 10 <= len(holidays) <= 11
    assert easter(year).weekday() == 6
    assert easter(year) + timedelta(days=1) in holidays


def test_every_row_has_a_source_and_opens_sometime() -> None:
    """No country rests longer than we look ahead."""
    for row in table().values():
        assert len(row.source) > 20
        assert any(row.on(date(2024, 4, 1) + timedelta(days=n)) for n in range(FURTHEST // 3))


@pytest.mark.parametrize("text", ["20:00-08:00", "08:00-25:00", "08:00-08:00"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    """They begin before they end, and end with the day."""
    with pytest.raises(ValueError, match="hours of one day"):
        span(text)
