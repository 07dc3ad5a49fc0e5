"""Somebody opens a link: what they find there, and the ticket that tells their form from others."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace

from services.collector.domain.links import Link, State
from services.collector.domain.responses import Response
from services.collector.usecases.links import code_hash
from services.collector.usecases.ports import Deps
from shared.catalogue import Survey, Touchpoint
from shared.codes import LINK_LENGTH, SMS_LENGTH, keyed_hash
from shared.errors import NotFound

CODE = re.compile(rf"[0-9A-Za-z]{{{LINK_LENGTH}}}|[0-9A-Za-z]{{{SMS_LENGTH}}}")
PRINTED = re.compile("[A-Z2-7]{16}")
TICKET = re.compile(rf"([0-9A-Za-z]{{{LINK_LENGTH}}})\.([0-9a-f]{{32}})")


@dataclass(frozen=True)
class Visit:
    """Somebody opened a link, and what they found.

    answer: what they have answered, where that is known; they may change it where the state is `ready`.
    ticket: what tells this form from others. may_confirm: a first real movement makes the score in the address theirs.
    """

    link: Link
    touchpoint: Touchpoint
    state: State
    answer: Response | None = None
    ticket: str = ""
    may_confirm: bool = False

    @property
    def survey(self) -> Survey:
        return self.touchpoint.survey_for(self.link.audience)

    @property
    def offers_call_back(self) -> bool:
        """Whether the person may wish to be called back: where the touchpoint does so, and knows whom."""
        cases = self.touchpoint.cases
        is_offered = cases is not None and cases.call_back and self.link.audience == "customer"
        return is_offered and self.link.customer is not None


def visit(code: str, deps: Deps, ticket: str = "") -> Visit:
    """What somebody who opens the link finds. ticket: of the form they sent before. Raises NotFound.

    Nothing is recorded.
    """
    link = link_by(code, deps)
    touchpoint = deps.catalogue.touchpoint(link.touchpoint) if link else None
    if link is None or touchpoint is None:
        raise NotFound("there is no such link")
    response_id = link.only_response_id or ticket_id(link, ticket, deps)
    answer = deps.responses.get(link.touchpoint, response_id) if response_id else None
    is_final = answer is not None and not answer.may_change(deps.now())
    state = link.state(deps.now(), is_answered=is_final, is_paused=touchpoint.paused)
    if answer is not None and state != "ready":
        state = "answered"
    return Visit(link, touchpoint, state, answer, ticket if response_id else "")


def thanked(code: str, deps: Deps, ticket: str) -> Visit:
    """What somebody finds who has answered: what owners did about alerts stands among the touchpoint's changes."""
    visited = visit(code, deps, ticket)
    touchpoint = visited.touchpoint
    changes = (*touchpoint.changes, *deps.remedies.shown(touchpoint.id))
    return replace(visited, touchpoint=touchpoint.model_copy(update={"changes": changes}))


def link_by(code: str, deps: Deps) -> Link | None:
    """The link of a code; a printed one may be typed in small letters."""
    if not CODE.fullmatch(code):
        return None
    link = deps.links.get(code_hash(code, deps))
    if link is None and PRINTED.fullmatch(code.upper()):
        return deps.links.get(code_hash(code.upper(), deps))
    return link


def new_ticket(link: Link, deps: Deps) -> str:
    """What tells one showing of an open link's form from another, so that it counts once; made by nobody but us."""
    nonce = deps.new_code()
    return f"{nonce}.{ticket_seal(link, nonce, deps)}"


def ticket_id(link: Link, ticket: str, deps: Deps) -> str | None:
    """The response id of a form that we made for this link; None for any other."""
    parts = TICKET.fullmatch(ticket)
    if parts is None or not hmac.compare_digest(parts[2], ticket_seal(link, parts[1], deps)):
        return None
    return f"page:{parts[1]}"


def ticket_seal(link: Link, nonce: str, deps: Deps) -> str:
    return keyed_hash(deps.secret, "ticket", f"{link.link_id}:{nonce}")
