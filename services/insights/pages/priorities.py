"""What to mend first, as a list with its arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalice.app import Response

from services.insights.pages.frame import shown, words
from services.insights.views.value import ASSUMED
from shared.catalogue import Touchpoint
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor
from shared.studies import PrioritiesFigure, PriorityFigure

MOST = 40
"""Places of the list that are shown; whoever needs further ones takes the file."""


def priorities_page(
    found: PrioritiesFigure, known: Callable[[str], Touchpoint | None], visitor: Visitor, here: str
) -> Response:
    """Each place with its factors, whose product is its score. known: the touchpoint of an id."""
    ranked = found.priorities[:MOST]
    return shown(
        "priorities.html",
        words()[visitor.lang]["priorities_title"],
        visitor,
        "/priorities",
        here,
        listed=found,
        ranked=ranked,
        known={one.touchpoint: touchpoint for one in ranked if (touchpoint := known(one.touchpoint))},
        has_value=any(one.value is not None for one in ranked),
        currency=found.currency or "",
        assumed=ASSUMED[visitor.lang],
    )


def priorities_csv(places: Iterable[PriorityFigure]) -> Response:
    heads = ("rank", "touchpoint", "owner", "score", "reach", "severity", "value", "certainty", "answers")
    rows = [
        (one.rank, one.touchpoint, one.owner, one.score, one.reach, one.severity, one.value, one.certainty, one.n)
        for one in places
    ]
    return csv_file("priorities", heads, rows)
