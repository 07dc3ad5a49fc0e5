"""Erasures as the API tells of them."""

from __future__ import annotations

from typing import Literal

from chalice.app import Response
from pydantic import BaseModel

from services.invitations.usecases.erasing import Erasure
from shared.http import json_response
from shared.times import format_time


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
