"""Overviews as the API says them."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from services.insights.domain.shares import BadShare
from services.insights.usecases.lines import Line
from services.insights.usecases.overviews import Overview
from services.insights.views.reports import Ask, Question, identifier, past
from shared.events import AlertEvent

EXACTLY = 6
"""Digits after the point of a share."""


class ShareView(BaseModel):
    """bad of n answers; share and the ends of its 95 % interval, 0 to 1, absent of no answers."""

    bad: int
    n: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


class ChangeView(BaseModel):
    """The share less that of the span before, with its 95 % interval (Newcombe); verdict: worse, better or same."""

    value: float
    low: float
    high: float
    verdict: str


class LineView(BaseModel):
    """A touchpoint. promise: kept, broken or unclear; absent where it makes none."""

    touchpoint: str
    name: dict[str, str]
    owner: str
    stage: str
    scale: str
    survey: str
    survey_version: int
    now: ShareView
    before: ShareView
    change: ChangeView | None = None
    promised: float | None = None
    promise: str | None = None


class OpenAlert(BaseModel):
    alert_id: str
    kind: str
    severity: str
    touchpoint: str
    owners: list[str]
    raised_at: datetime
    change_started_at: datetime
    sentence: dict[str, str]


class OverviewView(BaseModel):
    """The touchpoints of an owner or a journey. Dates are UTC; until: answers of before this time count.

    next_cursor: send it as `cursor` for the next page; absent on the last.
    """

    from_day: date
    to_day: date
    until: datetime
    touchpoints: list[LineView]
    open_alerts: list[OpenAlert]
    next_cursor: str | None = None


def overview_view(found: Overview) -> OverviewView:
    """Rounded, so that the same figures are the same bytes."""
    assert found.window.until is not None
    return OverviewView(
        from_day=found.window.first,
        to_day=found.window.last,
        until=found.window.until,
        touchpoints=[line_view(one) for one in found.lines],
        open_alerts=[open_alert(one) for one in found.alerts],
        next_cursor=found.next,
    )


def line_view(line: Line) -> LineView:
    """With the version of the survey by which its answers are bad or not."""
    known, change = line.touchpoint, line.change
    return LineView(
        touchpoint=known.id,
        name=known.name,
        owner=known.owner.id,
        stage=known.stage,
        scale=known.survey.scale,
        survey=known.survey.id,
        survey_version=known.survey.version,
        now=share_view(line.share),
        before=share_view(line.before),
        change=ChangeView(**rounded(change), verdict=change.verdict) if change else None,
        promised=known.promise.bad_at_most if known.promise else None,
        promise=line.promise,
    )


def share_view(share: BadShare) -> ShareView:
    if not share.n:
        return ShareView(bad=0, n=0)
    return ShareView(share=round(share.value, EXACTLY), **rounded(share))


def rounded(value: object) -> dict[str, float]:
    """The fields of a frozen value of numbers."""
    return {name: round(one, EXACTLY) for name, one in vars(value).items()}


def open_alert(event: AlertEvent) -> OpenAlert:
    return OpenAlert(**{name: getattr(event, name) for name in OpenAlert.model_fields})


def asked(ask: Ask) -> tuple[datetime | None, str]:
    """The time and the cursor of an overview. Raises InvalidInput."""
    question = Question(ask)
    time = question.read("at", past, None, "an RFC 3339 time such as 2024-03-01T12:00:00Z")
    after = question.read("cursor", identifier, None, "what `next_cursor` was")
    question.check()
    return time, after or ""
