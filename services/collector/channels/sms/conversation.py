"""What one person's texts to one question come to, whichever way they arrive. Pure.

Texts come at least once and in any order. A conversation is the set of those that were heard, by their ids; what
it says is read from them in the order of the times at which they were published (then of their ids). So a text
that comes twice changes nothing, and one that comes late changes only what it would have changed in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.collector.channels.sms.reading import Answered, Reading, Unclear, Wish
from services.collector.domain.responses import MAY_CHANGE_FOR

Kind = Literal["answer", "words", "unclear", "stop", "start", "help"]
Reply = Literal["again", "help"]
MOST_TEXTS = 50
"""Heard of one conversation. Nobody writes more to one question."""
LONGEST_COMMENT = 4000


@dataclass(frozen=True)
class Heard:
    """One text. at: when it was published, aware UTC. score: of an answer. words: a comment, or a part of one.

    is_first: whether the text begins with its score; only such a text changes a score given before.
    """

    at: datetime
    kind: Kind
    score: int | None = None
    words: str | None = None
    is_first: bool = True


@dataclass(frozen=True)
class Outcome:
    """The answer that a conversation comes to. at: the time of its first score."""

    score: int
    comment: str | None
    at: datetime


@dataclass(frozen=True)
class Conversation:
    """heard: the texts by their ids. replied: what we wrote back, once each. stored: the outcome that was stored.

    customer: keyed hash of whose it is; version: of what stands in the table; 0 where nothing does.
    """

    invitation_id: str
    heard: Mapping[str, Heard] = field(default_factory=dict)
    replied: frozenset[Reply] = frozenset()
    stored: Outcome | None = None
    customer: str | None = None
    version: int = 0

    @property
    def in_order(self) -> list[Heard]:
        return [self.heard[name] for name in sorted(self.heard, key=lambda name: (self.heard[name].at, name))]

    def with_text(self, text_id: str, heard: Heard) -> Conversation:
        """The conversation with that text; as it is where the text was heard before, or there are too many."""
        if text_id in self.heard or len(self.heard) >= MOST_TEXTS:
            return self
        return replace(self, heard={**self.heard, text_id: heard})

    @property
    def outcome(self) -> Outcome | None:
        """The last score that came within the hour in which an answer may change, and all that was said till then."""
        answers = [text for text in self.in_order if text.kind == "answer"]
        if not answers:
            return None
        until = answers[0].at + MAY_CHANGE_FOR
        counted = [text for text in self.in_order if text.at < until]
        last = [answers[0], *(text for text in counted if text in answers[1:] and text.is_first)][-1]
        words = "\n".join(text.words for text in counted if text.words)[:LONGEST_COMMENT]
        assert last.score is not None, "an answer has a score"
        return Outcome(last.score, words or None, answers[0].at)

    @property
    def is_stopped(self) -> bool:
        """Whether the person wants no more texts."""
        wishes = [text.kind for text in self.in_order if text.kind in ("stop", "start")]
        return bool(wishes) and wishes[-1] == "stop"

    def reply_to(self, heard: Heard) -> Reply | None:
        """What is to be written back to that text; each kind once, nothing after STOP."""
        if self.is_stopped:
            return None
        if heard.kind == "help":
            return "help" if "help" not in self.replied else None
        if heard.kind not in ("words", "unclear") or self.outcome is not None:
            return None
        return "again" if "again" not in self.replied else None


def heard_of(reading: Reading, at: datetime) -> Heard:
    """What is kept of a text: its meaning, and the person's words where they may be a comment."""
    match reading:
        case Answered():
            return Heard(at, "answer", reading.score, reading.comment, reading.is_first)
        case Wish():
            return Heard(at, reading.kind)
        case Unclear():
            return Heard(at, "words" if reading.words else "unclear", words=reading.words)
