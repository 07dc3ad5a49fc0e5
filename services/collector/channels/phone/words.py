"""What the flow says to the caller, in every language we speak."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.languages import FIRST, base, frames
from shared.scales import Scale


@dataclass(frozen=True)
class Frame:
    """The sentences of one language. {low}, {high}: the ends of the scale. nps, keys, thumbs: which keys to press."""

    thanks: str
    nps: str
    keys: str
    thumbs: str


@cache
def languages() -> dict[str, Frame]:
    """Read at the first call."""
    return frames(Path(__file__).parent / "words.json", Frame)


def frame_of(lang: str) -> Frame:
    """In the caller's language, or in English."""
    return languages().get(base(lang), languages()[FIRST])


def please(scale: Scale, lang: str) -> str:
    """Which keys there are to press."""
    frame = frame_of(lang)
    text = {"nps": frame.nps, "thumbs": frame.thumbs}.get(scale.name, frame.keys)
    return text.format(low=scale.low, high=scale.high)
