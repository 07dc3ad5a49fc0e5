"""The words of the front line's form, in every language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.languages import frames


@dataclass(frozen=True)
class Frame:
    """The words of one language. {place} stands for the link's label."""

    title: str
    by: str
    noted: str
    known: str
    how: str
    agent: str
    paper: str
    asked: str
    words: str
    names: str
    when: str
    day: str
    clock: str
    now: str
    spoke: str
    send: str
    choose_how: str
    wrong_day: str


FRAMES = frames(Path(__file__).parent / "words.json", Frame)
