"""What a page is asked for in its address, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from services.insights.domain.windows import Window, ending
from services.insights.usecases.home import Seeking
from services.insights.usecases.slices import Slice
from shared.bodies import parse_query
from shared.catalogue import Channel
from shared.errors import FieldError, InvalidInput
from shared.fields import AttributeName
from shared.marks import LONGEST_VALUE

DAYS = (28, 90, 182, 365)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
Asked = TypeVar("Asked", bound="Filters")


class Filters(BaseModel):
    """days: how long; to: the last day, UTC, today where none is named. by: an attribute of segments; value: of it.

    channel and value are not kept together: of both, the value is shown, and the channel is `left_out`.
    part: which picture or table a file is of. An empty field says nothing.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    days: Literal[28, 90, 182, 365] = 28
    to: Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None = None
    channel: Channel | None = None
    part: Literal["trend", "scores", "channels", "segments", "handoffs"] = "trend"
    by: AttributeName | None = None
    value: Annotated[str, Field(max_length=LONGEST_VALUE)] | None = None

    @property
    def slice(self) -> Slice:
        return Slice(None if self.left_out else self.channel, self.by, self.value)

    @property
    def left_out(self) -> Channel | None:
        return self.channel if self.value is not None else None

    def window(self, today: date) -> Window:
        return ending(min(self.to or today, today), self.days)


class Paged(Filters):
    """A page of a list, from 1, and what is looked for in it."""

    page: Annotated[int, Field(ge=1, le=1000)] = 1
    q: Annotated[str, Field(max_length=80)] = ""

    def seeking(self, today: date) -> Seeking:
        return Seeking(self.window(today), self.slice, self.page, self.q)


class Listed(BaseModel):
    """Which alerts a list shows. before: the cursor of the page before."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    state: Literal["open", "all"] = "all"
    owner: Annotated[str, Field(max_length=64)] | None = None
    before: Annotated[str, Field(max_length=300)] | None = None


def filters(parameters: Mapping[str, str]) -> Filters:
    """Raises InvalidInput naming each wrong parameter."""
    return parsed(Filters, parameters)


def paged(parameters: Mapping[str, str]) -> Paged:
    """Raises InvalidInput naming each wrong parameter."""
    return parsed(Paged, parameters)


def parsed(model: type[Asked], parameters: Mapping[str, str]) -> Asked:
    """The filters in an address. Raises InvalidInput, also where one of them lacks another."""
    asked: dict[str, object] = {name: value for name, value in parameters.items() if value}
    if str(asked.get("days", "")).isdecimal():
        asked["days"] = int(str(asked["days"])[:6])
    found = parse_query(model, asked)  # type: ignore[arg-type]
    if found.value is not None and found.by is None:
        raise InvalidInput(errors=[FieldError("query:by", "is needed beside `value`", "missing")])
    return found


def listed(parameters: Mapping[str, str]) -> Listed:
    return parse_query(Listed, {name: value for name, value in parameters.items() if value})
