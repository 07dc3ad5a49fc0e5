"""Events that leave a service: the friction alert, as the topic, webhooks and `etincelle alerts --json` carry it; and
the news of one person's case, as its owner's subscriptions get it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.severity import Severity as Severity

AlertKind = Literal["drop", "staff", "silence", "abandonment", "promise", "handoff", "pressure"]
AlertState = Literal["raised", "acknowledged", "resolved", "withdrawn"]
NewsKind = Literal[AlertKind, "case", "weekly", "outreach"]
"""What a subscription may be told of."""
CaseNews = Literal["opened", "reopened", "assigned", "overdue"]
CaseReason = Literal["score", "words", "call_back"]


class Part(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", hide_input_in_errors=True)


class Share(Part):
    """A share of bad answers. bad of n; low and high: its 95 % interval, 0 to 1."""

    bad: int = Field(ge=0)
    n: int = Field(ge=0)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Evidence(Part):
    """Why it was raised. e_value: the odds against chance; an alert is false about once in that many."""

    method: str
    e_value: float
    false_alarms_per_year: float
    settings_version: str


class ExcessSegment(Part):
    """A segment in which answers worsened more than elsewhere. before: n 0 where there were fewer than 5.

    test: `zelen` of whether it worsened more than the rest; `fisher`, where how it was before cannot be told, of
    whether it is worse since.
    q_value: of all segments with evidence as strong, at most this share is there by chance.
    examples: comments of its bad answers, names and numbers masked.
    """

    attribute: str
    value: str
    before: Share
    after: Share
    test: Literal["zelen", "fisher"] | None = None
    q_value: float | None = Field(default=None, ge=0, le=1)
    examples: list[str] = Field(default_factory=list, max_length=2)


class ExcessWord(Part):
    """A word or phrase seen more often in the comments of bad answers after the change than before.

    before, after: such comments that have it. q_value, examples: as of a segment.
    """

    text: str
    before: int
    after: int
    q_value: float | None = Field(default=None, ge=0, le=1)
    examples: list[str] = Field(default_factory=list, max_length=2)


class CausesRead(Part):
    """What the causes were sought in: answers, and comments of bad ones, before and since the change.

    is_whole: every answer of both spans was read; else an even part of them.
    """

    before: int = Field(ge=0)
    after: int = Field(ge=0)
    comments_before: int = Field(ge=0)
    comments_after: int = Field(ge=0)
    is_whole: bool = True


class Flood(Part):
    """Days, UTC, on which far more and happier people answered, and without which there would be no alert so far.

    times: so many answers a day, against the middle day.
    """

    first: date
    last: date
    times: float


class Causes(Part):
    """What is seen more often since the change, the strongest evidence first: together with it, not because of it."""

    segments: list[ExcessSegment] = Field(default_factory=list)
    words: list[ExcessWord] = Field(default_factory=list)
    read: CausesRead | None = None


class Money(Part):
    """Value at risk with its interval, in the currency of the outcomes."""

    amount: float
    low: float
    high: float
    currency: str


class AlertEvent(Part):
    """Friction at a touchpoint, or on a hand-off, began, was acknowledged, ended, or was withdrawn.

    Every time is an event time: when it happened, not when it was noticed. The same alert keeps its
    `alert_id`; each of its transitions has the next `revision`, from 1.
    """

    version: Literal["1"] = "1"
    alert_id: str
    revision: int = Field(ge=1)
    kind: AlertKind
    state: AlertState
    touchpoint: str
    touchpoint_name: dict[str, str]
    origin: str | None = Field(None, description="of a hand-off: the touchpoint that those came from whom it is about")
    audience: Literal["customer", "staff"]
    scale: str
    owner: str
    owners: list[str] = Field(min_length=1)
    journey: str
    severity: Severity
    raised_at: datetime
    change_started_at: datetime
    change_started_between: tuple[datetime, datetime]
    resolved_at: datetime | None = None
    resolved_because: Literal["recovered", "adopted", "withdrawn"] | None = None
    n: int = Field(ge=0, description="answers since the change, when it was raised")
    before: Share
    after: Share
    otherwise: Share | None = Field(None, description="since then, of those who did not come from `origin`")
    explained_by: str | None = Field(None, description="the touchpoint from which those come whom it is really about")
    seen_first: Literal["customer", "staff"] | None = Field(None, description="whose alert was open here already")
    evidence: Evidence
    sentence: dict[str, str]
    flood: Flood | None = None
    causes: Causes = Causes()
    sample_comments: list[str] = Field(default_factory=list, max_length=3)
    affected: int | None = Field(default=None, ge=0)
    value_at_risk: Money | None = Field(
        None,
        description="what friction costs at the touchpoint in four weeks, as known when it was raised; assumed is that "
        "customers with and without friction differ in nothing else; absent where no outcomes are known",
    )
    links: dict[str, str] = Field(default_factory=dict)


class CaseEvent(Part):
    """A case is there to be put right, or is overdue. Nothing in it tells whose it is, or what they said.

    Each piece of news of a case has a `revision` of its own, which grows.
    """

    version: Literal["1"] = "1"
    kind: Literal["case"] = "case"
    case_id: str
    revision: int = Field(ge=1)
    state: CaseNews
    touchpoint: str
    touchpoint_name: dict[str, str]
    owner: str
    owners: list[str] = Field(min_length=1)
    journey: str
    severity: Severity = "medium"
    reasons: list[CaseReason]
    raised_at: datetime = Field(description="when the case was opened")
    due_at: datetime
    links: dict[str, str] = Field(default_factory=dict)

    @property
    def alert_id(self) -> str:
        """What notes and messages of it are kept under; no alert is called so."""
        return f"case-{self.case_id}"


class WeekChange(Part):
    """How the share of bad answers differs from the week before, -1 to 1, with its 95 % interval."""

    value: float
    low: float
    high: float
    verdict: Literal["worse", "better", "same"]


class WeekPromise(Part):
    """bad_at_most: the share that is promised; kept: whether it was in this week."""

    bad_at_most: float
    kept: Literal["kept", "unclear", "broken"]


class WeekTouchpoint(Part):
    """What customers answered at a touchpoint in the week. change: None where either week has no answers."""

    touchpoint: str
    name: dict[str, str]
    share: Share
    change: WeekChange | None = None
    promise: WeekPromise | None = None
    link: str


class WeekAlert(Part):
    """Friction that began or ended in the week, or has stood since before."""

    alert_id: str
    news: Literal["began", "ended", "standing"]
    name: dict[str, str]
    sentence: dict[str, str]
    link: str


class WeekPriority(Part):
    """What to mend first. rank: among the owner's own."""

    rank: int = Field(ge=1)
    touchpoint: str
    name: dict[str, str]
    link: str


class WeekCases(Part):
    """Cases that are not closed, and of these the overdue ones."""

    open: int = Field(ge=0)
    overdue: int = Field(ge=0)


WEEKLY = ":weekly"
"""In place of a touchpoint's id, which it never is: what a subscription mutes that wants no weekly report."""


class WeeklyEvent(Part):
    """An owner's week, Monday to Sunday in UTC: figures only, nothing that anybody said.

    cases: filled in by whoever keeps them.
    """

    version: Literal["1"] = "1"
    kind: Literal["weekly"] = "weekly"
    revision: Literal[1] = 1
    state: Literal["told"] = "told"
    owner: str
    owners: list[str] = Field(min_length=1)
    monday: date
    raised_at: datetime = Field(description="when the week was over")
    touchpoints: list[WeekTouchpoint] = Field(max_length=20)
    more_touchpoints: int = Field(0, ge=0, description="that had answers, too, and are left out")
    alerts: list[WeekAlert] = Field(default_factory=list, max_length=20)
    first: list[WeekPriority] = Field(default_factory=list, max_length=3)
    cases: WeekCases | None = None
    links: dict[str, str] = Field(default_factory=dict)

    @property
    def alert_id(self) -> str:
        """What notes and messages of it are kept under; no alert is called so. One a week of each owner."""
        return f"weekly-{self.owner}-{self.monday}"

    @property
    def touchpoint(self) -> str:
        return WEEKLY

    @property
    def journey(self) -> str:
        return WEEKLY

    @property
    def severity(self) -> Severity:
        return "low"


class OutreachEvent(Part):
    """While an alert stands: so many people went through, said nothing, and may be turned to. Ids only.

    people: those who may be contacted; passed: all who went through since the change.
    revision: 1, and 1 more for each week that the alert stands.
    """

    version: Literal["1"] = "1"
    kind: Literal["outreach"] = "outreach"
    alert: str
    revision: int = Field(ge=1)
    state: Literal["told"] = "told"
    touchpoint: str
    touchpoint_name: dict[str, str]
    owner: str
    owners: list[str] = Field(min_length=1)
    journey: str
    severity: Severity
    raised_at: datetime = Field(description="when they were counted")
    people: int = Field(ge=1)
    passed: int = Field(ge=1)
    links: dict[str, str] = Field(default_factory=dict)

    @property
    def alert_id(self) -> str:
        """What notes and messages of it are kept under; no alert is called so."""
        return f"outreach-{self.alert}"


class PingEvent(Part):
    """A test message, which somebody asked for: nothing has happened."""

    version: Literal["1"] = "1"
    kind: Literal["ping"] = "ping"
    ping_id: str
    revision: Literal[1] = 1
    state: Literal["sent"] = "sent"
    owner: str
    owners: list[str] = Field(min_length=1)
    subscription: str
    asked_by: str
    raised_at: datetime = Field(description="when it was asked for")
    links: dict[str, str] = Field(default_factory=dict)

    @property
    def alert_id(self) -> str:
        """What the message is kept under; no alert is called so."""
        return f"ping-{self.ping_id}"


Placed = AlertEvent | CaseEvent | OutreachEvent
"""News of one touchpoint."""
News = Placed | WeeklyEvent
Told = News | PingEvent
"""What a message may tell."""
KINDS: dict[str, type[Told]] = {
    "case": CaseEvent,
    "weekly": WeeklyEvent,
    "outreach": OutreachEvent,
    "ping": PingEvent,
}
"""Of what is no alert."""


def canonical(event: Told) -> str:
    """The event as JSON text; equal events give equal bytes."""
    return event.model_dump_json(exclude_none=True)


def told_in(text: str) -> Told:
    """What a message tells, in JSON text. Raises ValueError where it holds nothing of the kind."""
    fields = json.loads(text)
    kind = fields.get("kind") if isinstance(fields, dict) else None
    return KINDS.get(str(kind), AlertEvent).model_validate_json(text)


def news_in(text: str) -> News:
    """The event in JSON text. Raises ValueError where it holds none."""
    told = told_in(text)
    if isinstance(told, PingEvent):
        raise ValueError("a test message is no news")
    return told
