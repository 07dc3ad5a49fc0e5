"""What was answered, read back: customers' answers one by one, staff's only in weeks of five or more.

Staff are never to be told apart. So their answers are given by whole weeks that are over, as a week that still
grows would tell the newest from the others; without a time of day, customer, language, channel or attributes, under
ids made anew, in an order that is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.collector.domain.history import (
    WEEK,
    Page,
    Position,
    Span,
    behind,
    first_monday,
    monday_of,
    next_month,
    position_of,
    without_name,
)
from services.collector.domain.responses import Response
from services.collector.usecases.ports import Deps
from shared.catalogue import ID, SMALLEST_STAFF_GROUP
from shared.errors import NotFound

MOST_QUESTIONS = 40
"""Put to the table for one page: a page may be short, or empty, and others follow all the same."""
MOST_AT_ONCE = 1000
"""Answers asked for in one question where nobody knows how many are staff's."""


def answers(span: Span, now: datetime, deps: Deps) -> Page:
    """A page of what was answered. Raises NotFound, and InvalidInput for a cursor that is none of ours."""
    if not ID.fullmatch(span.touchpoint) or deps.catalogue.touchpoint(span.touchpoint) is None:
        raise NotFound("there is no such touchpoint")
    position = position_of(span.cursor) if span.cursor else Position(span.since)
    if span.audience == "staff":
        return weeks(span, position, now, deps)
    return singly(span, position, deps)


def singly(span: Span, position: Position, deps: Deps) -> Page:
    """Customers' answers; staff's are passed over. A full page has a cursor.

    A cursor stands at a customer's answer or where a month begins: one at a staff answer would tell its time and id. So
    whoever has asked enough goes on to the end of the month.
    """
    found: list[Response] = []
    questions, most = 0, span.limit
    while position.at < span.until:
        if questions >= MOST_QUESTIONS and not position.response_id:
            return Page(found, position.cursor)
        part, is_all = deps.responses.between(span.touchpoint, position, span.until, most)
        customers = [response for response in part if response.audience == "customer"]
        questions, most = questions + 1, span.limit if customers else MOST_AT_ONCE
        found += customers
        if len(found) >= span.limit:
            found = found[: span.limit]
            return Page(found, behind(found[-1]).cursor)
        position = Position(next_month(position.at)) if is_all else behind(part[-1])
    return Page(found, None)


def weeks(span: Span, position: Position, now: datetime, deps: Deps) -> Page:
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


def unnamed(touchpoint: str, week: datetime, deps: Deps) -> list[Response]:
    """The week's staff answers as they are shown; none where there are fewer than five."""
    given = [response for response in everything(touchpoint, week, week + WEEK, deps) if response.audience == "staff"]
    if sum(response.is_counted for response in given) < SMALLEST_STAFF_GROUP:
        return []
    return sorted((without_name(response, week, deps.secret) for response in given), key=lambda one: one.response_id)


def everything(touchpoint: str, since: datetime, until: datetime, deps: Deps) -> Iterator[Response]:
    position = Position(since)
    while position.at < until:
        part, is_all = deps.responses.between(touchpoint, position, until, MOST_AT_ONCE)
        yield from part
        position = Position(next_month(position.at)) if is_all else behind(part[-1])
