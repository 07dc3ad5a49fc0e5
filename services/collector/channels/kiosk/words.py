"""The words around the question on a kiosk, in every language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.languages import frames


@dataclass(frozen=True)
class Frame:
    """The words of one language. {n} stands for a number of answers."""

    thanks_title: str
    thanks: str
    waiting: str
    gone_title: str
    gone: str
    kept: str
    paused_title: str
    paused: str
    script: str
    languages: str


FRAMES = frames(Path(__file__).parent / "words.json", Frame)
