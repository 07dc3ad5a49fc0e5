"""The page of outreach: people who went through while friction stands and said nothing, worst off first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.invitations.pages.asked import words as reasons
from services.invitations.usecases.outreach import Outreach, Shown
from services.invitations.views.outreach import candidate_view, outreach_csv, told
from shared.pages.shell import Frame, read_words, rendered
from shared.sessions import Visitor

HERE = Path(__file__).parent / "outreach"
MOST_SHOWN = 100
"""People on the page; the file has twice as many."""
LINKS = {"email": "mailto:", "sms": "tel:"}


def list_page(shown: Shown, visitor: Visitor, here: str) -> Response:
    """What the list rests on, whom to turn to, whom to leave in peace; where the alert is over, that it is."""
    lang, found = visitor.lang, shown.found
    said = reasons()[lang] | words()[lang]
    frame = Frame(said["title"].format(name=shown.touchpoint.named(lang)), visitor, lang, "/friction", here, said)
    people = [candidate_view(one) for one in found.people] if found else []
    values: dict[str, Any] = {
        "event": shown.event,
        "touchpoint": shown.touchpoint,
        "found": found,
        "free": [one for one in people if one.address],
        "resting": [one for one in people if not one.address],
        "told": told(found.model)[lang] if found and found.model else said["no_model"],
        "links": LINKS,
    }
    return rendered("outreach.html", frame, folder=HERE, **values)


def list_csv(found: Outreach) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="outreach-{found.event.touchpoint}.csv"',
    }
    return Response(outreach_csv(found), headers=headers)


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")
