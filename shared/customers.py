"""What stands for a customer in answers, links and traces: a keyed hash of what they are named by, in one spelling.

Whoever sends answers may have nothing better to name a customer by than an address or a number, each typed in its own
way. Every service hashes it by this module, so that whoever is to be found again or erased is found. Pure, and quick
to load: answers are taken in by it.
"""

from __future__ import annotations

import re

from shared.codes import keyed_hash

ADDRESS = re.compile(r"[^@]+@[^@]+\.[^@]+")
SIGNS = re.compile(r"\(0\)|[\s().-]")
"""What is written between the digits of a number; `(0)` is dialled inside the country only."""
NUMBER = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")
PAIRS = re.compile(r"0[1-9]([ .-])[0-9]{2}(?:\1[0-9]{2}){3}")
"""As French numbers are written. Digits of other grouping may be anything's, and two of them are not made one."""


def customer_hash(secret: bytes, name: str) -> str:
    """What is kept of a customer's name: the same for the same customer, and of no use without the secret."""
    return keyed_hash(secret, "customer", one_spelling(name))


def one_spelling(name: str) -> str:
    """An e-mail address in small letters, `+` and digits of an international number; anything else as it is."""
    if ADDRESS.fullmatch(name):
        return name.strip().lower()
    text = name.strip()
    number = NUMBER.fullmatch(SIGNS.sub("", text))
    if number:
        return f"+{number[1]}"
    return SIGNS.sub("", text) if PAIRS.fullmatch(text) else name
