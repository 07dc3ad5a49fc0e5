"""Places in what was answered, by time; and what is shown of staff: whole weeks, and nobody's name."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.collector.domain.responses import Response
from shared.catalogue import Audience
from shared.codes import keyed_hash
from shared.errors import FieldError, InvalidInput
from shared.times import key_time, parse_time

WEEK = timedelta(days=7)
MONDAY = datetime(2000, 1, 3, tzinfo=UTC)
NOON = timedelta(hours=12)
"""Of the week's Monday: within that week wherever it is read."""
CURSOR = re.compile(r"([0-9-]{10}T[0-9:.]{15}Z)#([A-Za-z0-9._:@/+-]{0,128})")


@dataclass(frozen=True)
class Span:
    """Whose answers are wanted: collected from `since` on and before `until`, both aware UTC; at most `limit`."""

    touchpoint: str
    audience: Audience
    since: datetime
    until: datetime
    limit: int
    cursor: str | None = None


@dataclass(frozen=True)
class Position:
    """Behind this answer; response_id: empty for before all of that moment."""

    at: datetime
    response_id: str = ""

    @property
    def cursor(self) -> str:
        return base64.urlsafe_b64encode(f"{key_time(self.at)}#{self.response_id}".encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page:
    """Answers in order of time. cursor: what follows; None where nothing does."""

    responses: list[Response]
    cursor: str | None


def position_of(cursor: str) -> Position:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        found = CURSOR.fullmatch(text)
        if found:
            return Position(parse_time(found[1]), found[2])
    except (binascii.Error, ValueError):
        pass
    raise InvalidInput(errors=[FieldError("query:cursor", "this cursor was not given by us", "cursor")])


def behind(response: Response) -> Position:
    return Position(response.collected_at, response.response_id)


def next_month(at: datetime) -> datetime:
    return (at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)


def first_monday(at: datetime) -> datetime:
    """The first moment of the first week that begins then or later."""
    return MONDAY - (MONDAY - at) // WEEK * WEEK


def monday_of(shown: Response) -> datetime:
    return shown.collected_at - NOON


def without_name(response: Response, week: datetime, secret: bytes) -> Response:
    """The answer with nothing by which its writer could be told: of a week, not a moment, under another id."""
    return replace(
        response,
        response_id="staff-" + keyed_hash(secret, "staff", f"{response.touchpoint}:{response.response_id}"),
        collected_at=week + NOON,
        stored_at=week + NOON,
        channel="import",
        lang=None,
        customer=None,
        invited_at=None,
        attributes={},
        evidence={},
    )
