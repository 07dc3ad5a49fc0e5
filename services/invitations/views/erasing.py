"""Erasures as the API tells of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from chalice.app import Response
from pydantic import BaseModel

from services.invitations.usecases.erasing import Erasure
from shared.errors import TooLarge
from shared.http import json_response
from shared.times import format_time

LARGEST_EXPORT = 5_000_000
"""Characters; Lambda refuses replies of more than 6 MB."""


class ErasureView(BaseModel):
    """The receipt of an erasure; it names nobody. Times are UTC; asked_by: id of the API key.

    state: `running`, then `done`. found: whether there was anything of the person; told once it is done.
    erased: how much of what, by table: `answers_made_anonymous` count on as nobody's, `wishes_kept_as_hashes` keep
    whoever did not want to be asked from being asked again, everything else is gone.
    """

    erasure_id: str
    state: Literal["running", "done"]
    asked_at: str
    asked_by: str
    done_at: str | None = None
    found: bool | None = None
    erased: dict[str, dict[str, int]] | None = None


class PersonExport(BaseModel):
    """Everything that is kept of a person. kept: by table and kind, such as `contacts.interaction`.

    What the items hold is as they are stored, with what their keys alone say: of a trace its journey and touchpoint,
    and as `identifier` the name under whose hash an item stands. Times are RFC 3339.
    """

    exported_at: str
    kept: dict[str, list[dict[str, Any]]]


def person_export(kept: dict[str, list[dict[str, Any]]], now: datetime) -> PersonExport:
    """Raises TooLarge where no reply of Lambda's holds it."""
    export = PersonExport(exported_at=format_time(now), kept=kept)
    if len(export.model_dump_json()) > LARGEST_EXPORT:
        raise TooLarge("more is kept than one reply holds: this may be an id that stands for many people")
    return export


def erasure_view(erasure: Erasure) -> ErasureView:
    """What may be told while it goes on, and the receipt after it."""
    is_done = erasure.done_at is not None
    return ErasureView(
        erasure_id=erasure.erasure_id,
        state=erasure.state,
        asked_at=format_time(erasure.asked_at),
        asked_by=erasure.by,
        done_at=format_time(erasure.done_at) if erasure.done_at else None,
        found=erasure.found if is_done else None,
        erased={table: dict(of_table) for table, of_table in erasure.erased.items()} if is_done else None,
    )


def accepted(erasure: Erasure) -> Response:
    """202 with where the receipt will be."""
    response = json_response(erasure_view(erasure), 202)
    response.headers["Location"] = f"/v1/erasures/{erasure.erasure_id}"
    return response
