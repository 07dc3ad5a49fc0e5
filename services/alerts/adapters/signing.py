"""Signatures of webhooks, as Standard Webhooks has them (standardwebhooks.com, version 1)."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"


def headers(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Id and time of the message, and a signature for each secret that the subscription has.

    secrets: `whsec_` and the key in base64; while a receiver changes over, the new one and the former one.
    The receiver signs `id.time.body` likewise and compares with each.
    """
    seconds = str(int(now.timestamp()))
    known = {"webhook-id": message_id, "webhook-timestamp": seconds}
    signed = b".".join((message_id.encode(), seconds.encode(), body))
    signatures = [signature(secret, signed) for secret in secrets]
    return known | ({"webhook-signature": " ".join(signatures)} if signatures else {})


def signature(secret: str, signed: bytes) -> str:
    digest = hmac.new(b64decode(secret.removeprefix(PREFIX)), signed, sha256).digest()
    return f"v1,{b64encode(digest).decode()}"
