"""The list of journeys, and a journey's map."""

from __future__ import annotations

from chalice.app import Response

from services.insights.pages.frame import LINE_HEADS, line_cells, neighbours, shown, words
from services.insights.usecases.journeys import MOST_SHOWN, JourneyView
from services.insights.usecases.ports import Journey
from shared.catalogue import words as in_language
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor


def list_page(found: list[tuple[Journey, int]], visitor: Visitor, here: str) -> Response:
    title = words()[visitor.lang]["journeys_title"]
    return shown("journeys.html", title, visitor, "/journeys", here, journeys=found)


def journey_page(found: JourneyView, visitor: Visitor, here: str) -> Response:
    """The map: stages in the customer's order, with who owns what and where it rubs."""
    earlier, later = neighbours(f"/journeys/{found.journey.id}", found.page, MOST_SHOWN, found.total)
    title = in_language(found.journey.name, visitor.lang)
    return shown("journey.html", title, visitor, "/journeys", here, view=found, earlier=earlier, later=later)


def journey_csv(found: JourneyView, visitor: Visitor) -> Response:
    rows = [
        line_cells(stop.line, visitor.lang, stop.line.touchpoint.owner.name)
        for stage in found.stages
        for stop in stage.stops
    ]
    return csv_file(f"journey-{found.journey.id}", LINE_HEADS, rows)
