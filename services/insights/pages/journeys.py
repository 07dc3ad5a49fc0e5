"""The list of journeys, and a journey's map."""

from __future__ import annotations

from chalice.app import Response

from services.insights.pages.filtering import bar, query_of
from services.insights.pages.frame import LINE_HEADS, choices, line_cells, neighbours, shown, words
from services.insights.usecases.journeys import MOST_SHOWN, JourneyView
from services.insights.usecases.ports import Journey
from services.insights.views.filters import Filters
from shared.catalogue import words as in_language
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor


def list_page(found: list[tuple[Journey, int]], visitor: Visitor, here: str) -> Response:
    title = words()[visitor.lang]["journeys_title"]
    return shown("journeys.html", title, visitor, "/journeys", here, journeys=found)


def journey_page(found: JourneyView, visitor: Visitor, asked: Filters, here: str) -> Response:
    """The map: stages in the customer's order, with who owns what and where it rubs."""
    path, lines = f"/journeys/{found.journey.id}", [stop.line for stage in found.stages for stop in stage.stops]
    earlier, later = neighbours(path, found.page, MOST_SHOWN, found.total, **query_of(asked))
    return shown(
        "journey.html",
        in_language(found.journey.name, visitor.lang),
        visitor,
        "/journeys",
        here,
        view=found,
        bar=bar(path, asked, visitor.lang, choices(lines)),
        earlier=earlier,
        later=later,
    )


def journey_csv(found: JourneyView, visitor: Visitor) -> Response:
    rows = [
        line_cells(stop.line, visitor.lang, stop.line.touchpoint.owner.name)
        for stage in found.stages
        for stop in stage.stops
    ]
    return csv_file(f"journey-{found.journey.id}", LINE_HEADS, rows)
