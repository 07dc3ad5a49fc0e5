"""Fields that several services take, as Pydantic types: ids, times, attributes. Their context is a `Known`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.catalogue import Touchpoint
from shared.times import parse_time

MOST_ATTRIBUTES = 30
LARGEST_NUMBER = 10**15
"""Attributes beyond this are no amounts or counts; DynamoDB's own limit is 38 digits."""
SMALLEST_NUMBER = 1e-100
"""Closer to 0 is 0: DynamoDB keeps nothing smaller than 1e-130."""
AHEAD_AT_MOST = timedelta(minutes=5)
"""A sender's clock may be so much ahead of ours."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True)
class Known:
    """What fields are checked against: the time, and the touchpoints that may be named."""

    now: datetime
    touchpoints: Mapping[str, Touchpoint]


def without_nul(text: Any) -> Any:
    if isinstance(text, str) and "\0" in text:
        raise PydanticCustomError("nul", "the character NUL is not text")
    return text


def is_known(touchpoint: str, info: ValidationInfo) -> str:
    if touchpoint not in known(info).touchpoints:
        raise PydanticCustomError("unknown_touchpoint", "there is no such touchpoint in the registry")
    return touchpoint


def moment(value: Any) -> datetime:
    """The aware UTC time of RFC 3339 text, from the year 2000 on."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise PydanticCustomError("not_a_time", "a time is written as in 2024-03-01T09:30:00Z (RFC 3339)")
    try:
        time = parse_time(value.upper())
    except (ValueError, OverflowError):
        raise PydanticCustomError("not_a_time", "there is no such day or time") from None
    if time < EARLIEST:
        raise PydanticCustomError("too_early", "times before 2000 are not taken")
    return time


def past(value: Any, info: ValidationInfo) -> datetime:
    time = moment(value)
    if time > known(info).now + AHEAD_AT_MOST:
        raise PydanticCustomError("in_the_future", "this time is more than 5 minutes ahead of ours")
    return time


def future(value: Any, info: ValidationInfo) -> datetime:
    time = moment(value)
    if time <= known(info).now:
        raise PydanticCustomError("in_the_past", "this time is over")
    return time


def attribute(value: Any) -> str | int | float | bool:
    """A text of at most 200 characters, a number, true or false."""
    if isinstance(value, str):
        if len(value) > 200:
            raise PydanticCustomError("too_long", "an attribute's text has at most 200 characters")
        return str(without_nul(value))
    if not isinstance(value, bool | int | float):
        raise PydanticCustomError("attribute_type", "an attribute is a text, a number, true or false")
    if not isinstance(value, bool) and (abs(value) > LARGEST_NUMBER or not math.isfinite(value)):
        raise PydanticCustomError("too_large", "a number goes to 10^15 at most, either side of 0")
    return kept(value)


def kept(number: float) -> float:
    """The number as it can be stored."""
    return 0.0 if 0 < abs(number) < SMALLEST_NUMBER else number


def known(info: ValidationInfo) -> Known:
    assert isinstance(info.context, Known), "fields are parsed against what is known"
    return info.context


Text = Annotated[str, BeforeValidator(without_nul)]
TimeSchema = WithJsonSchema({"type": "string", "format": "date-time"})
Past = Annotated[datetime, PlainValidator(past), TimeSchema]
Future = Annotated[datetime, PlainValidator(future), TimeSchema]
KnownTouchpoint = Annotated[str, AfterValidator(is_known)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@/+-]{1,128}$")]
CustomerId = Annotated[Text, Field(min_length=1, max_length=256)]
AttributeName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
AttributeValue = Annotated[
    str | int | float | bool,
    PlainValidator(attribute),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": 200}),
]
