"""How cases look: the values of the pages' templates, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.alerts.domain.cases.case import SYSTEM, Case, Deed
from services.alerts.usecases.cases.acting import NothingSent
from services.alerts.usecases.cases.ports import CaseDeps, Person
from services.alerts.usecases.cases.reading import CaseFigures, Shown
from shared.catalogue import CaseRules, Touchpoint
from shared.catalogue import words as in_language
from shared.errors import Conflict, EtincelleError, InvalidInput
from shared.pages import formats
from shared.pages.shell import Frame, Words, read_words, rendered
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor

HERE = Path(__file__).parent
WRONG = {"#/text": "wrong_text", "#/cause": "wrong_cause", "#/owner": "wrong_owner"}
"""Which words say what is wrong with a field; `wrong_form` for any other."""
BAD_OUTCOMES = ("refused", "failed")


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")


@dataclass(frozen=True)
class Listing:
    """A page of the list. cursor: of the next one; which: open, overdue or closed."""

    cases: list[Case]
    cursor: str | None
    figures: CaseFigures
    which: str
    touchpoint: str | None


@dataclass(frozen=True)
class Doing:
    """What was just done, or tried. done: the deed; error: what was in the way of it, with the text that was typed.

    contact: of a look, None where nobody can be named.
    """

    done: str | None = None
    error: EtincelleError | None = None
    deed: str = ""
    text: str = ""
    has_looked: bool = False
    contact: Person | None = None


@dataclass(frozen=True)
class Tag:
    """A word beside a title. tone: `bad`, `good` or none."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A case in the list."""

    case: Case
    name: str
    score: str
    tags: list[Tag]
    why: str
    team: str


@dataclass(frozen=True)
class Line:
    """A deed in the story. outcome: what became of a message."""

    label: str
    at: datetime
    by: str
    text: str | None
    outcome: str
    is_bad: bool


def list_page(listing: Listing, visitor: Visitor, here: str, deps: CaseDeps) -> Response:
    """The list, with what leads on, and the figures."""
    said, lang = words()[visitor.lang], visitor.lang
    rows = [row(case, said, lang, deps) for case in listing.cases]
    place = f"&touchpoint={listing.touchpoint}" if listing.touchpoint else ""
    cursor = (listing.cursor or "").replace("#", "%23").replace(":", "%3A")
    values: dict[str, Any] = {
        "csv": f"/cases?which={listing.which}{place}&as=csv",
        "rows": rows,
        "which": listing.which,
        "touchpoint": listing.touchpoint,
        "later": f"/cases?which={listing.which}{place}&cursor={cursor}" if listing.cursor else None,
        "figures": listing.figures,
        "causes": cause_rows(listing.figures, lang, deps),
        "hours": lambda hours: hours_text(hours, said, lang),
    }
    frame = Frame(said["title"], visitor, lang, "/cases", here, said)
    return rendered("cases.html", frame, folder=HERE / "templates", **values)


def list_csv(cases: list[Case]) -> Response:
    """The cases of the page, a row each; nothing of who they are about, nor what they wrote."""
    heads = (
        "case",
        "touchpoint",
        "owner",
        "state",
        "score",
        "scale",
        "reasons",
        "opened",
        "due",
        "contacted",
        "closed",
        "cause",
    )
    rows = [
        (
            one.case_id,
            one.touchpoint,
            one.owner,
            one.state,
            one.score,
            one.scale,
            " ".join(one.reasons),
            *(at.isoformat() if at else None for at in (one.opened_at, one.due_at, one.contacted_at, one.closed_at)),
            one.cause,
        )
        for one in cases
    ]
    return csv_file("cases", heads, rows)


def case_page(shown: Shown, doing: Doing, visitor: Visitor, here: str, deps: CaseDeps) -> Response:
    """The case; its status tells a refusal: 409 where it had changed or nothing may be sent, 422 for a wrong form."""
    said, lang, case = words()[visitor.lang], visitor.lang, shown.case
    touchpoint = deps.catalogue.touchpoint(case.touchpoint)
    rules = (touchpoint.cases if touchpoint else None) or CaseRules()
    values: dict[str, Any] = {
        "case": case,
        "tags": tags(case, deps.now(), said),
        "answer": shown.answer,
        "facts": facts(case, said, lang, deps),
        "story": [line(deed, shown, rules, said, lang) for deed in shown.story],
        "causes": rules.causes,
        "teams": {team: name for team, name in deps.teams.names().items() if team != case.owner},
        "notice": notice(doing, said),
        "is_wrong": doing.error is not None,
        "typed": {deed: doing.text if doing.deed == deed else "" for deed in ("reply", "note", "close")},
        "has_looked": doing.has_looked,
        "contact": doing.contact,
        "why": lambda reason: why(reason, said),
    }
    frame = Frame(name_of(case, touchpoint, lang), visitor, lang, "/cases", here, said)
    status = doing.error.status if doing.error else 200
    return rendered("case.html", frame, folder=HERE / "templates", status=status, **values)


def notice(doing: Doing, said: Words) -> str:
    """What to say of what was just done, or of why it was not."""
    if doing.done:
        return said.get(f"done_{doing.done}", "")
    error = doing.error
    if isinstance(error, NothingSent):
        return said["wrong"] + ", ".join(why(reason, said) for reason in error.reasons) + "."
    if isinstance(error, Conflict):
        return said["wrong"] + said["wrong_changed"]
    if isinstance(error, InvalidInput):
        return said["wrong"] + said[WRONG.get(error.errors[0].pointer, "wrong_form")]
    return ""


def why(reason: str, said: Words) -> str:
    return said.get(f"why_{reason}", said["why_other"])


def row(case: Case, said: Words, lang: str, deps: CaseDeps) -> Row:
    name = name_of(case, deps.catalogue.touchpoint(case.touchpoint), lang)
    team, score = team_name(case.owner, deps), formats.score(case.score, case.scale, lang)
    return Row(case, name, score, tags(case, deps.now(), said), reasons(case, said), team)


def name_of(case: Case, touchpoint: Touchpoint | None, lang: str) -> str:
    return touchpoint.named(lang) if touchpoint else case.touchpoint


def team_name(owner: str, deps: CaseDeps) -> str:
    known = deps.catalogue.owner(owner)
    return known.name if known else owner


def reasons(case: Case, said: Words) -> str:
    return ", ".join(said[f"reason_{reason}"] for reason in case.reasons)


def tags(case: Case, now: datetime, said: Words) -> list[Tag]:
    """How it stands, and whether it is late."""
    tone = {"open": "", "contacted": "", "closed": "good"}[case.state]
    late = [Tag(said["overdue"], "bad")] if case.is_overdue(now) else []
    return [Tag(said[f"state_{case.state}"], tone), *late]


def facts(case: Case, said: Words, lang: str, deps: CaseDeps) -> list[tuple[str, str]]:
    """Name and value, as the case has them."""
    found = [
        (said["why"], reasons(case, said)),
        (said["score"], formats.score(case.score, case.scale, lang)),
        (said["team"], team_name(case.owner, deps)),
        (said["opened_at"], formats.moment(case.opened_at, lang)),
        (said["due"], formats.moment(case.due_at, lang)),
    ]
    if case.closed_at:
        found.append((said["closed_at"], formats.moment(case.closed_at, lang)))
    return found


def line(deed: Deed, shown: Shown, rules: CaseRules, said: Words, lang: str) -> Line:
    """A deed in words. A cause that the journey file has no more is told by its id."""
    detail = formats.deed_detail(deed.what, deed.detail or "", shown.case.scale, lang)
    if deed.what == "closed":
        detail = in_language(rules.causes.get(detail, {}), lang) or detail
    label = said[f"deed_{deed.what}"].format(detail=detail)
    outcome, is_bad = "", False
    if deed.reply:
        state, reason = shown.replies[deed.reply.reply_id]
        outcome = said[f"reply_{state}"].format(reason=why(reason or "", said))
        label, is_bad = f"{label} {said[f'channel_{deed.reply.channel}']}", state in BAD_OUTCOMES
    return Line(label, deed.at, by_whom(deed.by, said), deed.text, outcome, is_bad)


def by_whom(by: str, said: Words) -> str:
    """A person's id; that it was by itself; or by which key of the API."""
    if by == SYSTEM:
        return said["system"]
    kind, _, name = by.partition(" ")
    return said["by_key"].format(key=name) if kind == "key" else name or by


def hours_text(hours: float | None, said: Words, lang: str) -> str:
    """`5.2 h`, or that the median is not reached."""
    return said["not_reached"] if hours is None else said["median"].format(hours=formats.number(hours, lang, 1))


def cause_rows(figures: CaseFigures, lang: str, deps: CaseDeps) -> list[tuple[str, str, str]]:
    """Touchpoint, cause, and how many of how many."""
    rows = []
    for one in figures.causes:
        touchpoint = deps.catalogue.touchpoint(one.touchpoint)
        known: Mapping[str, Any] = touchpoint.cases.causes if touchpoint and touchpoint.cases else {}
        name = touchpoint.named(lang) if touchpoint else one.touchpoint
        cause = in_language(known.get(one.cause, {}), lang) or one.cause
        count = f"{formats.number(one.count, lang)} / {formats.number(one.n, lang)}"
        rows.append((name, cause, count))
    return rows
