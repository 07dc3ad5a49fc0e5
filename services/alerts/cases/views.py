"""Cases as the API takes and shows them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.alerts.domain.cases.case import Case, Deed, State, What
from services.alerts.domain.cases.figures import METHOD, Waiting
from services.alerts.usecases.cases.acting import Said
from services.alerts.usecases.cases.ports import Channel, Person
from services.alerts.usecases.cases.reading import CaseFigures, Filter, Shown
from shared.bodies import parse_span
from shared.errors import FieldError, InvalidInput, NotFound

CASE_ID = re.compile("[0-9A-Za-z]{16}")
CURSOR = re.compile(r"[0-9TZ:.-]{27}#[0-9A-Za-z]{16}")
LONGEST_TEXT = 4000
A_YEAR = timedelta(days=365)
Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Sent(BaseModel):
    """What every deed may say. seen: the case's `change` as the sender saw it; with any other it is refused (409)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seen: Annotated[int, Field(ge=1, strict=True)] | None = None


class SentNote(Sent):
    """Something to be written down."""

    text: Text


class SentContact(Sent):
    """That somebody spoke to the customer."""

    text: Text | None = None


class SentClose(Sent):
    """Why the case is closed."""

    cause: Id = Field(description="one of the causes of the touchpoint's `cases`")
    text: Text | None = None


class SentReopen(Sent):
    """That it is not put right after all."""

    text: Text | None = None


class SentAssign(Sent):
    """The team that is to put it right from now on."""

    owner: Id
    text: Text | None = None


class SentReply(Sent):
    """A message to the customer. channel: the first that may be used, where none is named."""

    text: Text
    channel: Channel | None = None


class CasesQuery(BaseModel):
    """Which cases are asked for. state: where it is left out, those that are not closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    owner: Id | None = None
    touchpoint: Id | None = None
    state: State | None = None
    overdue: bool = False
    limit: int = Field(50, ge=1, le=200)
    cursor: Annotated[str, StringConstraints(pattern=f"^{CURSOR.pattern}$")] | None = None

    @property
    def filter(self) -> Filter:
        return Filter(self.owner, self.touchpoint, self.state, self.overdue)


class FiguresQuery(BaseModel):
    """Of which cases, opened when. from, to: days or times (RFC 3339); the last year, where they are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    owner: Id | None = None
    touchpoint: Id | None = None
    since: str | None = Field(None, validation_alias="from", max_length=40)
    until: str | None = Field(None, validation_alias="to", max_length=40)


class CaseView(BaseModel):
    """A case as it stands. `change` grows with every deed that changes it."""

    case_id: str
    state: State
    owner: str
    touchpoint: str
    journey: str
    reasons: list[str]
    score: int
    scale: str
    opened_at: datetime
    due_at: datetime
    is_overdue: bool
    contacted_at: datetime | None = None
    closed_at: datetime | None = None
    cause: str | None = None
    taken_back_at: datetime | None = None
    response_id: str
    change: int


class CaseList(BaseModel):
    """Cases that are not closed by when they are due; closed ones, the last closed first."""

    cases: list[CaseView]
    next_cursor: str | None = None


class ReplyView(BaseModel):
    """A message to the customer, and what became of it: waiting, sent, refused, failed or unknown."""

    reply_id: str
    channel: str
    state: str
    reason: str | None = None


class DeedView(BaseModel):
    """Who did what, when."""

    what: What
    at: datetime
    by: str
    text: str | None = None
    detail: str | None = None
    reply: ReplyView | None = None


class CaseDetail(CaseView):
    """A case with what the person said, as it stands in their answer, and its story."""

    comment: str | None = None
    follow_up_text: str | None = None
    call_back: bool = False
    is_erased: bool = False
    story: list[DeedView]


class WayView(BaseModel):
    """An address. refused: why nothing may be sent there."""

    channel: Channel
    address: str
    refused: str | None = None


class CaseContactView(BaseModel):
    """How to reach the person; is_known: whether anybody can be named for the answer."""

    is_known: bool
    ways: list[WayView] = Field(default_factory=list)
    locale: str | None = None


class WaitingView(BaseModel):
    """Hours that cases waited: the median and its 95 % interval; absent where it is not reached."""

    n: int
    over: int
    median_hours: float | None = None
    low_hours: float | None = None
    high_hours: float | None = None


class CauseView(BaseModel):
    """How many of the n closed cases of a touchpoint had a cause."""

    touchpoint: str
    cause: str
    count: int
    n: int


class CaseFiguresView(BaseModel):
    """Of the cases opened in a span of time. Cases still waiting count as having waited at least so long."""

    since: datetime
    until: datetime
    opened: int
    closed: int
    overdue: int
    causes: list[CauseView]
    to_contact: WaitingView
    to_close: WaitingView
    method: str = METHOD


def case_name(text: str) -> str:
    """The id itself. Raises NotFound for what can be none, since no key is made of it."""
    if not CASE_ID.fullmatch(text):
        raise NotFound("there is no such case")
    return text


def said(sent: Sent) -> Said:
    return Said(getattr(sent, "text", None), sent.seen)


def fields_of(case: Case, now: datetime) -> dict[str, object]:
    """What every view of a case says."""
    same = (
        "case_id", "state", "owner", "touchpoint", "journey", "score", "scale", "opened_at", "due_at", "contacted_at",
        "closed_at", "cause", "taken_back_at", "response_id", "change",
    )  # fmt: skip
    shown = {name: getattr(case, name) for name in same}
    return shown | {"reasons": list(case.reasons), "is_overdue": case.is_overdue(now)}


def case_view(case: Case, now: datetime) -> CaseView:
    return CaseView.model_validate(fields_of(case, now))


def case_list(cases: list[Case], cursor: str | None, now: datetime) -> CaseList:
    return CaseList(cases=[case_view(case, now) for case in cases], next_cursor=cursor)


def case_detail(shown: Shown, now: datetime) -> CaseDetail:
    answer = shown.answer
    said_by_them = {
        "comment": answer.comment if answer else None,
        "follow_up_text": answer.follow_up if answer else None,
        "call_back": answer.call_back if answer else False,
        "is_erased": answer is None,
    }
    story = [deed_view(deed, shown) for deed in shown.story]
    return CaseDetail.model_validate(fields_of(shown.case, now) | said_by_them | {"story": story})


def deed_view(deed: Deed, shown: Shown) -> DeedView:
    reply = None
    if deed.reply:
        state, reason = shown.replies[deed.reply.reply_id]
        reply = ReplyView(reply_id=deed.reply.reply_id, channel=deed.reply.channel, state=state, reason=reason)
    return DeedView(what=deed.what, at=deed.at, by=deed.by, text=deed.text, detail=deed.detail, reply=reply)


def contact_view(person: Person | None) -> CaseContactView:
    if person is None:
        return CaseContactView(is_known=False)
    ways = [WayView(channel=way.channel, address=way.address, refused=way.refused) for way in person.ways]
    return CaseContactView(is_known=True, ways=ways, locale=person.locale)


def span(asked: FiguresQuery, now: datetime) -> tuple[datetime, datetime]:
    """When the cases were opened: from, to. Raises InvalidInput naming what is wrong."""
    since, until = parse_span(asked.since, asked.until, (now - A_YEAR, now))
    if since >= until:
        raise InvalidInput(errors=[FieldError("query:to", "later than `from`", "span")])
    return since, until


def figures_view(figures: CaseFigures, since: datetime, until: datetime) -> CaseFiguresView:
    """The figures, their hours rounded to hundredths."""
    causes = [CauseView(touchpoint=c.touchpoint, cause=c.cause, count=c.count, n=c.n) for c in figures.causes]
    return CaseFiguresView(
        since=since,
        until=until,
        opened=figures.opened,
        closed=figures.closed,
        overdue=figures.overdue,
        causes=causes,
        to_contact=waiting_view(figures.to_contact),
        to_close=waiting_view(figures.to_close),
    )


def waiting_view(waiting: Waiting) -> WaitingView:
    median, low, high = (
        round(hours, 2) if hours is not None else None for hours in (waiting.median, waiting.low, waiting.high)
    )
    return WaitingView(n=waiting.n, over=waiting.over, median_hours=median, low_hours=low, high_hours=high)
