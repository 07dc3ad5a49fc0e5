"""A pressed button, as Slack tells us of it: signed, and not older than five minutes (docs.slack.dev)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from services.alerts.messages.slack import ACKNOWLEDGE
from shared.errors import Forbidden, MalformedBody
from shared.forms import fields_of

AGE_AT_MOST = timedelta(minutes=5)


def pressed(raw: bytes, header: Callable[[str], str | None], secret: Callable[[], str], now: datetime) -> str | None:
    """The code that the acknowledging button carried; None for any other button.

    secret: what Slack signs with, empty where there is no app; asked for where somebody claims to have signed just now.
    Raises Forbidden where Slack did not sign it, or long ago; MalformedBody where it cannot be read.
    """
    check_signature(raw, header, secret, now)
    try:
        actions = json.loads(fields_of(raw)["payload"])["actions"]
        return next((str(one["value"]) for one in actions if one["action_id"] == ACKNOWLEDGE), None)
    except (KeyError, ValueError, TypeError):
        raise MalformedBody("this is no interaction of Slack's") from None


def check_signature(raw: bytes, header: Callable[[str], str | None], secret: Callable[[], str], now: datetime) -> None:
    stamp, signature = header("x-slack-request-timestamp") or "", header("x-slack-signature") or ""
    if not signature or not stamp.isdecimal() or len(stamp) > 12:
        raise Forbidden("this was not signed by Slack")
    if abs(now.timestamp() - int(stamp)) > AGE_AT_MOST.total_seconds():
        raise Forbidden("this was signed too long ago")
    key = secret()
    signed = hmac.new(key.encode(), b":".join((b"v0", stamp.encode(), raw)), sha256).hexdigest()
    if not key or not hmac.compare_digest(f"v0={signed}".encode(), signature.encode()):
        raise Forbidden("this was not signed by Slack")
