"""The words around the question in every language we write, and which of them a person gets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared import languages
from shared.catalogue import Survey
from shared.languages import FIRST, base


@dataclass(frozen=True)
class Frame:
    """The words of one language. {owner}, {question}, {where}, {how}, {url}, {low} and {high} are filled in."""

    subject: str
    preheader: str
    choose: str
    reminder: str
    why: str
    your_choice: str
    team: str
    yes: str
    no: str
    sms: str
    sms_reply: str
    sms_yes_no: str
    sms_remind: str
    reply_subject: str
    reply_why: str


@cache
def frames() -> dict[str, Frame]:
    return languages.frames(Path(__file__).parent / "words.json", Frame)


def frame(lang: str) -> Frame:
    """The words of that language; of English where the survey has a language that we do not write."""
    return frames().get(base(lang), frames()[FIRST])


def language(locale: str | None, survey: Survey) -> str:
    """The survey's language for a person: their own where it has it, else English, else its first."""
    wanted = [locale.replace("_", "-"), base(locale)] if locale else []
    spoken = survey.languages
    return next((one for one in [*wanted, FIRST] if one in spoken), spoken[0] if spoken else FIRST)
