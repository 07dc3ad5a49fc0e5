"""The page on which a team says who of it is told of friction, how, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.registry.domain.journey import WAYS
from services.registry.subscribing.forms import KINDS, PILLARS, SEVERITIES, fields_of
from services.registry.subscribing.usecases import Listed, Muted
from shared.catalogue import Owner
from shared.errors import FieldError, NotFound
from shared.pages.shell import Frame, read_words, rendered
from shared.sessions import Visitor

HERE = Path(__file__).parent
DONE = ("saved", "removed", "tested", "untested", "muted", "unmuted")


@dataclass(frozen=True)
class Asked:
    """What is shown beside the list. edited: a subscription's id; typed, wrong: a form that was not taken."""

    done: str = ""
    edited: str | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[FieldError, ...] = ()


def own_team(visitor: Visitor, owner: str) -> str:
    """The team, where it is the visitor's to see. Raises NotFound: of other teams' not even the name is told."""
    if visitor.role != "pilot" and visitor.owner != owner:
        raise NotFound("there is no such owner")
    return owner


def teams_page(teams: Mapping[str, str], visitor: Visitor) -> Response:
    """Every team by its name, for who sees all. teams: names by id."""
    ordered = sorted(teams.items(), key=lambda one: (one[1].casefold(), one[0]))
    return shown("teams.html", visitor, "/subscriptions", teams=ordered)


@dataclass(frozen=True)
class Told:
    """Who of a team is told. found: its subscriptions; muted: those of them that are muted, by id."""

    team: Owner
    found: list[Listed]
    muted: Mapping[str, Muted]


def team_page(told: Told, visitor: Visitor, asked: Asked) -> Response:
    """A team's subscriptions, and the form that makes or changes one."""
    team, found = told.team, told.found
    edited = next((one for one in found if one.kept and one.subscription.id == asked.edited), None)
    base = fields_of(edited.subscription) if edited else {"way": "email", "lang": visitor.lang}
    version = str(edited.kept.version) if edited and edited.kept else "0"
    values = {
        "owner": team.id,
        "team": team.name,
        "found": found,
        "muted": told.muted,
        "done": asked.done if asked.done in DONE else "",
        "edited": edited,
        "version": asked.typed.get("version", version),
        "typed": dict(asked.typed) or base,
        "wrong": asked.wrong,
        "ways": WAYS,
        "kinds": KINDS,
        "severities": SEVERITIES,
        "pillars": PILLARS,
    }
    status = 422 if asked.wrong else 200
    return shown("team.html", visitor, f"/subscriptions/{team.id}", status=status, **values)


def shown(template: str, visitor: Visitor, here: str, status: int = 200, **values: Any) -> Response:
    said = words()[visitor.lang]
    frame = Frame(said["title"], visitor, visitor.lang, place="/subscriptions", here=here, said=said)
    return rendered(template, frame, folder=HERE / "templates", status=status, **values)


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")
