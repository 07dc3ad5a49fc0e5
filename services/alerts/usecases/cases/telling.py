"""Who is told of cases: the team when one begins, its chain and the pilot when one is overdue.

The deed is the fact; the table's stream brings it here, and each subscription's note of it is written once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from services.alerts.domain import notes
from services.alerts.domain.cases import case as cases
from services.alerts.domain.cases.case import Case, Deed
from services.alerts.domain.cases.escalation import is_anybody_left, told_now
from services.alerts.domain.subscribers import AT_ONCE, Subscriber, audience
from services.alerts.usecases.cases.ports import CaseDeps
from services.alerts.usecases.telling import write_note
from shared.catalogue import CaseRules
from shared.errors import Conflict
from shared.events import CaseEvent

MOST_LOOKED_AT = 200
"""Overdue cases that are read at once."""


def follow(case_id: str, deed: Deed, deps: CaseDeps) -> None:
    """What a deed that was written leads to: news for people, or a message to the customer."""
    case = deps.cases.get(case_id)
    if case is None:
        return
    if deed.reply is not None:
        deps.replies.put(case, deed.reply, deed.text or "")
    if deed.revision is not None and not case.is_closed:
        tell(case, deed, deps)


def tell(case: Case, deed: Deed, deps: CaseDeps) -> None:
    """Writes a note for each subscription: of an escalation for whom it chose, else for all who hear at once."""
    event = event_of(case, deed, deps)
    for one in audience(event, deps.catalogue):
        if deed.what == "overdue" and one.name in deed.told:
            write_note(event, one, "owner" if one.step == AT_ONCE else "escalated", deps)
        elif deed.what != "overdue" and one.step == AT_ONCE:
            write_note(event, one, notes.reason(one, event), deps)


def event_of(case: Case, deed: Deed, deps: CaseDeps) -> CaseEvent:
    touchpoint = deps.catalogue.touchpoint(case.touchpoint)
    name = touchpoint.name if touchpoint else {"en": case.touchpoint}
    return cases.news_of(case, deed, name, f"{deps.public_url}/cases/{case.case_id}")


def watch(deps: CaseDeps) -> None:
    """Takes every overdue case whose next step is due one step further."""
    for case in overdue(deps):
        if case.escalate_at is not None and case.escalate_at <= deps.now():
            try:
                escalate(case.case_id, deps)
            except Conflict:
                continue


def overdue(deps: CaseDeps) -> Iterator[Case]:
    """Every team's, the longest overdue first."""
    now, after = deps.now(), None
    while True:
        found, after = deps.cases.listed(None, is_closed=False, after=after, limit=MOST_LOOKED_AT, until=now)
        yield from found
        if after is None:
            return


def escalate(case_id: str, deps: CaseDeps) -> None:
    """One step further, if it is due as of now. Raises Conflict where somebody is just at work on it."""
    case, now = deps.cases.get(case_id), deps.now()
    if case is None or case.escalate_at is None or case.escalate_at > now:
        return
    wanting = subscribers(case, deps)
    told = told_now(case, wanting)
    again = now + patience(case, deps) if is_anybody_left(case, wanting, told) else None
    deps.cases.save(cases.escalated(case, [one.name for one in told], again, now))


def subscribers(case: Case, deps: CaseDeps) -> list[Subscriber]:
    return audience(event_of(case, Deed("overdue", case.due_at, cases.SYSTEM, revision=1), deps), deps.catalogue)


def patience(case: Case, deps: CaseDeps) -> timedelta:
    touchpoint = deps.catalogue.touchpoint(case.touchpoint)
    rules = touchpoint.cases if touchpoint else None
    return timedelta(hours=(rules or CaseRules()).escalate_every_hours)
