"""How answers are asked for over HTTP, and how they are shown: by the names the importer reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from services.collector.domain.history import Page, Span
from services.collector.domain.responses import Response
from shared.bodies import parse_query, parse_span
from shared.catalogue import Audience
from shared.times import format_time

MOST = 100
"""In a page: with the longest comments and attributes it stays below the 6 MB that Lambda answers."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
A_YEAR = timedelta(days=366)
"""What is asked for where nothing else is: from a year ago on."""
TOMORROW = timedelta(days=1)
"""Answers may be dated a little ahead of our clock."""


class ResponsesQuery(BaseModel):
    """Which answers are asked for."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    touchpoint: str = Field(min_length=1, max_length=128)
    audience: Audience = "customer"
    since: str | None = Field(None, validation_alias="from", max_length=40)
    until: str | None = Field(None, validation_alias="to", max_length=40)
    limit: int = Field(100, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=300)


class ResponseView(BaseModel):
    """One answer. customer_id: the keyed hash that is kept in place of the customer's id.

    counted: whether it is in the figures. place: the label of the link it came by.
    """

    response_id: str
    touchpoint: str
    collected_at: str
    score: int
    owner: str
    scale: str
    comment: str | None = None
    customer_id: str | None = None
    channel: str
    lang: str | None = None
    audience: str
    invited_at: str | None = None
    survey: str
    survey_version: int
    attributes: dict[str, str | int | float | bool] = Field(default_factory=dict)
    follow_up: str | None = None
    follow_up_text: str | None = None
    call_back: bool | None = None
    place: str | None = None
    stored_at: str
    revision: int
    counted: bool
    not_counted_because: str | None = None


class ResponseList(BaseModel):
    """Answers in the order of `collected_at`. next_cursor: given back as `cursor`, leads to those that follow; a page
    may have fewer answers than asked for, or none, and others follow all the same."""

    responses: list[ResponseView]
    next_cursor: str | None = None


def span(parameters: Mapping[str, str], now: datetime) -> Span:
    """What is asked for. Raises InvalidInput naming each parameter that is wrong."""
    asked = parse_query(ResponsesQuery, parameters)
    since, until = parse_span(asked.since, asked.until, (now - A_YEAR, now + TOMORROW))
    return Span(asked.touchpoint, asked.audience, max(since, EARLIEST), until, asked.limit, asked.cursor)


def response_list(page: Page) -> ResponseList:
    return ResponseList(responses=[view(response) for response in page.responses], next_cursor=page.cursor)


def view(response: Response) -> ResponseView:
    fields = asdict(response) | {
        "collected_at": format_time(response.collected_at),
        "stored_at": format_time(response.stored_at),
        "invited_at": format_time(response.invited_at) if response.invited_at else None,
        "customer_id": response.customer,
        "call_back": response.call_back or None,
        "place": response.evidence.get("place"),
        "counted": response.is_counted,
    }
    return ResponseView.model_validate(fields)
