"""The words around the question, in every language the page speaks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from shared.languages import frames


@dataclass(frozen=True)
class Frame:
    """The words of one language. {low} and {high} stand for the ends of the scale, {owner} for the team's name.

    months: the names of the twelve, between blanks. date: a day, of {day}, {month} and {year}.
    """

    optional: str
    why: str
    send: str
    send_more: str
    choose: str
    choose_one: str
    call_back: str
    too_long: str
    out_of_date: str
    problem: str
    leave_empty: str
    leave_alone: str
    kept: str
    thanks_title: str
    thanks: str
    close: str
    more: str
    change: str
    changes_title: str
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
    months: str
    date: str

    def day(self, day: datetime.date) -> str:
        """The day as people write it."""
        return self.date.format(day=day.day, month=self.months.split()[day.month - 1], year=day.year)


FRAMES = frames(Path(__file__).parent / "words.json", Frame)
