"""Random codes and keyed hashes: what may stand in a link, and what is kept of it."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LINK_LENGTH = 16
"""95 bits: nobody finds a live link by trying."""
SMS_LENGTH = 11
"""65 bits, in text messages, where every character is paid for: trying a thousand times a second for a century finds
one of ten million live links."""


def random_code(random_bytes: Callable[[int], bytes], length: int = LINK_LENGTH) -> str:
    """A code of base-62 characters, each equally likely. random_bytes: from the system's source."""
    code = ""
    while len(code) < length:
        code += "".join(ALPHABET[byte % 62] for byte in random_bytes(length) if byte < 248)
    return code[:length]


def printed_code(code: str) -> str:
    """A random code as a printed square has it: 16 characters of A-Z2-7, 80 bits, the same for the same code.

    Upper case alone makes the square coarser, so that it is read from further away; 0, 1 and 8 are not in it.
    """
    return base64.b32encode(sha256(code.encode()).digest()[:10]).decode()


def keyed_hash(secret: bytes, purpose: str, value: str) -> str:
    """128 bits of HMAC-SHA256, in hex. purpose keeps one use's hashes from serving another's."""
    return hmac.new(secret, f"{purpose}:{value}".encode(), sha256).hexdigest()[:32]


def keyed_code(secret: bytes, purpose: str, value: str, length: int = LINK_LENGTH) -> str:
    """A base-62 code made from the value: the same for the same one, and found by nobody without the secret."""
    number, code = int(keyed_hash(secret, purpose, value), 16), ""
    while len(code) < length:
        number, digit = divmod(number, len(ALPHABET))
        code += ALPHABET[digit]
    return code
