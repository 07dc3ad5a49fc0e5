"""Answers open cases: each its own once, in whatever order and however often its revisions come."""

from __future__ import annotations

from services.alerts.domain.cases import case as cases
from services.alerts.domain.cases.answers import Answer, case_id_of, reasons_of
from services.alerts.usecases.cases.ports import CaseDeps
from shared.catalogue import Touchpoint
from shared.errors import Conflict

TRIES = 3


def consider(answer: Answer, deps: CaseDeps) -> None:
    """Opens the case that the answer gives reason for, or notes what it now says of the one it opened before.

    Raises Conflict where others were faster three times; it is safe to repeat.
    """
    touchpoint = deps.catalogue.touchpoint(answer.touchpoint)
    if touchpoint is None or (answer.revision == 1 and not reasons_of(answer, touchpoint)):
        return
    for attempt in range(TRIES):
        try:
            judge(answer, touchpoint, deps)
            return
        except Conflict:
            if attempt + 1 == TRIES:
                raise


def judge(answer: Answer, touchpoint: Touchpoint, deps: CaseDeps) -> None:
    """One look at how the case stands. Raises Conflict where somebody else changes it.

    A revision that came late, behind one that gave no reason, opens the case all the same; what the answer says by
    now is then read, so that the case says so too. Of an answer that was erased meanwhile there is no case.
    """
    case_id, reasons = case_id_of(deps.secret, answer), reasons_of(answer, touchpoint)
    known = deps.cases.get(case_id)
    if known is None and reasons and deps.answers.get(answer.touchpoint, answer.response_id):
        known = deps.cases.save(cases.opened(case_id, answer, reasons, touchpoint))
        answer = deps.answers.get(answer.touchpoint, answer.response_id) or answer
    if known is None:
        return
    step = cases.judged_again(known, answer, reasons_of(answer, touchpoint))
    if step is not None:
        deps.cases.save(step)
