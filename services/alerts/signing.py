"""Signatures of webhooks, as Standard Webhooks has them (standardwebhooks.com, version 1)."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"


def headers(secret: str | None, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Id and time of the message, and its signature where the subscription has a secret.

    secret: `whsec_` and the key in base64. The receiver signs `id.time.body` likewise and compares.
    """
    seconds = str(int(now.timestamp()))
    known = {"webhook-id": message_id, "webhook-timestamp": seconds}
    if secret is None:
        return known
    signed = b".".join((message_id.encode(), seconds.encode(), body))
    digest = hmac.new(b64decode(secret.removeprefix(PREFIX)), signed, sha256).digest()
    return {**known, "webhook-signature": f"v1,{b64encode(digest).decode()}"}
