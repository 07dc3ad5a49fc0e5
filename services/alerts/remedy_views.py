"""What was done about an alert, as the API takes and shows it, and as the page's form sends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.alerts.usecases.remedying import Done
from shared.bodies import parse_as
from shared.errors import FieldError, InvalidInput
from shared.remedies import Remedy

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Said = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]
FIELD = re.compile(r"text-([A-Za-z0-9-]{2,35})")


class NewRemedy(BaseModel):
    """What was done. on: the day from which it held; text: by language; show: to people who answer, with the thanks."""

    model_config = ConfigDict(extra="forbid")

    on: date
    text: dict[Language, Said] = Field(min_length=1, max_length=10)
    show: Annotated[bool, Field(strict=True)] = False


class RemedyView(BaseModel):
    """What was done about an alert, and who wrote it: a subscription, or an API key."""

    remedy_id: str
    alert_id: str
    touchpoint: str
    on: date
    text: dict[str, str]
    show: bool
    by: str
    written_at: datetime


class RemedyList(BaseModel):
    """In the order of their days."""

    remedies: list[RemedyView]


def done_of(sent: Any) -> Done:
    """What a body says was done. Raises InvalidInput."""
    asked = parse_as(NewRemedy, sent)
    return Done(asked.on, asked.text, asked.show)


def done_of_form(fields: Mapping[str, str]) -> Done:
    """What the page's form says; languages left empty are left out. Raises InvalidInput naming the form's fields."""
    texts = {match[1]: text for name, text in fields.items() if (match := FIELD.fullmatch(name)) and text.strip()}
    errors = [] if texts else [FieldError("#/text", "say what was done", "missing")]
    try:
        done = done_of({"on": fields.get("on", ""), "text": texts or {"en": "-"}, "show": "show" in fields})
    except InvalidInput as wrong:
        errors += wrong.errors
    if errors:
        raise InvalidInput(errors=errors)
    return done


def remedy_view(remedy: Remedy) -> RemedyView:
    return RemedyView(
        remedy_id=remedy.remedy_id,
        alert_id=remedy.alert_id,
        touchpoint=remedy.touchpoint,
        on=remedy.on,
        text=remedy.text,
        show=remedy.is_shown,
        by=remedy.by,
        written_at=remedy.written_at,
    )


def remedy_list(remedies: Iterable[Remedy]) -> RemedyList:
    return RemedyList(remedies=[remedy_view(one) for one in remedies])
