"""Which answers open a case, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.alerts.domain.cases.words import found
from shared.catalogue import CaseRules, Touchpoint
from shared.codes import keyed_code
from shared.events import CaseReason
from shared.scales import Scale, scale

AGE_AT_MOST = timedelta(days=3)
"""An answer that comes to us later than this after it was given is history: there is nobody to run after any more."""


@dataclass(frozen=True)
class Answer:
    """What of a response a case is judged and shown by. customer: keyed hash of whose it is, where that is known.

    invitation_id: of the invitation it answers, None where it answers none. Times are aware UTC.
    """

    touchpoint: str
    response_id: str
    revision: int
    audience: str
    scale: str
    score: int
    collected_at: datetime
    stored_at: datetime
    is_counted: bool = True
    comment: str | None = None
    follow_up: str | None = None
    call_back: bool = False
    customer: str | None = None
    lang: str | None = None
    channel: str = "api"

    @property
    def invitation_id(self) -> str | None:
        kind, colon, identifier = self.response_id.partition(":")
        return identifier if colon and kind == "invitation" else None


def case_id_of(secret: bytes, answer: Answer) -> str:
    """The id of the case that this answer opens, if it opens one: the same each time, and guessed by nobody."""
    return keyed_code(secret, "case", f"{answer.touchpoint} {answer.response_id}")


def reasons_of(answer: Answer, touchpoint: Touchpoint) -> tuple[CaseReason, ...]:
    """Why the answer opens a case; nothing where it does not: staff's, one that does not count, or history."""
    rules = touchpoint.cases
    is_late = answer.stored_at - answer.collected_at > AGE_AT_MOST
    if rules is None or answer.audience != "customer" or not answer.is_counted or is_late:
        return ()
    reasons: list[CaseReason] = []
    if is_low(answer, rules, touchpoint.survey.measure):
        reasons.append("score")
    if found(rules.words, answer.comment or ""):
        reasons.append("words")
    if rules.call_back and answer.call_back:
        reasons.append("call_back")
    return tuple(reasons)


def is_low(answer: Answer, rules: CaseRules, current: Scale) -> bool:
    """Whether its score opens a case. current: of the survey by now; an answer on another scale is bad by that one's
    own cut, and a score that the rules name says nothing of it.
    """
    is_current = current.name == answer.scale
    if rules.scores_at_most is not None:
        return is_current and answer.score <= rules.scores_at_most
    return rules.when == "bad" and (current if is_current else scale(answer.scale)).is_bad(answer.score)
