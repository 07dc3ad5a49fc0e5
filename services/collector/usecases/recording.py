"""What the collector does with answers: takes them in, once each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.collector.domain.answers import Answer, Known
from services.collector.domain.responses import PAUSED, Receipt, Response
from services.collector.usecases.ports import Deps
from shared import bodies
from shared.codes import keyed_hash
from shared.customers import customer_hash
from shared.errors import FieldError, InvalidInput

MOST_ANSWERS = 500
"""In one list. The importer sends as many."""
TOUCHPOINT_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""What may be looked up; anything else is no touchpoint's id."""


@dataclass(frozen=True)
class Origin:
    """Where a request comes from. key_id: the API key; idempotency_key: the header's text, None where absent."""

    key_id: str
    idempotency_key: str | None = None

    @property
    def evidence(self) -> dict[str, str]:
        return {"key": self.key_id}

    def response_id(self, place: int, deps: Deps) -> str:
        """The id of the answer at that place where its sender gave none: the same for the same request."""
        if self.idempotency_key is None:
            return deps.new_code()
        return "idem-" + keyed_hash(deps.secret, "idempotency", f"{self.key_id}:{place}:{self.idempotency_key}")


def record_response(sent: Any, origin: Origin, deps: Deps) -> Receipt:
    """Stores one answer. sent: the body's JSON value. Raises InvalidInput naming every wrong field."""
    known = known_to(deps, [sent])
    return store([bodies.parse_as(Answer, sent, known)], known, origin, deps)[0]


def record_responses(sent: list[Any], origin: Origin, deps: Deps) -> list[Receipt]:
    """Stores up to 500 answers, or none: raises InvalidInput with pointers such as `#/3/score`.

    After Unavailable some may be stored; sending the same list again stores the rest. Answers without an
    id of their own need an Idempotency-Key for that.
    """
    if not 1 <= len(sent) <= MOST_ANSWERS:
        raise InvalidInput(errors=[FieldError("#", f"send a list of 1 to {MOST_ANSWERS} answers", "list_length")])
    known = known_to(deps, sent)
    return store(bodies.parse_many(Answer, sent, known), known, origin, deps)


def known_to(deps: Deps, sent: Sequence[Any]) -> Known:
    """The time, and the touchpoints that what was sent names, as far as they exist."""
    named = {str(one.get("touchpoint")) for one in sent if isinstance(one, dict)}
    looked_up = ((name, deps.catalogue.touchpoint(name)) for name in named if TOUCHPOINT_ID.fullmatch(name))
    return Known(deps.now(), {name: touchpoint for name, touchpoint in looked_up if touchpoint is not None})


def store(answers: Sequence[Answer], known: Known, origin: Origin, deps: Deps) -> list[Receipt]:
    """Stores answers that are valid; of two with one id in a list, the first."""
    responses = [
        response_of(answer, answer.response_id or origin.response_id(place, deps), known, origin.evidence, deps.secret)
        for place, answer in enumerate(answers)
    ]
    first: dict[tuple[str, str], Response] = {}
    for response in responses:
        first.setdefault((response.touchpoint, response.response_id), response)
    added = dict(zip(first, deps.responses.add(list(first.values())), strict=True))
    return [
        Receipt(one.response_id, "stored" if added[place] and first[place] is one else "already_stored")
        for one in responses
        for place in [(one.touchpoint, one.response_id)]
    ]


def response_of(answer: Answer, response_id: str, known: Known, evidence: dict[str, str], secret: bytes) -> Response:
    """What is stored of a valid answer. At a paused touchpoint it is kept but does not count."""
    touchpoint = known.touchpoints[answer.touchpoint]
    survey = touchpoint.survey_for(answer.audience)
    return Response(
        response_id=response_id,
        touchpoint=touchpoint.id,
        owner=touchpoint.owner.id,
        survey=survey.id,
        survey_version=answer.survey_version or survey.version,
        scale=survey.scale,
        score=answer.score,
        audience=answer.audience,
        channel=answer.channel,
        collected_at=answer.collected_at or known.now,
        stored_at=known.now,
        lang=answer.lang,
        comment=answer.comment or None,
        customer=hash_of(secret, answer.customer_id),
        invited_at=answer.invited_at,
        attributes=answer.attributes,
        not_counted_because=PAUSED if touchpoint.paused else None,
        evidence=evidence,
        follow_up=answer.follow_up,
        follow_up_text=answer.follow_up_text or None,
        call_back=answer.call_back,
    )


def change(response: Response, at: datetime, deps: Deps) -> bool:
    """Puts it in place of what the same person answered; what counts already, a paused touchpoint leaves as it is.

    at: when they said so. False where nothing was changed.
    """
    if response.not_counted_because == PAUSED:
        stands = deps.responses.get(response.touchpoint, response.response_id)
        if stands is None or stands.not_counted_because != PAUSED:
            return False
    return deps.responses.change(response, at)


def hash_of(secret: bytes, customer_id: str | None) -> str | None:
    """What is kept of a customer's id; None where there is none."""
    return customer_hash(secret, customer_id) if customer_id is not None else None
