"""Keys of the table `friction`: figures, evidence accounts and alerts. A series is `touchpoint#source#scale`.

| to find | partition key | sort key |
|---|---|---|
| the answers counted in an hour | `SERIES#touchpoint#source#scale` | `HOUR#2024-03-01T10#000` (`hour_key`) |
| the hours of a span | same | between `HOUR#…` and `HOUR#…` (`hours_between`) |
| a day's histogram, per channel | same | `DAY#2024-03-01` (`day_key`) |
| a day's histograms, per value of an attribute | same | `PART#attribute#2024-03-01` (`part_key`) |
| the evidence account | same | `ACCOUNT` (`account_key`) |
| a touchpoint's alerts, newest last | `ALERTS#touchpoint` | `raised_at#alert_id` (`alert_key`) |
| everybody's alerts of a year | index `time`: `ALERTS#2024` | `raised_at#alert_id` (`alert_time_key`) |
| what a series' account said | `SERIES#touchpoint#source#scale` | `SAID#at#kind` (`said_key`) |
| what all accounts said, by event time | index `time`: `SAID` | `at#series…#kind` (`said_time_key`) |
| how much of this table a person's erasure has erased | `ERASURE#erasure_id` | `COUNTED` (`erased_key`) |
| the series a touchpoint has | `TOUCHPOINT#id` | `SERIES#source#scale` (`series_key`) |
| series to be looked at later, by when | `DUE` | `2024-03-01T10#series…` (`due_key`) |
| where a customer was lately, in a journey | `TRACES#customer-hash` | `TRACE#journey#at#touchpoint#hash` (`trace_key`, read by `trace_parts`) |
| everything of that journey | same | `TRACE#journey#…` (`traces_of`) |
| what friction costs at a touchpoint, as of a day | `VALUE#touchpoint` | `DAY#2024-03-01` (`value_key`) |
| what to mend first, of an owner, as of a day, page by page | `PRIORITIES#owner` | `DAY#2024-03-01#000` (`priorities_key`) |
| the same of all owners | `PRIORITIES` | same |
| the days whose study was asked for | `STUDIES` | `DAY#2024-03-01` (`study_key`) |

A series' source is an audience, `customer` or `staff`, whose answers are counted; or `from:` and a touchpoint, for
customers who came from there; or `silence`, `abandonment`, `pressure`, `promise`. An hour's last part is the number of its slice: a busy hour is spread over several items.
"""

from __future__ import annotations

from datetime import date, datetime

from shared.tables import SEPARATOR, key
from shared.times import key_hour, key_time

Key = tuple[str, str]
TIME_INDEX = "time"
DUE = "DUE"


def series_partition(touchpoint: str, source: str, scale: str) -> str:
    return key("SERIES", touchpoint, source, scale)


def hour_key(series: str, hour: datetime, piece: int) -> Key:
    """series: what `series_partition` gave; piece: 0 to 999."""
    return series, key("HOUR", key_hour(hour), f"{piece:03}")


def hours_between(first: datetime, last: datetime) -> tuple[str, str]:
    """Sort keys that enclose the hours from `first` to `last`, both included."""
    return key("HOUR", key_hour(first)), key("HOUR", key_hour(last), "999")


def day_key(series: str, day: date) -> Key:
    return series, key("DAY", day.isoformat())


def part_key(series: str, attribute: str, day: date) -> Key:
    """attribute: one that the touchpoint names under `segments`."""
    return series, key("PART", attribute, day.isoformat())


def account_key(series: str) -> Key:
    return series, "ACCOUNT"


def series_key(touchpoint: str, source: str, scale: str) -> Key:
    return key("TOUCHPOINT", touchpoint), key("SERIES", source, scale)


def alert_key(touchpoint: str, raised_at: datetime, alert_id: str) -> Key:
    return key("ALERTS", touchpoint), key(key_time(raised_at), alert_id)


def alert_time_key(raised_at: datetime, alert_id: str) -> Key:
    return key("ALERTS", f"{raised_at:%Y}"), key(key_time(raised_at), alert_id)


def erased_key(erasure_id: str) -> Key:
    return key("ERASURE", erasure_id), "COUNTED"


def said_key(series: str, at: datetime, kind: str) -> Key:
    """kind: raised, strengthened, resolved, adopted; or began."""
    return series, key("SAID", key_time(at), kind)


def said_time_key(series: str, at: datetime, kind: str) -> Key:
    return "SAID", SEPARATOR.join((key_time(at), series, kind))


def trace_key(customer: str, journey: str, at: datetime, touchpoint: str, name: str) -> Key:
    """customer: keyed hash; name: hash of the interaction's or response's id."""
    return key("TRACES", customer), key("TRACE", journey, key_time(at), touchpoint, name)


def trace_parts(sk: str) -> tuple[str, str, str]:
    """The journey, the touchpoint and the name in a trace's sort key."""
    _, journey, _, touchpoint, name = sk.split(SEPARATOR)
    return journey, touchpoint, name


def traces_of(customer: str, journey: str) -> Key:
    """The partition, and how the sort keys of the journey's begin."""
    return key("TRACES", customer), key("TRACE", journey, "")


def value_key(touchpoint: str, day: date) -> Key:
    return key("VALUE", touchpoint), key("DAY", day.isoformat())


def priorities_key(owner: str | None, day: date, page: int) -> Key:
    """owner: None for all of them; page: 0 to 999."""
    return key("PRIORITIES", *([owner] if owner else [])), key("DAY", day.isoformat(), f"{page:03}")


def study_key(day: date) -> Key:
    return "STUDIES", key("DAY", day.isoformat())


def due_key(series: str, at: datetime) -> Key:
    return DUE, SEPARATOR.join((key_hour(at), series))


def due_until(now: datetime) -> tuple[str, str]:
    """Sort keys that enclose every hour that is over."""
    return "0", key(key_hour(now), "")
