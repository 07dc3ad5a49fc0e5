"""A score in a link's address, as a message's buttons carry it: opened, confirmed by a person, or swept by a machine.

A mail gateway opens every link it sees. So opening records no answer; the page's first real movement does
(`confirm`), unless what is known of the link's openings tells of a machine. A press on Send always counts.
"""

from __future__ import annotations

from dataclasses import replace

from services.collector.domain.answers import Known
from services.collector.domain.responses import BY_INPUT, SWEEP, TRAP
from services.collector.usecases.answering import Sent, by_link, read, score_of
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import response_of
from services.collector.usecases.visits import Visit


def opened(visited: Visit, score: str, deps: Deps, *, is_trap: bool = False) -> Visit:
    """The visit, and whether the score in the address may be confirmed without a press on Send.

    score: what the address carries; is_trap: the link was followed that no person sees. A single link's opening
    is noted where it says more than that somebody looked; where it shows a machine at work, an answer that only
    a movement confirmed is taken out of the figures.
    """
    link, number = visited.link, score_of(score, visited.survey)
    if link.only_response_id is None or (number is None and not is_trap):
        return visited
    opening = deps.openings.note(link, deps.now(), score=number, marked=TRAP if is_trap else None)
    if opening.suspicion is None:
        is_free = visited.answer is None or visited.answer.evidence.get("confirmed_by") == BY_INPUT
        return replace(visited, may_confirm=is_free and visited.state == "ready" and not link.must_send)
    if opening.marked is None:
        deps.openings.note(link, deps.now(), marked=SWEEP)
    deps.responses.void(link.touchpoint, link.only_response_id, opening.suspicion)
    return visited


def confirm(visited: Visit, score: str, lang: str, deps: Deps) -> bool:
    """Takes a score for the person's: the page saw a first real movement. False where only Send will do.

    The opening is read before the write and again after it: a sweep may be noticed in between.
    """
    link = visited.link
    if visited.state != "ready" or link.only_response_id is None or link.must_send:
        return False
    stands, opening = visited.answer, deps.openings.get(link.link_id)
    if stands is not None and stands.is_counted and str(stands.score) == score:
        return True
    if opening is None or opening.suspicion:
        return False
    known = Known(deps.now(), {visited.touchpoint.id: visited.touchpoint})
    answer, _ = read(visited, Sent(score=score, comment="", ticket="", lang=lang), known)
    if answer is None:
        return False
    response = response_of(answer, link.only_response_id, known, {"confirmed_by": BY_INPUT}, deps.secret)
    response = by_link(response, link, is_trapped=False)
    [is_new] = deps.responses.add([response])
    if not is_new and not deps.responses.change(response, known.now, only_confirmed=True):
        return False
    opening = deps.openings.get(link.link_id)
    if opening is not None and opening.suspicion:
        deps.responses.void(link.touchpoint, response.response_id, opening.suspicion)
        return False
    return True
