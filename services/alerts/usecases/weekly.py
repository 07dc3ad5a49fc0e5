"""The weekly report: who gets it, once a week; and who wants no more of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from services.alerts.usecases.cases.acting import Actor
from services.alerts.usecases.cases.ports import CaseDeps
from services.alerts.usecases.cases.reading import Filter, listed
from services.alerts.usecases.telling import note_all
from shared.errors import NotFound
from shared.events import WEEKLY, WeekCases, WeeklyEvent
from shared.receivers import is_reached

MOST_CASES = 1000
"""That are counted; of more, so many."""
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def hear(event: WeeklyEvent, deps: CaseDeps) -> None:
    """Notes an owner's week for whoever wants it, with how its cases stand. Heard again, it changes nothing."""
    note_all(event.model_copy(update={"cases": cases_of(event.owner, deps)}), deps)


def cases_of(owner: str, deps: CaseDeps) -> WeekCases:
    team = Actor("weekly report", owner)
    found, _ = listed(Filter(owner), team, None, MOST_CASES, deps)
    return WeekCases(open=len(found), overdue=sum(case.due_at <= deps.now() for case in found))


@dataclass(frozen=True)
class Reader:
    """A subscription by the code in its report. is_stopped: whether it wants no more."""

    subscription: str
    is_stopped: bool


def reader(code: str, deps: CaseDeps) -> Reader:
    """Changes nothing.

    Raises NotFound where the code is nobody's, has expired, or its subscription is gone or leads to somebody else.
    """
    found, now = deps.passes.get(code), deps.now()
    if found is None or found.alert_id != WEEKLY or found.expires_at <= now:
        raise NotFound("there is no such page")
    if not is_reached(found.subscription, found.receiver, deps.catalogue):
        raise NotFound("there is no such page")
    return Reader(found.subscription, WEEKLY in deps.mutes.of(found.subscription, now))


def change(code: str, *, stopped: bool, deps: CaseDeps) -> Reader:
    """Whether the report goes on coming, until it is changed again. Raises NotFound."""
    found = reader(code, deps)
    deps.mutes.put(found.subscription, WEEKLY, FOR_EVER if stopped else deps.now())
    return Reader(found.subscription, stopped)
