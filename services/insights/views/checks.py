"""A check over HTTP: the verdict in words, and all that it rests on."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from services.insights.domain.check import METHOD, Expected, Regained
from services.insights.domain.check_words import LANGUAGES, sentences
from services.insights.usecases.checking import Checked
from shared.events import Share


class DaysView(BaseModel):
    """Whole days, UTC, both ends included."""

    first: date
    last: date


class ExpectedView(BaseModel):
    """A share that was to be expected, with its 95 % interval, 0 to 1."""

    share: float
    low: float
    high: float


class RegainedView(BaseModel):
    """Which part of the rise was undone, with its 95 % interval; 1 is all of it."""

    part: float
    low: float
    high: float


class ElsewhereView(BaseModel):
    """The touchpoints that it is compared with, together. touchpoints: how many they are."""

    touchpoints: int
    before: Share | None = None
    after: Share | None = None


class CheckView(BaseModel):
    """Did it work? verdict: worked, worse, not_shown, too_early, too_close, alone, over, other_kind.

    usual, before, after: shares of bad answers before the friction, before the remedy and since. expected: what they
    would be now without the remedy; usually: without friction. chance: of such a fall, had the remedy changed nothing.
    """

    alert_id: str
    remedy_id: str
    on: date
    method: str
    verdict: str
    sentence: dict[str, str]
    usual_days: DaysView | None = None
    before_days: DaysView | None = None
    after_days: DaysView | None = None
    usual: Share | None = None
    before: Share | None = None
    after: Share | None = None
    expected: ExpectedView | None = None
    usually: ExpectedView | None = None
    chance: float | None = None
    regained: RegainedView | None = None
    elsewhere: ElsewhereView


def check_view(checked: Checked) -> CheckView:
    """The check as the API says it; shares with four decimals."""
    found, spans = checked.findings, checked.findings.spans
    before = spans and (spans.alarm if found.is_alarms else spans.fresh)
    return CheckView(
        alert_id=checked.event.alert_id,
        remedy_id=checked.remedy.remedy_id,
        on=checked.remedy.on,
        method=METHOD,
        verdict=found.verdict,
        sentence={lang: " ".join(sentences(found, lang)) for lang in LANGUAGES},
        usual_days=days(spans.usual) if spans and found.usual else None,
        before_days=days(before) if before and found.before else None,
        after_days=days(spans.after) if spans and found.after else None,
        usual=rounded(found.usual),
        before=rounded(found.before),
        after=rounded(found.after),
        expected=expected(found.expected),
        usually=expected(found.usually),
        chance=found.chance and round(found.chance, 6),
        regained=regained(found.regained),
        elsewhere=ElsewhereView(
            touchpoints=found.comparisons, before=rounded(found.elsewhere_before), after=rounded(found.elsewhere_after)
        ),
    )


def days(span: tuple[date, date]) -> DaysView | None:
    """None where there are none: of staff a span may have no whole week."""
    return DaysView(first=span[0], last=span[1]) if span[0] <= span[1] else None


def rounded(share: Share | None) -> Share | None:
    return share and share.model_copy(update={"low": round(share.low, 4), "high": round(share.high, 4)})


def expected(found: Expected | None) -> ExpectedView | None:
    if found is None:
        return None
    return ExpectedView(share=round(found.share, 4), low=round(found.low, 4), high=round(found.high, 4))


def regained(found: Regained | None) -> RegainedView | None:
    if found is None:
        return None
    return RegainedView(part=round(found.part, 4), low=round(found.low, 4), high=round(found.high, 4))
