"""Answers given by a link's form: each person's form counts once, a single link takes one answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from services.collector.domain.answers import Answer, Known
from services.collector.domain.links import Link
from services.collector.domain.responses import HONEYPOT, Response
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import response_of
from services.collector.usecases.visits import Visit, new_ticket, ticket_id
from shared import bodies
from shared.catalogue import Survey
from shared.errors import FieldError, Gone, InvalidInput


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


def score_of(text: str, survey: Survey) -> int | None:
    """The score that the text names; None where it is none of the survey's scale."""
    if not re.fullmatch("[0-9]{1,2}", text) or not survey.measure.has(int(text)):
        return None
    return int(text)
