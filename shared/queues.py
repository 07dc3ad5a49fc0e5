"""SQS messages handled one by one, so that a poisoned one does not hold the others back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.errors import EtincelleError
from shared.streams import failures


def one_by_one(event: Mapping[str, Any], handle: Callable[[str], None], logger: Logger) -> dict[str, Any]:
    """Hands each message's body over; answers which messages are to come again."""
    failed = []
    for record in event["Records"]:
        try:
            handle(record["body"])
        except EtincelleError as error:
            logger.warning(error.code, extra={"message_id": record["messageId"], "why": error.detail})
            failed.append(record["messageId"])
        except Exception:
            logger.exception("unexpected", extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    return failures(failed)
