"""A case: open → contacted → closed, perhaps reopened; and every deed of its story. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from services.alerts.domain.cases.answers import Answer
from shared.catalogue import CaseRules, Touchpoint
from shared.errors import Conflict, FieldError, InvalidInput
from shared.events import CaseEvent, CaseNews, CaseReason

State = Literal["open", "contacted", "closed"]
What = Literal[
    "opened", "changed", "taken_back", "noted", "contacted", "closed", "reopened", "assigned", "looked", "replied",
    "overdue",
]  # fmt: skip
NEWS: dict[What, CaseNews] = {
    "opened": "opened",
    "reopened": "reopened",
    "assigned": "assigned",
    "overdue": "overdue",
}
"""Deeds that people are told of."""
SYSTEM = "system"
MOST_ROUNDS = 90
LEVELS_A_ROUND = 100


@dataclass(frozen=True)
class Reply:
    """A message of the team to the customer. channel: email or sms. lang: of the words around it."""

    reply_id: str
    person_id: str
    channel: str
    lang: str


@dataclass(frozen=True)
class Deed:
    """One thing that was done about a case. by: an API key, a person, or `system`.

    text: a note's, or a reply's. detail: the cause of a close, the team of an assignment, the score of a change.
    revision: of the news that it is, None where it is none. told: subscriptions that an escalation tells.
    """

    what: What
    at: datetime
    by: str
    text: str | None = None
    detail: str | None = None
    reply: Reply | None = None
    revision: int | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One person's problem. What they said stays in `responses`, how to reach them in `contacts`.

    owner: the team that puts it right. customer: keyed hash, None where nobody knows who answered.
    revision: of the answer, as it was last judged; reasons: of the revision that first gave any, or gave others.
    contacted_at: the first time; closed_at: the last. taken_back_at: since when the answer gives no reason any more.
    round: grows when it is reopened or goes to another team, which is told anew. level: steps of the escalation in
    this round; escalate_at: when the next is due, None where nobody is left, or it is closed. told: subscriptions.
    change: the version at which it last changed, whoever may have looked since; version: 0 where it is not stored.
    """

    case_id: str
    touchpoint: str
    journey: str
    owner: str
    response_id: str
    revision: int
    scale: str
    score: int
    reasons: tuple[CaseReason, ...]
    opened_at: datetime
    due_at: datetime
    escalate_at: datetime | None
    customer: str | None = None
    state: State = "open"
    contacted_at: datetime | None = None
    closed_at: datetime | None = None
    cause: str | None = None
    taken_back_at: datetime | None = None
    round: int = 1
    level: int = 0
    told: frozenset[str] = field(default_factory=frozenset)
    change: int = 1
    version: int = 0

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_closed and self.due_at <= now


Step = tuple[Case, Deed]
"""The case after something was done about it, and what that was."""


def opened(case_id: str, answer: Answer, reasons: tuple[CaseReason, ...], touchpoint: Touchpoint) -> Step:
    """The case that an answer opens; its times are when we had the answer, whenever this is computed."""
    at, rules = answer.stored_at, touchpoint.cases or CaseRules()
    due = at + timedelta(hours=rules.due_hours)
    case = Case(
        case_id=case_id,
        touchpoint=touchpoint.id,
        journey=touchpoint.journey,
        owner=touchpoint.owner.id,
        response_id=answer.response_id,
        revision=answer.revision,
        scale=answer.scale,
        score=answer.score,
        reasons=reasons,
        opened_at=at,
        due_at=due,
        escalate_at=due,
        customer=answer.customer,
    )
    return case, Deed("opened", at, SYSTEM, detail=str(answer.score), revision=revision_of(case))


def judged_again(case: Case, answer: Answer, reasons: tuple[CaseReason, ...]) -> Step | None:
    """The case after its answer was changed; None where nothing of it was. It stays open: somebody was not content.

    An answer that gives no reason any more is noted, with since when.
    """
    if answer.revision <= case.revision:
        return None
    current = replace(case, revision=answer.revision, score=answer.score)
    if not reasons:
        back = replace(current, taken_back_at=case.taken_back_at or answer.stored_at)
        return back, Deed("taken_back", answer.stored_at, SYSTEM, detail=str(answer.score))
    changed = replace(current, reasons=reasons, taken_back_at=None)
    return changed, Deed("changed", answer.stored_at, SYSTEM, detail=str(answer.score))


def noted(case: Case, text: str, by: str, now: datetime) -> Step:
    return case, Deed("noted", now, by, text)


def looked(case: Case, by: str, now: datetime) -> Step:
    return case, Deed("looked", now, by)


def contacted(case: Case, by: str, now: datetime, text: str | None = None) -> Step:
    """Somebody spoke to the customer. Raises Conflict where it is closed."""
    refuse_closed(case)
    return reached(case, now), Deed("contacted", now, by, text)


def replied(case: Case, reply: Reply, text: str, by: str, now: datetime) -> Step:
    """A message is on its way to the customer. Raises Conflict where the case is closed."""
    refuse_closed(case)
    return reached(case, now), Deed("replied", now, by, text, detail=reply.channel, reply=reply)


def reached(case: Case, now: datetime) -> Case:
    return replace(case, state="contacted", contacted_at=case.contacted_at or now)


def closed(case: Case, cause: str, by: str, now: datetime, text: str | None = None) -> Step:
    """It is put right, or cannot be. Raises Conflict where it was closed before."""
    refuse_closed(case)
    done = replace(case, state="closed", closed_at=now, cause=cause, escalate_at=None)
    return done, Deed("closed", now, by, text, detail=cause)


def reopened(case: Case, due_at: datetime, by: str, now: datetime, text: str | None = None) -> Step:
    """It is not put right after all: a new round. Raises Conflict where it is not closed, or was reopened too often."""
    if not case.is_closed:
        raise Conflict("the case is not closed")
    again = replace(case, state="contacted" if case.contacted_at else "open", closed_at=None, cause=None)
    anew = next_round(again, due_at)
    return anew, Deed("reopened", now, by, text, revision=revision_of(anew))


def assigned(case: Case, owner: str, by: str, now: datetime, text: str | None = None) -> Step:
    """Another team puts it right. Raises Conflict where it is closed, or theirs already."""
    refuse_closed(case)
    if owner == case.owner:
        raise Conflict("the case is this team's already")
    theirs = next_round(replace(case, owner=owner), case.due_at)
    return theirs, Deed("assigned", now, by, text, detail=owner, revision=revision_of(theirs))


def next_round(case: Case, due_at: datetime) -> Case:
    if case.round >= MOST_ROUNDS:
        raise Conflict("the case went round too often; open a matter of its own")
    return replace(case, due_at=due_at, escalate_at=due_at, round=case.round + 1, level=0, told=frozenset())


def escalated(case: Case, told: Iterable[str], again_at: datetime | None, now: datetime) -> Step:
    """One step further, with those who are told then. again_at: when the next step is due; None: nobody is left."""
    names = tuple(sorted(told))
    further = replace(case, level=case.level + 1, told=case.told | set(names), escalate_at=again_at)
    return further, Deed("overdue", now, SYSTEM, revision=revision_of(further), told=names)


def revision_of(case: Case) -> int:
    """Of the news of this step of this round."""
    return (case.round - 1) * LEVELS_A_ROUND + case.level + 1


def refuse_closed(case: Case) -> None:
    if case.is_closed:
        raise Conflict("the case is closed; reopen it first")


def check_seen(case: Case, seen: int | None) -> None:
    """Raises Conflict where the case has changed since somebody saw it; so a form that is sent twice counts once."""
    if seen is not None and seen != case.change:
        raise Conflict("the case has changed since you saw it")


def cause_of(cause: str, touchpoint: Touchpoint | None) -> str:
    """The cause itself. Raises InvalidInput where it is none of the touchpoint's."""
    known = touchpoint.cases.causes if touchpoint and touchpoint.cases else {}
    if cause not in known:
        detail = f"one of {', '.join(known)}" if known else "this touchpoint names no causes any more"
        raise InvalidInput(errors=[FieldError("#/cause", detail, "unknown_cause")])
    return cause


def news_of(case: Case, deed: Deed, name: dict[str, str], url: str) -> CaseEvent:
    """What people are told of a deed that is news."""
    assert deed.revision is not None, "only news has a revision"
    return CaseEvent(
        case_id=case.case_id,
        revision=deed.revision,
        state=NEWS[deed.what],
        touchpoint=case.touchpoint,
        touchpoint_name=name,
        owner=case.owner,
        owners=[case.owner],
        journey=case.journey,
        reasons=list(case.reasons),
        raised_at=case.opened_at,
        due_at=case.due_at,
        links={"page": url},
    )
