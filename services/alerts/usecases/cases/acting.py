"""What people do about a case: write a note, reach the customer, close it, reopen it, hand it to another team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.alerts.domain.cases import case as cases
from services.alerts.domain.cases.answers import Answer
from services.alerts.domain.cases.case import Case, Reply, Step
from services.alerts.usecases.cases.ports import CaseDeps, Channel, Person, Way
from shared.catalogue import CaseRules
from shared.errors import Conflict, FieldError, InvalidInput, NotFound

NOBODY, NO_ADDRESS = "nobody", "no_address"


class NothingSent(Conflict):
    """A reply that does not leave. reasons: NOBODY, NO_ADDRESS, or what the person's ways are refused for."""

    def __init__(self, detail: str, *reasons: str) -> None:
        super().__init__(detail)
        self.reasons = reasons


MOST_BY_TEXT = 459
"""Characters of a reply by text message: three parts of 153."""


@dataclass(frozen=True)
class Actor:
    """Who asks. name: as the story says it. owner: the team whose cases they may see; None: of all."""

    name: str
    owner: str | None = None

    def may_see(self, case: Case) -> bool:
        return self.owner is None or self.owner == case.owner


@dataclass(frozen=True)
class Said:
    """What somebody says with a deed. seen: the case's `change` as they saw it; None: whatever it is by now."""

    text: str | None = None
    seen: int | None = None


def find(case_id: str, actor: Actor, deps: CaseDeps) -> Case:
    """Raises NotFound where there is no such case, and where it is not for them to see."""
    case = deps.cases.get(case_id)
    if case is None or not actor.may_see(case):
        raise NotFound("there is no such case")
    return case


def act(case_id: str, actor: Actor, seen: int | None, how: Callable[[Case, datetime], Step], deps: CaseDeps) -> Case:
    """The case after one deed. Raises NotFound, and Conflict where it has changed since it was seen, or just now."""
    case = find(case_id, actor, deps)
    cases.check_seen(case, seen)
    return deps.cases.save(how(case, deps.now()))


def note(case_id: str, actor: Actor, said: Said, deps: CaseDeps) -> Case:
    """Writes something down for whoever looks next."""
    return act(case_id, actor, said.seen, lambda case, now: cases.noted(case, said.text or "", actor.name, now), deps)


def contacted(case_id: str, actor: Actor, said: Said, deps: CaseDeps) -> Case:
    """Somebody spoke to the customer."""
    return act(case_id, actor, said.seen, lambda case, now: cases.contacted(case, actor.name, now, said.text), deps)


def close(case_id: str, actor: Actor, cause: str, said: Said, deps: CaseDeps) -> Case:
    """It is put right, or cannot be. cause: one of the touchpoint's. Raises InvalidInput where it is none."""

    def done(case: Case, now: datetime) -> Step:
        known = cases.cause_of(cause, deps.catalogue.touchpoint(case.touchpoint))
        return cases.closed(case, known, actor.name, now, said.text)

    return act(case_id, actor, said.seen, done, deps)


def reopen(case_id: str, actor: Actor, said: Said, deps: CaseDeps) -> Case:
    """It is not put right after all; its time begins anew."""

    def again(case: Case, now: datetime) -> Step:
        touchpoint = deps.catalogue.touchpoint(case.touchpoint)
        rules = (touchpoint.cases if touchpoint else None) or CaseRules()
        return cases.reopened(case, now + timedelta(hours=rules.due_hours), actor.name, now, said.text)

    return act(case_id, actor, said.seen, again, deps)


def assign(case_id: str, actor: Actor, owner: str, said: Said, deps: CaseDeps) -> Case:
    """Hands it to another team, which is told. Raises InvalidInput where there is no such team."""

    def handed(case: Case, now: datetime) -> Step:
        if deps.catalogue.owner(owner) is None:
            raise InvalidInput(errors=[FieldError("#/owner", "there is no such team", "unknown_owner")])
        return cases.assigned(case, owner, actor.name, now, said.text)

    return act(case_id, actor, said.seen, handed, deps)


def look(case_id: str, actor: Actor, deps: CaseDeps) -> tuple[Case, Person | None]:
    """Who stands behind the case, and how to reach them. The look is written down before anything is shown."""
    case = find(case_id, actor, deps)
    looked = deps.cases.save(cases.looked(case, actor.name, deps.now()))
    answer = deps.answers.get(case.touchpoint, case.response_id)
    return looked, deps.people.behind(answer) if answer else None


def reply(case_id: str, actor: Actor, channel: Channel | None, said: Said, deps: CaseDeps) -> Case:
    """Sends the customer a message, by the first way that may be used where none is named.

    Raises NothingSent where nobody is known, or nothing may be sent; InvalidInput where a text message is too long.
    """
    case, text = find(case_id, actor, deps), said.text or ""
    cases.check_seen(case, said.seen)
    answer = deps.answers.get(case.touchpoint, case.response_id)
    person, way = way_to(answer, channel, deps)
    if way.channel == "sms" and len(text) > MOST_BY_TEXT:
        detail = f"a text message takes {MOST_BY_TEXT} characters"
        raise InvalidInput(errors=[FieldError("#/text", detail, "too_long")])
    lang = (answer.lang if answer else None) or person.locale or "en"
    sent = Reply(f"{case.case_id}-{case.version + 1}", person.person_id, way.channel, lang)
    return deps.cases.save(cases.replied(case, sent, text, actor.name, deps.now()))


def way_to(answer: Answer | None, channel: Channel | None, deps: CaseDeps) -> tuple[Person, Way]:
    """Whom a reply goes to, and how. Raises NothingSent, saying why it cannot."""
    person = deps.people.behind(answer) if answer else None
    if person is None:
        raise NothingSent("nobody can be named for this answer", NOBODY)
    ways = [way for way in person.ways if channel in (None, way.channel)]
    free = next((way for way in ways if way.refused is None), None)
    if free is None:
        told = ", ".join(dict.fromkeys(f"{way.channel}: {way.refused}" for way in ways)) or "no address is known"
        raise NothingSent(f"nothing may be sent ({told})", *{str(way.refused) for way in ways} or {NO_ADDRESS})
    return person, free
