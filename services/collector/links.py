"""Links, and the answers given by them: each person's form counts once, a single link takes one answer."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace
from typing import Any

from services.collector.answers import Answer, Known, LinkRequest
from services.collector.domain import HONEYPOT, Link, Response, State
from services.collector.usecases import TOUCHPOINT_ID, Deps, customer_hash, known_to, response_of
from shared import bodies
from shared.catalogue import Survey, Touchpoint
from shared.codes import LINK_LENGTH, SMS_LENGTH, keyed_hash, printed_code
from shared.errors import FieldError, Gone, InvalidInput, NotFound

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


@dataclass(frozen=True)
class Sent:
    """What a person's form carries, as text. ticket: the hidden field that tells one form from another.

    is_trapped: the field that no person sees was filled in. was_asked: the follow-up question was to be seen.
    call_back: the box was ticked.
    """

    score: str
    comment: str
    ticket: str
    lang: str
    is_trapped: bool = False
    follow_up: str = ""
    follow_up_text: str = ""
    was_asked: bool = False
    call_back: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a form. wrong: what the person is to put right; then `ticket` is for the form shown again.

    is_changed: it replaces what this person answered before. asks_more: the follow-up question waits for them.
    """

    is_new: bool
    wrong: tuple[FieldError, ...] = ()
    ticket: str = ""
    is_changed: bool = False
    asks_more: bool = False

    @property
    def is_kept(self) -> bool:
        return self.is_new or self.is_changed


def create_link(sent: Any, deps: Deps) -> tuple[Link, str]:
    """A new link and its code, which is not kept. Raises InvalidInput naming every wrong field."""
    known = known_to(deps, [sent])
    request = bodies.parse_as(LinkRequest, sent, known)
    code = printed_code(deps.new_code()) if request.channel == "qr" else deps.new_code()
    link = Link(
        link_id=code_hash(code, deps),
        touchpoint=request.touchpoint,
        mode=request.mode,
        channel=request.channel,
        audience=request.audience,
        created_at=known.now,
        invitation_id=request.invitation_id,
        customer=customer_hash(deps.secret, request.customer_id),
        expires_at=request.expires_at,
        must_send=request.must_send,
        place=request.place,
    )
    deps.links.add(link)
    return link, code


def links_of(touchpoint: str, after: str | None, limit: int, deps: Deps) -> list[Link]:
    """The touchpoint's links, oldest first, those after the link of that id. Raises NotFound, InvalidInput."""
    if not TOUCHPOINT_ID.fullmatch(touchpoint):
        raise NotFound("there is no such touchpoint")
    last = deps.links.get(after) if after is not None else None
    if after is not None and (last is None or last.touchpoint != touchpoint):
        raise InvalidInput(errors=[FieldError("query:cursor", "this cursor was not given by us", "cursor")])
    links = deps.links.of(touchpoint, last, limit)
    if not links and last is None and deps.catalogue.touchpoint(touchpoint) is None:
        raise NotFound("there is no such touchpoint")
    return links


def revoke_link(link_id: str, deps: Deps) -> Link:
    """Stops a link; one that is stopped stays as it is. Raises NotFound."""
    link = deps.links.revoke(link_id, deps.now()) if re.fullmatch("[0-9a-f]{32}", link_id) else None
    if link is None:
        raise NotFound("there is no such link")
    return link


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


def score_of(text: str, survey: Survey) -> int | None:
    """The score that the text names; None where it is none of the survey's scale."""
    if not re.fullmatch("[0-9]{1,2}", text) or not survey.measure.has(int(text)):
        return None
    return int(text)


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


def answer_by_link(visited: Visit, sent: Sent, deps: Deps) -> Outcome:
    """Stores what the form carries: once, and sent again as a change. Raises Gone where the link takes no more answers.

    A form that was open when the touchpoint was paused is still taken; it does not count.
    """
    if visited.state == "answered":
        return Outcome(is_new=False)
    if visited.state in ("expired", "revoked"):
        raise Gone("this link takes no more answers")
    known = Known(deps.now(), {visited.touchpoint.id: visited.touchpoint})
    response_id = visited.link.only_response_id or ticket_id(visited.link, sent.ticket, deps)
    answer, wrong = read(visited, sent, known)
    if response_id is None:
        strange = FieldError("#/ticket", "this form is not one of ours", "ticket")
        return Outcome(False, (strange, *wrong), new_ticket(visited.link, deps))
    if answer is None:
        return Outcome(False, wrong, sent.ticket)
    response = response_of(answer, response_id, known, {"form": "page"}, deps.secret)
    return stored(by_link(response, visited.link, is_trapped=sent.is_trapped), visited, sent, deps)


def stored(response: Response, visited: Visit, sent: Sent, deps: Deps) -> Outcome:
    """Writes it as new, or else over what the person answered before, which a paused touchpoint leaves as it is."""
    [is_new] = deps.responses.add([response])
    is_changed = not is_new and visited.state == "ready" and deps.responses.change(response, response.stored_at)
    is_answered = sent.was_asked or response.follow_up is not None or response.follow_up_text is not None
    asks_more = not is_answered and visited.survey.follow_up_to(response.score) is not None
    return Outcome(is_new, ticket=sent.ticket, is_changed=is_changed, asks_more=asks_more)


def by_link(response: Response, link: Link, *, is_trapped: bool) -> Response:
    """The response with what the link knows: whose it is, and by which invitation."""
    evidence = response.evidence | link.evidence
    because = HONEYPOT if is_trapped else response.not_counted_because
    return replace(response, customer=link.customer, evidence=evidence, not_counted_because=because)


def read(visited: Visit, sent: Sent, known: Known) -> tuple[Answer | None, tuple[FieldError, ...]]:
    """The answer that the form carries; None and what is wrong where something is."""
    link, score = visited.link, score_of(sent.score, visited.survey)
    fields = {
        "touchpoint": link.touchpoint,
        "audience": link.audience,
        "channel": link.channel,
        "score": score,
        "comment": sent.comment if sent.comment.strip() else None,
        "lang": sent.lang,
        "call_back": sent.call_back and visited.offers_call_back,
    }
    if score is not None and visited.survey.follow_up_to(score):
        # a choice made before the score was changed is still in the form, where nobody sees it
        text = sent.follow_up_text
        fields |= {"follow_up": sent.follow_up or None, "follow_up_text": text if text.strip() else None}
    try:
        return bodies.parse_as(Answer, fields, known), ()
    except InvalidInput as wrong:
        return None, wrong.errors


def ticket_id(link: Link, ticket: str, deps: Deps) -> str | None:
    """The response id of a form that we made for this link; None for any other."""
    parts = TICKET.fullmatch(ticket)
    if parts is None or not hmac.compare_digest(parts[2], ticket_seal(link, parts[1], deps)):
        return None
    return f"page:{parts[1]}"


def ticket_seal(link: Link, nonce: str, deps: Deps) -> str:
    return keyed_hash(deps.secret, "ticket", f"{link.link_id}:{nonce}")


def code_hash(code: str, deps: Deps) -> str:
    """What is kept of a link's code."""
    return keyed_hash(deps.secret, "link", code)
