"""What friction costs, and what to mend first, as the API says them."""

from __future__ import annotations

from datetime import datetime

from services.insights.views.reports import Ask, Question, past
from shared.studies import PLACES_A_PAGE, PrioritiesFigure, ValueFigure

ASSUMED = {
    "en": "People with a bad answer are compared with people without one who answered in the same year; that they "
    "differ in nothing else is assumed, not known. Each who fared badly at several touchpoints is shared among them.",
    "fr": "Les personnes ayant donné une mauvaise réponse sont comparées à celles qui n’en ont donné aucune la même "
    "année\u00a0; qu’elles ne diffèrent en rien d’autre est supposé, non su. Qui a été déçu à plusieurs points de "
    "contact est partagé entre eux.",
}
A_TIME = "an RFC 3339 time such as 2024-03-01T12:00:00Z"


class ValueView(ValueFigure):
    """Value at risk at a touchpoint: people x excess x amount, of the people of four weeks.

    people: with friction, each by their part; people_error: its standard error. amount_each: of a customer.
    total: of all touchpoints; each is a part of it. because: why nothing is said; `not_yet`: no day was studied so far.
    """

    assumed: dict[str, str]


class PrioritiesView(PrioritiesFigure):
    """What to mend first, a hundred at a time. stable: of `draws` draws of the days, the share in which the same three
    are at the top. touchpoints: in the whole list."""

    next_cursor: str | None = None


def value_view(found: ValueFigure) -> ValueView:
    return ValueView(**found.model_dump(), assumed=ASSUMED)


def priorities_view(found: PrioritiesFigure, page: int) -> PrioritiesView:
    has_more = (page + 1) * PLACES_A_PAGE < found.touchpoints
    return PrioritiesView(**found.model_dump(), next_cursor=str(page + 1) if has_more else None)


def time_asked(ask: Ask) -> datetime | None:
    """The time as of which a value is asked for. Raises InvalidInput."""
    question = Question(ask)
    time = question.read("at", past, None, A_TIME)
    question.check()
    return time


def page_asked(ask: Ask) -> tuple[datetime | None, int]:
    """The time and the page of a list. Raises InvalidInput."""
    question = Question(ask)
    time = question.read("at", past, None, A_TIME)
    page = question.read("cursor", page_number, 0, "what `next_cursor` was")
    question.check()
    return time, page


def page_number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 999:
        raise ValueError(text)
    return number
