"""Answers that staff key in for customers: what the form carries, when the customer answered, stored once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from services.collector.domain.answers import Answer, Known
from services.collector.domain.links import KEYED_IN, Link
from services.collector.domain.responses import Response
from services.collector.usecases.answering import by_link, score_of
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import change, response_of
from services.collector.usecases.visits import Visit, new_ticket, ticket_id, visit
from shared import bodies
from shared.errors import FieldError, Gone, InvalidInput, NotFound
from shared.times import format_time

NOON = time(12)
"""When a card was filled in of which only the day is known."""
Fate = Literal["noted", "known"]
FATES: tuple[Fate, ...] = get_args(Fate)


@dataclass(frozen=True)
class Note:
    """What a form carries, as text. how: `agent`, said at the counter, or `paper`, written on a card.

    day, clock: when, at the touchpoint; empty: now. lang: what the customer spoke or wrote.
    subject: the field that no person sees.
    """

    score: str = ""
    comment: str = ""
    how: str = ""
    day: str = ""
    clock: str = ""
    lang: str = ""
    ticket: str = ""
    subject: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Note:
        return cls(**{name: fields.get(name, "") for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Keyed:
    """What became of a note. fate: `known` where this form was sent before, and what it says now was not taken.

    wrong: what is to be put right; then nothing was stored, and `ticket` is for the form shown again.
    """

    fate: Fate = "noted"
    wrong: tuple[FieldError, ...] = ()
    ticket: str = ""


def visit_form(code: str, deps: Deps) -> Visit:
    """What somebody of the staff finds who opens their link. Raises NotFound, also for a link of another channel.

    A single link is an invited customer's: it leads to the page, and takes their one answer there.
    """
    visited = visit(code, deps)
    if visited.link.channel not in KEYED_IN or visited.link.mode == "single":
        raise NotFound("there is no such form")
    return visited


def key_in(visited: Visit, note: Note, deps: Deps) -> Keyed:
    """Stores the customer's answer, once; sent again from the same form within the hour, it is put right.

    Raises Gone where the link takes no more answers. At a paused touchpoint it is kept, and does not count; what
    was stored before the pause stays as it is.
    """
    if visited.state in ("expired", "revoked"):
        raise Gone("this link takes no more answers")
    known = Known(deps.now(), {visited.touchpoint.id: visited.touchpoint})
    answer, wrong = read(visited, note, known)
    response_id = ticket_id(visited.link, note.ticket, deps)
    if response_id is None:
        strange = FieldError("#/ticket", "this form is not one of ours", "ticket")
        return Keyed(wrong=(strange, *wrong), ticket=new_ticket(visited.link, deps))
    if answer is None:
        return Keyed(wrong=wrong, ticket=note.ticket)
    response = response_of(answer, response_id, known, {"form": "agent"}, deps.secret)
    response = by_link(response, visited.link, is_trapped=bool(note.subject))
    return Keyed(stored(by_hand(response, visited.link), deps))


def stored(response: Response, deps: Deps) -> Fate:
    [is_new] = deps.responses.add([response])
    return "noted" if is_new or change(response, response.stored_at, deps) else "known"


def by_hand(response: Response, link: Link) -> Response:
    """The response with who keyed it in: the label of the link, which names a counter or a person."""
    return replace(response, evidence=response.evidence | {"keyed_by": link.place or link.link_id})


def read(visited: Visit, note: Note, known: Known) -> tuple[Answer | None, tuple[FieldError, ...]]:
    """The customer's answer; None and every wrong field where something is."""
    wrong: list[FieldError] = []
    fields = {
        "touchpoint": visited.touchpoint.id,
        "score": score_of(note.score, visited.survey),
        "comment": note.comment if note.comment.strip() else None,
        "channel": note.how,
        "lang": note.lang or None,
    }
    if note.how not in KEYED_IN:
        wrong.append(FieldError("#/how", "said or written", "how"))
    try:
        fields["collected_at"] = when(note, visited.touchpoint.time_zone, known.now)
    except (ValueError, OverflowError):
        wrong.append(FieldError("#/day", "a day and a time that were", "not_a_time"))
    try:
        answer = bodies.parse_as(Answer, fields, known)
    except InvalidInput as refused:
        return None, (*wrong, *(error for error in refused.errors if error.pointer != "#/channel"))
    return (None, tuple(wrong)) if wrong else (answer, ())


def when(note: Note, time_zone: str, now: datetime) -> str | None:
    """The time of the form as RFC 3339; None: now. Raises ValueError or OverflowError where it names none.

    A day alone is its noon, today alone is now; a time alone is today's.
    """
    here = now.astimezone(ZoneInfo(time_zone))
    day = date.fromisoformat(note.day) if note.day else here.date()
    if not note.clock:
        return None if day == here.date() else format_time(datetime.combine(day, NOON, here.tzinfo))
    clock = time.fromisoformat(note.clock[:5])
    return format_time(datetime.combine(day, clock, here.tzinfo))
