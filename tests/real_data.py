"""Real files that are too large, or not ours, to stand in the repository.

REAL_DATA names their folder; without it they are looked for in `shared/data` beside the checkout. Where they are
absent, tests that need them skip, and those that guard against nasty texts go by our own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDER = Path(os.environ.get("REAL_DATA") or Path(__file__).parents[2] / "shared/data")
SURGERIES = FOLDER / "gp_surgeries/responses.csv"
GARDENS = FOLDER / "garden_centre/nps_latin1_original.csv"
NAUGHTY_STRINGS = FOLDER / "robustness/blns/blns.json"
XSS_PAYLOADS = FOLDER / "robustness/xss/xss-payload-list.txt"
ISEMAIL = FOLDER / "robustness/isemail"
PHONE_NUMBERS = FOLDER / "robustness/phone/example_numbers_all_regions.json"
PHONE_METADATA = FOLDER / "robustness/phone/PhoneNumberMetadataForTesting.xml"
CSV_PAYLOADS = FOLDER / "robustness/csv_injection/csv-payload.txt"
NASTY = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><b>", "{{ 7 * 7 }}", "‮", "=1+1"]
"""Our own, tried with the lists, or alone where they are absent."""


def naughty_texts() -> list[str]:
    """Ours, and every text of the lists that broke other people's programs."""
    texts = NASTY + (json.loads(NAUGHTY_STRINGS.read_text(encoding="utf-8")) if NAUGHTY_STRINGS.exists() else [])
    for place in (XSS_PAYLOADS, CSV_PAYLOADS):
        texts += place.read_text(encoding="utf-8", errors="replace").split("\n") if place.exists() else []
    texts += [sign + text for text in ("cmd|' /C calc'!A0", "SUM(1+1)") for sign in "=+-@\t\r"]
    return [text for text in dict.fromkeys(texts) if as_typed(text).strip()]


def as_typed(text: str) -> str:
    """The text as a browser's form and our reader of it leave it: without NUL, and with plain line ends."""
    return text.replace("\0", "").replace("\r\n", "\n")
