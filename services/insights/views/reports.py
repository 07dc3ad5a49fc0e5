"""Reports and lists of alerts over HTTP, and how their questions are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.insights.domain.adjusting import Because
from services.insights.domain.reports import Report, Summary
from services.insights.domain.windows import Window, at
from services.insights.usecases.adjusted import Adjustment
from services.insights.usecases.reports import AlertQuery, cursor
from services.insights.usecases.slices import Segment
from services.insights.views.adjusted import AdjustedView, adjusted_view, because_of
from services.insights.views.figures import FigureView, figure_view
from shared.catalogue import AUDIENCES, ID, Touchpoint
from shared.errors import FieldError, InvalidInput
from shared.events import AlertEvent
from shared.times import parse_time

Ask = Callable[[str], str | None]
Read = TypeVar("Read")
MOST_ALERTS = 500
FIRST_YEAR, LAST_YEAR = 2000, 2999


class SummaryView(BaseModel):
    """counts: answers per score, by the score's text."""

    n: int
    counts: dict[str, int]
    figures: list[FigureView]


class WeekView(SummaryView):
    """A week from Monday, UTC."""

    week: date


class SegmentView(SummaryView):
    """Those whose attribute has this value, in whole weeks that are over, of five answers or more."""

    value: str


class ReportView(BaseModel):
    """segments: by the value of the attribute that `by` names; absent where it names none.

    adjusted: to everybody who went through; not_adjusted_because: why it is absent.

    no_segments: the touchpoint names none; no_interactions: who went through is not known; too_few_answers: fewer
    than 20 of people whose segments are known; staff: are never told apart.
    """

    touchpoint: str
    name: dict[str, str]
    owner: str
    audience: str
    scale: str
    summary: SummaryView
    channels: dict[str, int]
    weeks: list[WeekView]
    segments: list[SegmentView] | None = None
    adjusted: AdjustedView | None = None
    not_adjusted_because: Because | None = None


class AlertList(BaseModel):
    """Alerts, newest first. next_cursor: send it as `cursor` for the next page; absent on the last."""

    alerts: list[AlertEvent]
    next_cursor: str | None = None


def report_view(
    touchpoint: Touchpoint,
    audience: str,
    report: Report,
    adjustment: Adjustment | None = None,
    cuts: list[Segment] | None = None,
) -> ReportView:
    """The report as the API says it; counts by the score's text."""
    low = report.scale.low
    return ReportView(
        touchpoint=touchpoint.id,
        name=touchpoint.name,
        owner=touchpoint.owner.id,
        audience=audience,
        scale=report.scale.name,
        summary=SummaryView(**summary_fields(report.summary, low)),
        channels=report.channels,
        weeks=[WeekView(week=week.monday, **summary_fields(week.summary, low)) for week in report.weeks],
        segments=[SegmentView(value=one.value, **summary_fields(one.summary, low)) for one in cuts]
        if cuts is not None
        else None,
        adjusted=adjusted_view(adjustment) if adjustment else None,
        not_adjusted_because=because_of(adjustment) if adjustment else None,
    )


def summary_fields(summary: Summary, low: int) -> dict[str, Any]:
    return {
        "n": summary.n,
        "counts": {str(low + place): count for place, count in enumerate(summary.counts)},
        "figures": [figure_view(figure) for figure in summary.figures],
    }


def alert_list(alerts: list[AlertEvent], limit: int) -> AlertList:
    return AlertList(alerts=alerts, next_cursor=cursor(alerts[-1]) if len(alerts) == limit else None)


class Question:
    """Reads query parameters one by one and gathers what is wrong with them."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._errors: list[FieldError] = []

    def read(self, name: str, parse: Callable[[str], Read], default: Read, hint: str) -> Read:
        """The parameter's value; the default where it is absent; noted as wrong where it cannot be read."""
        text = self._ask(name)
        if text is None:
            return default
        try:
            return parse(text)
        except (ValueError, OverflowError):
            self.refuse(name, hint)
            return default

    def refuse(self, name: str, hint: str) -> None:
        """Notes that the parameter is wrong."""
        self._errors.append(FieldError(name, hint))

    def check(self) -> None:
        """Raises InvalidInput naming every wrong parameter."""
        if self._errors:
            raise InvalidInput("some query parameters are wrong", self._errors)


def audience(text: str) -> str:
    if text not in AUDIENCES:
        raise ValueError(text)
    return text


def identifier(text: str) -> str | None:
    if not ID.fullmatch(text):
        raise ValueError(text)
    return text


def limit(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_ALERTS:
        raise ValueError(text)
    return number


def alert_query(ask: Ask) -> AlertQuery:
    """The alerts asked for. Raises InvalidInput."""
    question, blank = Question(ask), AlertQuery()
    query = AlertQuery(
        touchpoint=question.read("touchpoint", identifier, None, "the id of a touchpoint"),
        owner=ask("owner"),
        since=question.read("since", since, blank.since, "a date or an RFC 3339 time"),
        before=ask("cursor"),
        limit=question.read("limit", limit, blank.limit, f"a whole number from 1 to {MOST_ALERTS}"),
    )
    question.check()
    return query


def since(text: str) -> datetime:
    """A time, or the beginning of a date, UTC; nothing is older than the year 2000."""
    time = parse_time(text if "T" in text else f"{text}T00:00:00Z")
    return max(time, datetime(2000, 1, 1, tzinfo=UTC))


def span(ask: Ask) -> tuple[str, Window]:
    """Audience and days of a report; `at` cuts it at that time. Raises InvalidInput."""
    question = Question(ask)
    first = question.read("from", date.fromisoformat, date(2000, 1, 1), "a date such as 2024-03-01")
    last = question.read("to", date.fromisoformat, date(9999, 12, 31), "a date such as 2024-03-01")
    spoken = question.read("audience", audience, "customer", f"one of {', '.join(AUDIENCES)}")
    time = question.read("at", past, None, "an RFC 3339 time such as 2024-03-01T12:00:00Z")
    until = at(time, 1) if time else None
    if first > last:
        question.refuse("from", "a day that is not after `to`")
    question.check()
    return spoken, Window(first, min(last, until.last), until.until) if until else Window(first, last)


def past(text: str) -> datetime | None:
    """A time of the years in which there are answers."""
    time = parse_time(text)
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ValueError(text)
    return time
