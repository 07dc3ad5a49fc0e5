"""What a page is asked for in its address, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.insights.domain.windows import Window, ending
from shared.bodies import parse_query
from shared.catalogue import Channel

DAYS = (28, 90, 182, 365)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


class Filters(BaseModel):
    """days: how long; to: the last day, UTC, today where none is named. An empty field says nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    days: Literal[28, 90, 182, 365] = 28
    to: Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None = None
    channel: Channel | None = None

    def window(self, today: date) -> Window:
        return ending(min(self.to or today, today), self.days)


class Paged(BaseModel):
    """A page of a list, from 1, and what is looked for in it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    page: Annotated[int, Field(ge=1, le=1000)] = 1
    q: Annotated[str, Field(max_length=80)] = ""


class Listed(BaseModel):
    """Which alerts a list shows. before: the cursor of the page before."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    state: Literal["open", "all"] = "all"
    owner: Annotated[str, Field(max_length=64)] | None = None
    before: Annotated[str, Field(max_length=300)] | None = None


def filters(parameters: Mapping[str, str]) -> Filters:
    """Raises InvalidInput naming each wrong parameter."""
    asked: dict[str, object] = {name: value for name, value in parameters.items() if value}
    if str(asked.get("days", "")).isdecimal():
        asked["days"] = int(str(asked["days"])[:6])
    return parse_query(Filters, asked)  # type: ignore[arg-type]


def paged(parameters: Mapping[str, str]) -> Paged:
    return parse_query(Paged, {name: value for name, value in parameters.items() if value})


def listed(parameters: Mapping[str, str]) -> Listed:
    return parse_query(Listed, {name: value for name, value in parameters.items() if value})
