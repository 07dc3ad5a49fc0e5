"""What the page of contact pressure is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.bodies import parse_query


class Paged(BaseModel):
    """A page of the list, from 1."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    page: Annotated[int, Field(ge=1, le=1000)] = 1


def page(parameters: Mapping[str, str]) -> int:
    """Raises InvalidInput."""
    return parse_query(Paged, parameters).page
