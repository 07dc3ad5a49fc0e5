"""The widget's own words, in every language it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.languages import frames


@dataclass(frozen=True)
class Frame:
    """The words of one language."""

    why: str
    send: str
    close: str
    thanks: str
    arrived: str
    failed: str
    no: str
    yes: str


FRAMES = frames(Path(__file__).parent / "words.json", Frame)
