"""The words around the question, in every language the page speaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.collector.languages import frames


@dataclass(frozen=True)
class Frame:
    """The words of one language. {low} and {high} stand for the ends of the scale, {owner} for the team's name."""

    optional: str
    why: str
    send: str
    choose: str
    too_long: str
    out_of_date: str
    problem: str
    leave_empty: str
    thanks_title: str
    thanks: str
    close: str
    answered_title: str
    answered: str
    gone_title: str
    gone: str
    paused_title: str
    paused: str
    unknown_title: str
    unknown: str
    refused_title: str
    refused: str
    large_title: str
    large: str
    unavailable_title: str
    unavailable: str
    privacy: str
    languages: str
    no: str
    yes: str


FRAMES = frames(Path(__file__).parent / "words.json", Frame)
