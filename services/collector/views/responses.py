"""How answers are taken over HTTP, and what their sender is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalice.app import Response

from services.collector.domain.responses import Receipt, Status
from services.collector.views.replies import Reply
from shared.errors import FieldError, InvalidInput
from shared.http import json_response

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Stored(Reply):
    """What became of one answer."""

    response_id: str
    status: Status


class StoredList(Reply):
    """What became of each answer of a list, in its order."""

    results: list[Stored]


def idempotency_key(header: str | None) -> str | None:
    """The header's text. Raises InvalidInput where it is no key."""
    if header is not None and not IDEMPOTENCY_KEY.fullmatch(header):
        detail = "1 to 255 visible ASCII characters"
        raise InvalidInput(errors=[FieldError("header:Idempotency-Key", detail, "idempotency_key")])
    return header


def stored(receipt: Receipt) -> Stored:
    return Stored(response_id=receipt.response_id, status=receipt.status)


def stored_response(receipt: Receipt) -> Response:
    """201 where the answer is new, 200 where it was there."""
    return json_response(stored(receipt), 201 if receipt.status == "stored" else 200)


def stored_list(receipts: Sequence[Receipt]) -> StoredList:
    return StoredList(results=[stored(receipt) for receipt in receipts])
