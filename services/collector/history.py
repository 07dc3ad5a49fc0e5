"""What was answered, read back: customers' answers one by one, staff's only in weeks of five or more.

Staff are never to be told apart. So their answers are given by whole weeks that are over, as a week that still
grows would tell the newest from the others; without a time of day, customer, language, channel or attributes, under
ids made anew, in an order that is not theirs.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.collector.domain import Response
from shared.catalogue import ID, SMALLEST_STAFF_GROUP, Audience, Catalogue
from shared.codes import keyed_hash
from shared.errors import FieldError, InvalidInput, NotFound
from shared.times import key_time, parse_time

MOST_QUESTIONS = 40
"""Put to the table for one page: a page may be short, or empty, and others follow all the same."""
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


class History(Protocol):
    """Answers in the order of their times."""

    def between(self, touchpoint: str, after: Position, until: datetime, limit: int) -> tuple[list[Response], bool]:
        """Up to `limit` answers of the month that `after` is in, and whether these are all before `until`."""
        ...


class HasHistory(Protocol):
    """What reading back needs of the service's dependencies."""

    @property
    def responses(self) -> History: ...

    @property
    def catalogue(self) -> Catalogue: ...

    @property
    def secret(self) -> bytes: ...


def answers(span: Span, now: datetime, deps: HasHistory) -> Page:
    """A page of what was answered. Raises NotFound, and InvalidInput for a cursor that is none of ours."""
    if not ID.fullmatch(span.touchpoint) or deps.catalogue.touchpoint(span.touchpoint) is None:
        raise NotFound("there is no such touchpoint")
    position = position_of(span.cursor) if span.cursor else Position(span.since)
    if span.audience == "staff":
        return weeks(span, position, now, deps)
    return singly(span, position, deps)


def position_of(cursor: str) -> Position:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        found = CURSOR.fullmatch(text)
        if found:
            return Position(parse_time(found[1]), found[2])
    except (binascii.Error, ValueError):
        pass
    raise InvalidInput(errors=[FieldError("query:cursor", "this cursor was not given by us", "cursor")])


def singly(span: Span, position: Position, deps: HasHistory) -> Page:
    """Customers' answers; staff's are passed over, and no cursor stands at one of them. A full page has a cursor."""
    found: list[Response] = []
    for _ in range(MOST_QUESTIONS):
        if position.at >= span.until:
            return Page(found, None)
        part, is_all = deps.responses.between(span.touchpoint, position, span.until, span.limit)
        found += [response for response in part if response.audience == "customer"]
        if len(found) >= span.limit:
            found = found[: span.limit]
            return Page(found, behind(found[-1]).cursor)
        position = Position(next_month(position.at)) if is_all else behind(part[-1])
    return Page(found, position.cursor)


def behind(response: Response) -> Position:
    return Position(response.collected_at, response.response_id)


def next_month(at: datetime) -> datetime:
    return (at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)


def weeks(span: Span, position: Position, now: datetime, deps: HasHistory) -> Page:
    """Staff's answers, by the whole weeks within the span that are over."""
    found: list[Response] = []
    week, last = first_monday(position.at), min(span.until, now)
    for _ in range(MOST_QUESTIONS):
        if week + WEEK > last:
            return Page(found, None)
        group = unnamed(span.touchpoint, week, deps)
        after = position.response_id if week == position.at else ""
        found += [response for response in group if response.response_id > after]
        if len(found) >= span.limit:
            found = found[: span.limit]
            return Page(found, Position(monday_of(found[-1]), found[-1].response_id).cursor)
        week += WEEK
    return Page(found, Position(week).cursor)


def first_monday(at: datetime) -> datetime:
    """The first moment of the first week that begins then or later."""
    return MONDAY - (MONDAY - at) // WEEK * WEEK


def monday_of(shown: Response) -> datetime:
    return shown.collected_at - NOON


def unnamed(touchpoint: str, week: datetime, deps: HasHistory) -> list[Response]:
    """The week's staff answers as they are shown; none where there are fewer than five."""
    given = [response for response in everything(touchpoint, week, week + WEEK, deps) if response.audience == "staff"]
    if sum(response.is_counted for response in given) < SMALLEST_STAFF_GROUP:
        return []
    return sorted((without_name(response, week, deps.secret) for response in given), key=lambda one: one.response_id)


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


def everything(touchpoint: str, since: datetime, until: datetime, deps: HasHistory) -> Iterator[Response]:
    position = Position(since)
    while position.at < until:
        part, is_all = deps.responses.between(touchpoint, position, until, 1000)
        yield from part
        position = Position(next_month(position.at)) if is_all else behind(part[-1])
