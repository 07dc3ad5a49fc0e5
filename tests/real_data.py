"""Real files that are too large, or not ours, to stand in the repository; tests on them skip where they are absent.

REAL_DATA names their folder; without it they are looked for in `shared/data` beside the checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ.get("REAL_DATA") or Path(__file__).parents[2] / "shared/data")
SURGERIES = FOLDER / "gp_surgeries/responses.csv"
GARDENS = FOLDER / "garden_centre/nps_latin1_original.csv"
NAUGHTY_STRINGS = FOLDER / "robustness/blns/blns.json"
XSS_PAYLOADS = FOLDER / "robustness/xss/xss-payload-list.txt"
