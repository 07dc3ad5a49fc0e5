"""Signed short tokens: what somebody may do until when, said by the token itself; nothing is kept of it.

A token is base64url, without padding, of
    5 bytes   when it expires, unix seconds
    n bytes   its fields, as JSON
    12 bytes  HMAC-SHA256 of all before, cut to 96 bits, under the key of its purpose

It is signed, not hidden: whoever holds it can read its fields, so they carry keyed hashes and never a person's data.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from shared.errors import Refused
from shared.times import from_unix

EXPIRY_BYTES = 5
TAG_BYTES = 12
"""96 bits: a forger who tries a billion times a second needs longer than the age of the universe."""
SHORTEST = EXPIRY_BYTES + len("{}") + TAG_BYTES
LONGEST = 2000
SPELLED = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST}}}")


class TokenRefused(Refused):
    """Not ours, for another purpose, or changed on its way; which of them is not told."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "token_refused"
    title: ClassVar[str] = "This token is not valid here"


class TokenExpired(TokenRefused):
    """It was good once."""

    code: ClassVar[str] = "token_expired"
    title: ClassVar[str] = "This token has expired"


def mint(secret: bytes, purpose: str, fields: Mapping[str, str], expires_at: datetime) -> str:
    """A token that says these fields, good until just before `expires_at` (aware; fractions of a second are cut off).

    purpose: what it is for; a token of one purpose is refused for any other. fields: no personal data.
    Raises ValueError for a naive time, and where the token would have more than 2,000 characters.
    """
    if expires_at.tzinfo is None:
        raise ValueError("a token expires at an aware time")
    said = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    signed = int(expires_at.timestamp()).to_bytes(EXPIRY_BYTES, "big") + said
    token = spelled(signed + tag(secret, purpose, signed))
    if len(token) > LONGEST:
        raise ValueError(f"a token has at most {LONGEST} characters")
    return token


def read(secret: bytes, purpose: str, token: str, now: datetime) -> dict[str, str]:
    """The fields of a token of ours. now: aware. Raises TokenRefused, or TokenExpired from `expires_at` on."""
    content = meant(token)
    signed, seal = content[:-TAG_BYTES], content[-TAG_BYTES:]
    if len(content) < SHORTEST or not hmac.compare_digest(seal, tag(secret, purpose, signed)):
        raise TokenRefused()
    if now >= from_unix(int.from_bytes(signed[:EXPIRY_BYTES], "big")):
        raise TokenExpired()
    fields: dict[str, str] = json.loads(signed[EXPIRY_BYTES:])
    return fields


def ends(token: str) -> datetime:
    """When a token of ours expires, to the second; it says so itself, so only of what `read` took is it true."""
    return from_unix(int.from_bytes(meant(token)[:EXPIRY_BYTES], "big"))


def tag(secret: bytes, purpose: str, signed: bytes) -> bytes:
    """The seal, under a key of the purpose's own: no text of one purpose can pass for one of another."""
    key = hmac.new(secret, b"token:" + purpose.encode(), sha256).digest()
    return hmac.new(key, signed, sha256).digest()[:TAG_BYTES]


def spelled(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def meant(token: str) -> bytes:
    """The bytes that a token spells. Raises TokenRefused for any spelling but the one that we write.

    Base64 leaves the last character some bits that mean nothing; two texts would else be the same token.
    """
    if not SPELLED.fullmatch(token):
        raise TokenRefused()
    try:
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise TokenRefused() from None
    if spelled(content) != token:
        raise TokenRefused()
    return content
