"""What to mend first, as a list with its arithmetic."""

from __future__ import annotations

from chalice.app import Response

from services.insights.domain.priorities import Priorities
from services.insights.pages.frame import shown, words
from services.insights.usecases.value import Study
from services.insights.views.value import ASSUMED
from shared.catalogue import Touchpoint
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor

MOST = 40
"""Places of the list that are shown; whoever needs further ones takes the file."""


def priorities_page(
    found: Priorities, study: Study, known: dict[str, Touchpoint], visitor: Visitor, here: str
) -> Response:
    """Each place with its factors, whose product is its score. known: the touchpoints of the list."""
    return shown(
        "priorities.html",
        words()[visitor.lang]["priorities_title"],
        visitor,
        "/priorities",
        here,
        listed=found,
        ranked=found.places[:MOST],
        known=known,
        has_value=any(one.value is not None for one in found.places),
        currency=study.worth.currency if study.worth else "",
        assumed=ASSUMED[visitor.lang],
    )


def priorities_csv(found: Priorities) -> Response:
    heads = ("rank", "touchpoint", "owner", "score", "reach", "severity", "value", "certainty", "answers")
    rows = [
        (rank, one.touchpoint, one.owner, one.score, one.reach, one.severity, one.value, one.certainty, one.n)
        for rank, one in enumerate(found.places, 1)
    ]
    return csv_file("priorities", heads, rows)
