"""What becomes of interactions and outcomes, as the API says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalice.app import Response
from pydantic import BaseModel

from services.invitations.domain.interactions import Decided, Planned
from services.invitations.usecases.intake import Receipt
from services.invitations.usecases.outcomes import OutcomeReceipt
from shared.errors import FieldError
from shared.http import json_response


class WrongPart(BaseModel):
    """One wrong field. pointer: RFC 6901 into the body."""

    pointer: str
    detail: str
    code: str


class DecisionView(BaseModel):
    """Whether the customer is asked. state: `planned`, or `suppressed` with the reason.

    whose: the touchpoint whose contact is in the way; until: when it no longer will be. probability: with which the
    touchpoint asked at that time. url: where the caller finds the question to put, by a channel of their own.
    """

    state: str
    probability: float
    reason: str | None = None
    whose: str | None = None
    until: datetime | None = None
    channel: str | None = None
    due_at: datetime | None = None
    invitation_id: str | None = None
    url: str | None = None


class InteractionResult(BaseModel):
    """What became of one interaction. status: accepted, already_known, or in a list also invalid, with errors.

    erased: it happened before its customer was erased, and came after; nothing of it is kept.
    """

    interaction_id: str
    status: str
    decision: DecisionView | None = None
    errors: list[WrongPart] | None = None


class InteractionResults(BaseModel):
    """What became of each interaction of a list, in its order."""

    results: list[InteractionResult]


class OutcomeResult(BaseModel):
    """What became of one outcome. status: stored, already_stored, or in a list also invalid, with errors.

    erased: it happened before its customer was erased, and came after; nothing of it is kept.
    """

    outcome_id: str
    status: str
    errors: list[WrongPart] | None = None


class OutcomeResults(BaseModel):
    """What became of each outcome of a list, in its order."""

    results: list[OutcomeResult]


def one_result(receipt: Receipt) -> Response:
    """201 where the interaction is new, 200 where it was there."""
    return json_response(result(receipt), 201 if receipt.status == "accepted" else 200)


def results(receipts: Sequence[Receipt]) -> InteractionResults:
    return InteractionResults(results=[result(one) for one in receipts])


def result(receipt: Receipt) -> InteractionResult:
    return InteractionResult(
        interaction_id=receipt.interaction_id,
        status=receipt.status,
        decision=decision_view(receipt.decided, receipt.url) if receipt.decided else None,
        errors=wrong_parts(receipt.errors),
    )


def decision_view(decided: Decided, url: str | None) -> DecisionView:
    """What was decided, as the caller needs it."""
    decision = decided.decision
    if isinstance(decision, Planned):
        return DecisionView(
            state="planned",
            probability=decision.probability,
            channel=decision.channel,
            due_at=decision.due_at,
            invitation_id=decided.invitation_id,
            url=url,
        )
    return DecisionView(
        state="suppressed",
        probability=decision.probability,
        reason=decision.reason,
        whose=decision.whose,
        until=decision.until,
        channel=decision.channel,
    )


def wrong_parts(errors: Sequence[FieldError]) -> list[WrongPart] | None:
    return [WrongPart(pointer=one.pointer, detail=one.detail, code=one.code) for one in errors] or None


def outcome_result(receipt: OutcomeReceipt) -> OutcomeResult:
    errors = wrong_parts(receipt.errors)
    return OutcomeResult(outcome_id=receipt.outcome_id, status=receipt.status, errors=errors)


def one_outcome(receipt: OutcomeReceipt) -> Response:
    """201 where the outcome is new, 200 where it was there."""
    return json_response(outcome_result(receipt), 201 if receipt.status == "stored" else 200)


def outcome_results(receipts: Sequence[OutcomeReceipt]) -> OutcomeResults:
    return OutcomeResults(results=[outcome_result(one) for one in receipts])
