"""An owner's week in words, as its mail lays it out; and how shares are written in all messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.alerts.messages.words import Frame
from shared.catalogue import words
from shared.events import Share, WeekAlert, WeekCases, WeekChange, WeeklyEvent, WeekPromise, WeekTouchpoint

WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Remark:
    """How a touchpoint changed, or how its promise stands. is_bad: whether that is certainly no good news."""

    text: str
    is_bad: bool


@dataclass(frozen=True)
class Line:
    """A touchpoint in its week."""

    name: str
    link: str
    share: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Item:
    """Something to read on a page of its own. tag: what became of it; text: empty where the name says it all."""

    name: str
    link: str
    tag: str = ""
    text: str = ""


@dataclass(frozen=True)
class Week:
    """more: that there are further touchpoints; cases: how they stand; both empty where there is nothing to say."""

    title: str
    sentence: str
    lines: tuple[Line, ...]
    more: str
    alerts: tuple[Item, ...]
    first: tuple[Item, ...]
    cases: Item | None


def week_of(event: WeeklyEvent, frame: Frame, lang: str) -> Week:
    first, last = (f"{day:%d/%m}" if lang == "fr" else f"{day:%-d %b}" for day in (event.monday, event.monday + WEEK))
    return Week(
        title=frame.week_title.format(first=first, last=last),
        sentence=sentence(event, frame),
        lines=tuple(line(one, frame, lang) for one in event.touchpoints),
        more=frame.week_more.format(n=event.more_touchpoints) if event.more_touchpoints else "",
        alerts=tuple(alert(one, frame, lang) for one in event.alerts),
        first=tuple(Item(one_line(words(one.name, lang)), one.link) for one in event.first),
        cases=cases(event.cases, event.links["cases"], frame) if event.cases and event.cases.open else None,
    )


def sentence(event: WeeklyEvent, frame: Frame) -> str:
    """How much was answered where, and how much friction stands now."""
    standing = sum(one.news != "ended" for one in event.alerts)
    where = len(event.touchpoints) + event.more_touchpoints
    alerts = frame.week_alerts_none if not standing else frame.week_alerts_one if standing == 1 else frame.week_alerts
    return frame.week_sentence.format(
        answers=sum(one.share.n for one in event.touchpoints),
        touchpoints=(frame.week_answers_at_one if where == 1 else frame.week_answers_at).format(n=where),
        alerts=alerts.format(n=standing),
    )


def line(one: WeekTouchpoint, frame: Frame, lang: str) -> Line:
    remarks = [Remark(change(one.change, frame), one.change.verdict == "worse")] if one.change else []
    remarks += [Remark(promise(one.promise, frame), one.promise.kept == "broken")] if one.promise else []
    return Line(one_line(words(one.name, lang)), one.link, share(one.share, frame, "drop"), tuple(remarks))


def change(one: WeekChange, frame: Frame) -> str:
    value, low, high = (round(100 * part) for part in (one.value, one.low, one.high))
    said: str = getattr(frame, f"week_{one.verdict}")
    return said.format(change=frame.week_change.format(value=value, low=low, high=high)).replace("-", "\N{MINUS SIGN}")


def promise(one: WeekPromise, frame: Frame) -> str:
    said: str = getattr(frame, f"week_{one.kept}")
    return said.format(bad=round(100 * one.bad_at_most))


def alert(one: WeekAlert, frame: Frame, lang: str) -> Item:
    tag: str = getattr(frame, f"week_{one.news}")
    return Item(one_line(words(one.name, lang)), one.link, tag, words(one.sentence, lang))


def cases(found: WeekCases, link: str, frame: Frame) -> Item:
    said = [frame.week_cases_open.format(open=found.open)]
    said += [frame.week_cases_overdue.format(overdue=found.overdue)] if found.overdue else []
    return Item(", ".join(said), link)


def worded(frame: Frame, what: str, kind: str) -> str:
    """The kind's own words for it, or those for all kinds."""
    own: str = getattr(frame, f"{what}_{kind}", "") or getattr(frame, what)
    return own


def share(share: Share, frame: Frame, kind: str) -> str:
    """`19 % bad (12–28 %, 240 answers)`."""
    value = share.bad / share.n if share.n else 0.0
    low, high, bad = (round(100 * one) for one in (share.low, share.high, value))
    return worded(frame, "share", kind).format(bad=bad, low=low, high=high, n=share.n)


def one_line(text: str) -> str:
    return " ".join(text.split())
