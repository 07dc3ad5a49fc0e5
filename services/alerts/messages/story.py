"""What a message says, whichever way it goes: made once, then laid out as a mail, a Slack post, a card or a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.alerts.domain.deliveries import Delivery
from services.alerts.messages.week import Week, one_line, share, week_of, worded
from services.alerts.messages.words import SAID, Frame, language
from shared.catalogue import words
from shared.events import (
    WEEKLY,
    AlertEvent,
    CaseEvent,
    CausesRead,
    ExcessSegment,
    ExcessWord,
    Money,
    OutreachEvent,
    PingEvent,
    Told,
    WeeklyEvent,
)
from shared.pages.formats import moment
from shared.receivers import Receiver

TOGETHER = timedelta(hours=2)
"""Changes that began within this of each other may have one cause."""
MOST_COMMENTS = 3
MOST_CAUSES = 3
Manage = Callable[[str, Receiver], str]
"""Gives the address where a receiver acts on an alert: (alert_id, receiver)."""


@dataclass(frozen=True)
class Piece:
    """One alert, one case, a week or a test, in a message. facts: name and value; manage: where it is acted on.

    page: what its one button says where it is no alert's. week: as a mail lays it out, instead of the facts.
    """

    event: Told
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    causes: tuple[str, ...]
    comments: tuple[str, ...]
    manage: str
    is_open: bool
    page: str = ""
    week: Week | None = None

    @property
    def is_case(self) -> bool:
        return isinstance(self.event, CaseEvent)


@dataclass(frozen=True)
class Story:
    """A whole message. cause: what several alerts have in common, empty where nothing; why: why it is sent.

    unsubscribe: where a mail that comes regularly is stopped; empty of others.
    """

    lang: str
    title: str
    cause: str
    pieces: tuple[Piece, ...]
    why: str
    frame: Frame
    unsubscribe: str = ""


def story(delivery: Delivery, manage: Manage) -> Story:
    """The message of a delivery, in its subscription's language, or else in English."""
    lang = language(delivery.lang)
    frame = SAID[lang]
    pieces = tuple(piece_of(event, frame, lang, delivery.receiver, manage) for event in delivery.news)
    title, subscription = title_of(pieces, frame, lang), delivery.subscription
    if any(isinstance(event, WeeklyEvent) for event in delivery.news):
        why = frame.week_why.format(owner=delivery.owner, subscription=subscription)
        return Story(lang, title, "", pieces, why, frame, manage(WEEKLY, delivery.receiver) + "/weekly")
    reason = getattr(frame, f"because_{delivery.because}")
    why = frame.why.format(reason=reason.format(owner=delivery.owner), subscription=subscription)
    return Story(lang, title, cause(delivery.news, frame), pieces, why, frame)


def piece_of(event: Told, frame: Frame, lang: str, receiver: Receiver, manage: Manage) -> Piece:
    if isinstance(event, CaseEvent):
        return case_piece(event, frame, lang)
    if isinstance(event, PingEvent):
        return ping_piece(event, frame)
    if isinstance(event, WeeklyEvent):
        return week_piece(event, frame, lang)
    if isinstance(event, OutreachEvent):
        return outreach_piece(event, frame, lang)
    return piece(event, frame, lang, manage(event.alert_id, receiver))


def case_piece(event: CaseEvent, frame: Frame, lang: str) -> Piece:
    """What is said of a case: that it is there, why, and until when. Who it is stands on its page only."""
    name, due = one_line(words(event.touchpoint_name, lang)), moment(event.due_at, lang)
    sentence = frame.case_late if event.state == "overdue" else frame.case_sentence
    reasons = ", ".join(getattr(frame, f"reason_{reason}") for reason in event.reasons)
    return Piece(
        event=event,
        title=getattr(frame, f"case_{event.state}").format(name=name),
        sentence=sentence.format(name=name, due=due),
        facts=((frame.case_because, reasons), (frame.case_due, due)),
        causes=(),
        comments=(),
        manage=event.links["page"],
        is_open=True,
        page=frame.case_open,
    )


def ping_piece(event: PingEvent, frame: Frame) -> Piece:
    """What a test says: that it arrived, and who asked for it."""
    facts = ((frame.ping_to, event.subscription), (frame.ping_by, event.asked_by))
    manage = event.links["page"]
    return Piece(event, frame.ping, frame.ping_sentence, facts, (), (), manage, is_open=False, page=frame.ping_open)


def week_piece(event: WeeklyEvent, frame: Frame, lang: str) -> Piece:
    """An owner's week: laid out by a mail, and as facts by every other way."""
    week = week_of(event, frame, lang)
    facts = tuple((line.name, " · ".join([line.share, *(one.text for one in line.remarks)])) for line in week.lines)
    is_standing = any(one.news != "ended" for one in event.alerts)
    return Piece(
        event, week.title, week.sentence, facts, (), (), event.links["page"], is_standing, frame.week_open, week
    )


def outreach_piece(event: OutreachEvent, frame: Frame, lang: str) -> Piece:
    """How many may be turned to; who they are stands on the page only."""
    name = one_line(words(event.touchpoint_name, lang))
    sentence = frame.outreach_sentence.format(name=name, people=event.people, passed=event.passed)
    facts = ((frame.outreach_people, str(event.people)), (frame.outreach_passed, str(event.passed)))
    title, page = frame.outreach.format(n=event.people, name=name), event.links["page"]
    return Piece(event, title, sentence, facts, (), (), page, True, frame.outreach_open)


def title_of(pieces: Sequence[Piece], frame: Frame, lang: str) -> str:
    """The subject: of one piece its own; of several how many there are of each kind of news.

    A place counts once, in however many ways its friction is seen: a drop, a promise not kept, the staff.
    """
    if len(pieces) == 1:
        return pieces[0].title
    alerts = [one for one in pieces if not one.is_case]
    if len(alerts) < len(pieces):
        several = frame.cases.format(n=len(pieces) - len(alerts))
        return f"{title_of(alerts, frame, lang)} · {several}" if alerts else several
    began = [one.event for one in pieces if one.event.state == "raised"]
    if len(began) < len(pieces):
        said = (frame.digest_none, frame.digest_one, frame.digest)[min(len(began), 2)]
        return said.format(n=len(pieces), began=len(began))
    places = {event.touchpoint: event.touchpoint_name for event in began if isinstance(event, AlertEvent)}
    if len(places) == 1:
        [name] = places.values()
        return frame.same_place.format(name=one_line(words(name, lang)), n=len(began))
    return frame.several.format(n=len(places))


def piece(event: AlertEvent, frame: Frame, lang: str, manage: str) -> Piece:
    """What is said of one alert. manage: the address where it is acted on."""
    outcome = "adopted" if event.resolved_because == "adopted" else event.state
    name = one_line(words(event.touchpoint_name, lang))
    return Piece(
        event=event,
        title=worded(frame, outcome, event.kind).format(name=name),
        sentence=words(event.sentence, lang),
        facts=tuple(facts(event, frame, lang)),
        causes=tuple(causes(event, frame)),
        comments=tuple(one_line(comment) for comment in event.sample_comments[:MOST_COMMENTS]),
        manage=manage,
        is_open=event.state == "raised",
    )


def facts(event: AlertEvent, frame: Frame, lang: str) -> Iterator[tuple[str, str]]:
    """What is known in figures; a promise is held against its target, a hand-off against the others."""
    if event.kind == "promise":
        yield frame.promised, frame.at_most.format(bad=round(100 * event.before.high))
    else:
        yield frame.before, share(event.before, frame, event.kind)
    yield frame.after, share(event.after, frame, event.kind)
    if event.otherwise:
        yield frame.otherwise, share(event.otherwise, frame, event.kind)
    if event.value_at_risk:
        yield frame.value_at_risk, money(event.value_at_risk, frame)
    if event.resolved_at:
        yield frame.ended, moment(event.resolved_at, lang)


def money(value: Money, frame: Frame) -> str:
    """`4,200 EUR (1,900 to 6,500), if …`: the amount with its interval, and what it takes for granted."""
    amount, low, high = (f"{part:,.0f}".replace(",", frame.thousands) for part in (value.amount, value.low, value.high))
    return frame.value.format(amount=amount, low=low, high=high, currency=value.currency)


def causes(event: AlertEvent, frame: Frame) -> list[str]:
    """What is seen more often since the change, in words, with the counts on both sides."""
    found = event.causes
    segments = [segment(one, frame) for one in found.segments[:MOST_CAUSES]]
    return [*segments, *(word(one, found.read, frame) for one in found.words[:MOST_CAUSES])]


def segment(one: ExcessSegment, frame: Frame) -> str:
    """`browser: Safari (46% bad of 120, 5% before)`."""
    bad, before = (round(100 * part.bad / part.n) if part.n else None for part in (one.after, one.before))
    wording = frame.segment_new if before is None else frame.segment_since
    return wording.format(name=one.attribute, value=one_line(one.value), bad=bad, n=one.after.n, before=before)


def word(one: ExcessWord, read: CausesRead | None, frame: Frame) -> str:
    """`“late delivery” (11 of 35 comments, 0 of 57 before)`."""
    if read is None:
        return frame.word.format(text=one.text, n=one.after)
    of, of_before = read.comments_after, read.comments_before
    return frame.word_since.format(text=one.text, n=one.after, of=of, before=one.before, of_before=of_before)


def cause(news: Sequence[Told], frame: Frame) -> str:
    """What alerts that began together have in common: a segment, else a word, else at least the time.

    Of several causes the one that most of them have; where not all have it, how many do.
    """
    began = [event for event in news if isinstance(event, AlertEvent) and event.state == "raised"]
    if len(began) < 2:
        return ""
    counted = Counter(sign for event in began for sign in signs(event, frame))
    shared = [(-n, is_word, named) for (is_word, named), n in counted.items() if n > 1]
    if shared:
        less, _, named = min(shared)
        said = frame.common if -less == len(began) else frame.common_some
        return said.format(cause=named, n=-less, total=len(began))
    starts = [event.change_started_at for event in began]
    return frame.same_time if max(starts) - min(starts) <= TOGETHER else ""


def signs(event: AlertEvent, frame: Frame) -> set[tuple[bool, str]]:
    """An alert's causes, named: whether it is a word, which says less than a segment, and its name."""
    values = ((one.attribute, one_line(one.value)) for one in event.causes.segments)
    segments = {(False, frame.segment.format(name=name, value=value)) for name, value in values}
    return segments | {(True, frame.quoted.format(text=one.text)) for one in event.causes.words}
