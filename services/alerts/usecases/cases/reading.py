"""What is read of cases: lists, one with its story, and the figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.alerts.domain.cases import figures
from services.alerts.domain.cases.answers import Answer
from services.alerts.domain.cases.case import Case, Deed, State
from services.alerts.domain.cases.figures import CauseCount, Waiting
from services.alerts.usecases.cases.acting import Actor, find
from services.alerts.usecases.cases.ports import CaseDeps, ReplyState
from shared.tables.cases import case_place

MOST_READ = 2000
"""Cases that one page of a list reads; a filter that few pass may give a page of fewer, which leads on."""
BATCH = 100


@dataclass(frozen=True)
class Filter:
    """Which cases are wanted. owner, touchpoint: None: any; state: None: whatever is not closed."""

    owner: str | None = None
    touchpoint: str | None = None
    state: State | None = None
    only_overdue: bool = False

    @property
    def is_closed(self) -> bool:
        return self.state == "closed" and not self.only_overdue

    def passes(self, case: Case) -> bool:
        return self.touchpoint in (None, case.touchpoint) and self.state in (None, case.state)


def listed(
    wanted: Filter, actor: Actor, after: str | None, limit: int, deps: CaseDeps
) -> tuple[list[Case], str | None]:
    """Cases the actor may see: those not closed by when they are due, closed ones the last closed first.

    Gives the place that leads on, None at the end.
    """
    if actor.owner is not None and wanted.owner not in (None, actor.owner):
        return [], None
    owner, found, read = actor.owner or wanted.owner, [], 0
    until = deps.now() if wanted.only_overdue else None
    while read < MOST_READ:
        page, place = deps.cases.listed(owner, is_closed=wanted.is_closed, after=after, limit=BATCH, until=until)
        for case in page:
            if wanted.passes(case) and actor.may_see(case):
                found.append(case)
            if len(found) == limit:
                return found, place_of(case)
        read, after = read + len(page), place
        if place is None:
            break
    return found, after


def place_of(case: Case) -> str:
    """Where it stands in its list."""
    return case_place(case.closed_at or case.due_at, case.case_id)


@dataclass(frozen=True)
class Shown:
    """A case with all there is to say of it. answer: None where it was erased. replies: by id, what became of them."""

    case: Case
    story: list[Deed]
    answer: Answer | None
    replies: dict[str, tuple[ReplyState, str | None]]


def shown(case_id: str, actor: Actor, deps: CaseDeps) -> Shown:
    """Raises NotFound as `find` does. Shows nobody's address: that is a look of its own."""
    case, story = find(case_id, actor, deps), deps.cases.story(case_id)
    sent = [deed.reply.reply_id for deed in story if deed.reply]
    return Shown(
        case=case,
        story=story,
        answer=deps.answers.get(case.touchpoint, case.response_id),
        replies={one: deps.people.reply_state(one) for one in sent},
    )


@dataclass(frozen=True)
class CaseFigures:
    """Of the cases opened in a span: how many, why they were closed, and how long contact and closing took."""

    opened: int
    closed: int
    overdue: int
    causes: list[CauseCount]
    to_contact: Waiting
    to_close: Waiting


def case_figures(wanted: Filter, since: datetime, until: datetime, deps: CaseDeps) -> CaseFigures:
    """The figures of a team's cases, or a touchpoint's, or all: of those that were opened from `since` to `until`."""
    now = deps.now()
    cases = [one for one in opened_between(wanted, since, until, deps) if wanted.passes(one)]
    return CaseFigures(
        opened=len(cases),
        closed=sum(one.is_closed for one in cases),
        overdue=sum(one.is_overdue(now) for one in cases),
        causes=figures.causes_of(cases),
        to_contact=figures.waiting(figures.until_contact(cases, now)),
        to_close=figures.waiting(figures.until_closed(cases, now)),
    )


def opened_between(wanted: Filter, since: datetime, until: datetime, deps: CaseDeps) -> Iterator[Case]:
    """Closed ones are read back to those closed at `since`: none was opened after it was closed."""
    for is_closed in (False, True):
        after: str | None = None
        while True:
            page, after = deps.cases.listed(wanted.owner, is_closed=is_closed, after=after, limit=BATCH)
            yield from (one for one in page if since <= one.opened_at < until)
            is_past = is_closed and bool(page) and (page[-1].closed_at or until) < since
            if after is None or is_past:
                break
