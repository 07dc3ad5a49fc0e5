"""How grave an alert is: the one word of events that everybody who reads the journey needs, apart from the events."""

from __future__ import annotations

from typing import Literal

Severity = Literal["low", "medium", "high"]
