"""What is written back to a person's text: worded without ê, ç and ã where it is long, to fit one part of an SMS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.collector.channels.sms.conversation import Reply
from shared.catalogue import Touchpoint
from shared.languages import FIRST, base, frames
from shared.scales import Scale

LONGEST_OWNER = 40
"""Characters of a team's name: with more, the message would be charged twice."""


@dataclass(frozen=True)
class Frame:
    """The texts of one language. {low}, {high}: the ends of the scale; {owner}: who asks."""

    again: str
    again_thumbs: str
    help: str
    help_thumbs: str


@cache
def languages() -> dict[str, Frame]:
    """Read at the first reply."""
    return frames(Path(__file__).parent / "words.json", Frame)


def text_of(reply: Reply, scale: Scale, touchpoint: Touchpoint, lang: str) -> str:
    """The message in the language of the question, or in English."""
    frame = languages().get(base(lang), languages()[FIRST])
    text: str = getattr(frame, f"{reply}_thumbs" if scale.name == "thumbs" else reply)
    return text.format(low=scale.low, high=scale.high, owner=touchpoint.owner.name[:LONGEST_OWNER])
