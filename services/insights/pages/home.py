"""The first page."""

from __future__ import annotations

from chalice.app import Response

from services.insights.pages.filtering import bar, query_of
from services.insights.pages.frame import LINE_HEADS, choices, line_cells, neighbours, shown, words
from services.insights.usecases.home import TILES, Home
from services.insights.views.filters import Paged
from shared.catalogue import Changed
from shared.events import AlertEvent
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor


def home_page(found: Home, visitor: Visitor, asked: Paged, here: str) -> Response:
    """What changed, what to do first, and a tile a touchpoint."""
    said = words()[visitor.lang]
    filters = bar("/", asked, visitor.lang, choices(found.lines), {"q": asked.q})
    earlier, later = neighbours("/", found.page, TILES, found.total, **query_of(asked), q=asked.q)
    return shown(
        "home.html",
        said["all_title" if visitor.role == "pilot" else "home_title"],
        visitor,
        "/",
        here,
        home=found,
        bar=filters,
        has_search=found.total > TILES or bool(asked.q),
        earlier=earlier,
        later=later,
        seen=visitor.seen,
        names={line.touchpoint.id: line.touchpoint.named(visitor.lang) for line in found.lines},
        turn_to={one.touchpoint for one in found.urgent if may_turn(one, visitor)},
        changes=changes_of(found) if visitor.role == "front_line" else None,
    )


def may_turn(event: AlertEvent, visitor: Visitor) -> bool:
    """Whether the visitor may see whom to turn to."""
    is_theirs = visitor.role == "pilot" or (visitor.role == "owner" and visitor.owner == event.owner)
    return is_theirs and event.audience == "customer"


def changes_of(found: Home) -> list[tuple[str, Changed]]:
    """What was done about answers at the touchpoints that are shown, newest first."""
    done = [(one.touchpoint.id, change) for one in found.lines for change in one.touchpoint.changes]
    return sorted(done, key=lambda pair: pair[1].on, reverse=True)[:10]


def home_csv(found: Home, visitor: Visitor) -> Response:
    rows = [line_cells(one, visitor.lang, one.touchpoint.owner.name) for one in found.lines]
    return csv_file("touchpoints", LINE_HEADS, rows)
