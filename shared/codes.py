"""Random codes and keyed hashes: what may stand in a link, and what is kept of it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LINK_LENGTH = 16
"""95 bits: nobody finds a live link by trying."""


def random_code(random_bytes: Callable[[int], bytes], length: int = LINK_LENGTH) -> str:
    """A code of base-62 characters, each equally likely. random_bytes: from the system's source."""
    code = ""
    while len(code) < length:
        code += "".join(ALPHABET[byte % 62] for byte in random_bytes(length) if byte < 248)
    return code[:length]


def keyed_hash(secret: bytes, purpose: str, value: str) -> str:
    """128 bits of HMAC-SHA256, in hex. purpose keeps one use's hashes from serving another's."""
    return hmac.new(secret, f"{purpose}:{value}".encode(), sha256).hexdigest()[:32]
