"""What a message asks, and of whom: all that its words are made of."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from services.invitations.messages.words import Frame, frame
from shared.catalogue import Survey, Touchpoint, words

SCORE = "s"
"""The name, in a link's address, of the score that the page shows chosen."""
TRAP = "skip"
"""And of what tells the page that a program followed the link which no person sees."""


@dataclass(frozen=True)
class Asked:
    """One message to come. lang: one of the survey's. number: 1 the invitation, 2 the reminder.

    url: of the page with the question; preferences_url: where people say how often they wish to be asked.
    """

    touchpoint: Touchpoint
    lang: str
    number: int
    url: str
    preferences_url: str

    @property
    def survey(self) -> Survey:
        return self.touchpoint.survey

    @property
    def frame(self) -> Frame:
        return frame(self.lang)

    @property
    def question(self) -> str:
        return line(words(self.survey.question, self.lang))

    @property
    def invite(self) -> str:
        """The touchpoint's own line above the question; empty where it has none."""
        return line(words(self.touchpoint.invite, self.lang))

    @property
    def owner(self) -> str:
        return line(self.touchpoint.owner.name)

    @property
    def where(self) -> str:
        return line(self.touchpoint.named(self.lang))

    @property
    def choose_url(self) -> str:
        """The page of preferences, in the message's language."""
        return f"{self.preferences_url}?{urlencode({'lang': self.lang})}"

    def link(self, score: int | None = None) -> str:
        """The page's address, with that score chosen. Opening it records nothing."""
        chosen = {} if score is None else {SCORE: score}
        return f"{self.url}?{urlencode({**chosen, 'lang': self.lang})}"

    @property
    def trap(self) -> str:
        """Where only programs go that open every link: no movement on the page is taken for a person's any more."""
        return f"{self.url}?{urlencode({TRAP: 1})}"

    def end(self, score: int) -> str:
        """What the survey calls the lowest or the highest score; empty where it says nothing."""
        measure = self.survey.measure
        labels = {measure.low: self.survey.low_label, measure.high: self.survey.high_label}
        return line(words(labels.get(score, {}), self.lang))

    def choices(self) -> list[Choice]:
        """The scores from bad to good, as they are shown and told."""
        measure = self.survey.measure
        return [self.choice(score, measure.name) for score in range(measure.low, measure.high + 1)]

    def choice(self, score: int, scale: str) -> Choice:
        """One score. Yes and no are words; stars are told as such; the ends of other scales have their label."""
        if scale == "thumbs":
            return Choice(score, self.end(score) or (self.frame.no, self.frame.yes)[score], self.link(score), "")
        shown = f"{score} ★" if scale == "stars" else str(score)
        return Choice(score, shown, self.link(score), self.end(score))


@dataclass(frozen=True)
class Choice:
    """One score to choose. text: what is seen; label: what it means, where the survey says so."""

    score: int
    text: str
    url: str
    label: str


def line(text: str) -> str:
    """The text as one line, without what no reader sees: nothing in it can start a header or a line of its own."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
