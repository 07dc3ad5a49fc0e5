"""Answers by the widget: each carries all that was said so far, under an id that the browser made."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.collector.domain.answers import Answer, Known
from services.collector.domain.responses import AUTOMATIC, Receipt, Response
from services.collector.usecases.answering import by_link
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import response_of
from services.collector.usecases.visits import Visit, visit
from shared import bodies
from shared.errors import FieldError, Gone, InvalidInput, NotFound

QUICKEST_MS = 200
"""Nobody reads a question and answers it in less; a double click on what opened the card does."""
ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]{1,200}")
SAID = {"score", "lang", "comment", "follow_up", "follow_up_text", "attributes"}


class WidgetAnswer(BaseModel):
    """What the widget sends: all that was said so far. Where, by whom and by which channel, the link says."""

    model_config = ConfigDict(defer_build=True, strict=True, extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-z-]{16,40}$")] = Field(description="made by the browser, one an answer")
    score: int = Field(description="a whole number on the survey's scale")
    lang: str = Field(description="that the question was shown in")
    comment: str | None = None
    follow_up: str | None = None
    follow_up_text: str | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, description="what the host page says of the moment")
    after_ms: int = Field(ge=0, le=10**12, description="from when the question was shown until a score was pressed")
    automatic: bool = Field(False, description="a program pressed it")


def widget_visit(code: str, deps: Deps) -> Visit:
    """What a widget's link leads to. Raises NotFound, also for a link of another channel.

    An open link stands in the tag. A single one is a known customer's: `POST /ask` gave it to the widget.
    """
    visited = visit(code, deps)
    if visited.link.channel != "widget":
        raise NotFound("there is no such widget")
    return visited


def take(visited: Visit, body: Any, origin: str | None, deps: Deps) -> Receipt:
    """Stores the answer, or what has changed of it. origin: the Origin header, of the page that asked.

    The same answer sent again changes nothing. One sent while the touchpoint is paused is kept and does not count.
    Raises InvalidInput naming every wrong field, and Gone where it is too late.
    """
    if visited.state in ("expired", "revoked"):
        raise Gone("this link takes no more answers")
    known = Known(deps.now(), {visited.touchpoint.id: visited.touchpoint})
    sent, answer = parsed(visited, body, known)
    response_id = visited.link.only_response_id or f"widget:{sent.id}"
    response = response_of(answer, response_id, known, evidence(sent, origin), deps.secret)
    response = by_link(response, visited.link, is_trapped=False)
    if sent.automatic or sent.after_ms < QUICKEST_MS:
        response = replace(response, not_counted_because=AUTOMATIC)
    return Receipt(response_id, "stored" if is_kept(response, visited, deps) else "already_stored")


def is_kept(response: Response, visited: Visit, deps: Deps) -> bool:
    """Whether it says anything new. Raises Gone where it does, and may not any more."""
    if deps.responses.add([response]) == [True]:
        return True
    stands = deps.responses.get(response.touchpoint, response.response_id)
    if stands is not None and said(stands) == said(response):
        return False
    if visited.state != "ready" or not deps.responses.change(response, response.stored_at):
        raise Gone("this answer can be changed no more")
    return True


def said(response: Response) -> tuple[int, str | None, str | None, str | None]:
    return response.score, response.comment, response.follow_up, response.follow_up_text


def parsed(visited: Visit, body: Any, known: Known) -> tuple[WidgetAnswer, Answer]:
    """What was sent, and the answer in it. Raises InvalidInput naming every wrong field, each once."""
    wrong: dict[str, FieldError] = {}
    link, said = visited.link, body if isinstance(body, dict) else {}
    lent = {"touchpoint": link.touchpoint, "audience": link.audience, "channel": link.channel}
    parts = (WidgetAnswer, body, None), (Answer, {name: said[name] for name in said.keys() & SAID} | lent, known)
    found: list[Any] = []
    for model, value, context in parts:
        try:
            found.append(bodies.parse_as(model, value, context))
        except InvalidInput as invalid:
            wrong = {error.pointer: error for error in invalid.errors} | wrong
    if wrong:
        raise InvalidInput(errors=wrong.values())
    sent, answer = found
    return sent, answer


def evidence(sent: WidgetAnswer, origin: str | None) -> dict[str, str]:
    marks = {"form": "widget", "after_ms": str(sent.after_ms)}
    return marks | ({"origin": origin} if origin and ORIGIN.fullmatch(origin) else {})
