"""What is to be done: cases to put right, friction to see to, the next place to mend; for who may see persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.insights.usecases.ports import CaseLine, PageDeps
from shared.catalogue import Touchpoint
from shared.remedies import Remedy
from shared.sessions import Visitor

MOST_CASES = 200
"""Of a team, of each kind; where there are more, figures say `at least`."""
MOST_REMEDIES = 3
LATELY = timedelta(days=28)


@dataclass(frozen=True)
class CasesAt:
    """open: by when they are due. overdue: of them; closed: in the last four weeks; new: opened since a time.

    is_whole: all there are were looked at.
    """

    open: Sequence[CaseLine]
    overdue: int
    closed: int
    new: int
    is_whole: bool


def cases_of(visitor: Visitor, since: datetime, deps: PageDeps) -> CasesAt | None:
    """A team's cases, or everybody's of a pilot; None for the front line, whose cases are not."""
    if visitor.role == "front_line":
        return None
    return counted(deps.cases.open(visitor.owner, MOST_CASES), [], since, deps)


def cases_at(known: Touchpoint, deps: PageDeps) -> CasesAt:
    """Those of one touchpoint, by its team's."""
    since = deps.now() - LATELY
    lists = (deps.cases.open(known.owner.id, MOST_CASES), deps.cases.closed(known.owner.id, MOST_CASES))
    mine = [[one for one in each if one.touchpoint == known.id] for each in lists]
    found = counted(mine[0], mine[1], since, deps)
    is_whole = len(lists[0]) < MOST_CASES and (len(lists[1]) < MOST_CASES or lists[1][-1].opened_at < since)
    return CasesAt(found.open, found.overdue, found.closed, found.new, is_whole)


def counted(opened: Sequence[CaseLine], closed: Sequence[CaseLine], since: datetime, deps: PageDeps) -> CasesAt:
    now = deps.now()
    return CasesAt(
        open=opened,
        overdue=sum(one.due_at <= now for one in opened),
        closed=sum(one.closed_at is not None and one.closed_at >= since for one in closed),
        new=sum(one.opened_at >= since for one in opened),
        is_whole=len(opened) < MOST_CASES,
    )


def remedies_at(known: Touchpoint, deps: PageDeps) -> list[Remedy]:
    """What was done lately, newest first."""
    return deps.remedies.of_touchpoint(known.id, MOST_REMEDIES)
