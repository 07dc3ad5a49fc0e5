"""Did what was done about an alert work? Its answers before and after, against touchpoints where nothing was done.

An alert is raised at a bad moment, so the answers that raised it look worse than the truth, and any later ones better:
regression to the mean. Three things are done about it. The level before the remedy is that of the days *after* the
alert was raised, which nobody picked; where there are too few of them, the level that the alert itself measured, with
its interval for just that (Siegmund 1978; see the aggregator's `interval`). The days before the friction began, which
nobody picked either, say how much was regained. And the day on which something was done belongs to no side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import Literal

from services.insights.domain import comparing, levels
from services.insights.domain.comparing import LEAST_COMPARISONS, Drift, Effect, Shift
from services.insights.domain.levels import Count, Level, Wandering
from services.insights.domain.student import quantile
from services.insights.domain.voices import whole_weeks
from shared.events import AlertEvent, Share
from shared.metrics import Z95, wilson

METHOD = "difference-in-differences/1"
CHECKED = ("drop", "staff", "promise")
"""Kinds of alerts that are about bad answers."""
DAY = timedelta(days=1)
LONGEST = timedelta(days=28)
"""Of each span: four whole weeks."""
SHORTEST = timedelta(days=7)
"""Of the days with which the alarm's level is compared elsewhere, so that there is one."""
Verdict = Literal["worked", "worse", "not_shown", "too_early", "too_close", "alone", "over", "other_kind"]
Span = tuple[date, date]


@dataclass(frozen=True)
class Spans:
    """The whole days that are compared, both ends included; a span that ends before it begins has none.

    usual: before the friction began; alarm: in which the alert measured the friction; fresh: since it was raised, up
    to the remedy; after: since.
    """

    usual: Span
    alarm: Span
    fresh: Span
    after: Span


@dataclass(frozen=True)
class Compared:
    """A touchpoint where nothing was done and nothing was wrong, by its days."""

    touchpoint: str
    counts: Sequence[Count]


@dataclass(frozen=True)
class Expected:
    """What a level would have come to by itself, with its 95 % interval, 0 to 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Regained:
    """Which part of the rise was undone, with its 95 % interval: 1 is all of it; beyond 1 it is better than before."""

    part: float
    low: float
    high: float


@dataclass(frozen=True)
class Findings:
    """What a check found. usual, before, after: None where there are too few days or answers to speak of a level.

    is_alarms: the level before is what the alert measured, as there were too few days between it and the remedy.
    is_weekly: the answers are staff's, of whom only whole weeks are compared.
    expected: where the level before the remedy would stand now; usually: where that before the friction would.
    chance: of a fall at least as large had the remedy changed nothing. comparisons: how many touchpoints, and what
    their answers were in the same days, together.
    """

    verdict: Verdict
    spans: Spans | None = None
    usual: Share | None = None
    before: Share | None = None
    after: Share | None = None
    is_alarms: bool = False
    is_weekly: bool = False
    expected: Expected | None = None
    usually: Expected | None = None
    chance: float | None = None
    regained: Regained | None = None
    comparisons: int = 0
    elsewhere_before: Share | None = None
    elsewhere_after: Share | None = None


def spans_of(event: AlertEvent, since: date | None, on: date, until: date) -> Spans:
    """Which days a check compares.

    on: the day of the remedy; since: that of the one before it about the same alert, None where it is the first;
    until: the last whole day there is, or the one before the next remedy.
    """
    began, raised, last = event.change_started_at.date(), event.raised_at.date(), on - DAY
    return Spans(
        usual=(began - LONGEST - DAY, began - 2 * DAY),
        alarm=(min(began, raised - SHORTEST + DAY), min(raised, last)),
        fresh=(max(raised + DAY, on - LONGEST, since + DAY if since else date.min), last),
        after=(on + DAY, min(on + LONGEST, until)),
    )


def in_weeks(spans: Spans, today: date) -> Spans:
    """The spans narrowed to whole weeks, Monday to Sunday, that are over.

    What two checks of staff differ by, on following days or of remedies on neighbouring days, is then no single day.
    """
    each = (spans.usual, spans.alarm, spans.fresh, spans.after)
    return Spans(*(whole_weeks(*span, today) for span in each))


def within(counts: Sequence[Count], span: Span) -> list[Count]:
    return [count for count in counts if span[0] <= count.day <= span[1]]


def refusal(event: AlertEvent, on: date) -> Verdict | None:
    """Why there is nothing to check; None where there is."""
    if event.kind not in CHECKED:
        return "other_kind"
    is_over = event.state == "withdrawn" or (event.resolved_at is not None and event.resolved_at.date() < on)
    return "over" if is_over else None


def check(
    event: AlertEvent, spans: Spans, counts: Sequence[Count], others: Sequence[Compared], *, is_first: bool = True
) -> Findings:
    """What became of the touchpoint's answers, and whether that is more than touchpoints do by themselves.

    is_first: nothing else was done about the alert before; else what it measured is no level to start from.
    """
    is_alarms = not levels.has_level(within(counts, spans.fresh))
    before = spans.alarm if is_alarms else spans.fresh
    clean = [one for one in others if all(levels.has_level(within(one.counts, s)) for s in (before, spans.after))]
    fleet = [Elsewhere(within(one.counts, before), within(one.counts, spans.after)) for one in clean]
    wanders = levels.wandering(each for one in fleet for each in (one.before, one.after))
    own = own_levels(event, spans, counts, wanders)
    seen = Findings(
        "too_early",
        spans,
        usual=own.usual.share if own.usual else None,
        before=own.before.share,
        after=own.after.share if own.after else None,
        is_alarms=is_alarms,
        is_weekly=event.audience == "staff",
        comparisons=len(fleet),
        elsewhere_before=together(one.before for one in fleet),
        elsewhere_after=together(one.after for one in fleet),
    )
    if is_alarms and not is_first:
        return replace(seen, verdict="too_close", before=None)
    if own.after is None:
        return seen
    if len(fleet) < LEAST_COMPARISONS:
        return replace(seen, verdict="alone")
    usual = [within(one.counts, spans.usual) for one in clean]
    return judged(seen, own, fleet, usual, wanders)


@dataclass(frozen=True)
class Own:
    """The levels of the touchpoint itself. after: None as long as there is none."""

    usual: Level | None
    before: Level
    after: Level | None


@dataclass(frozen=True)
class Elsewhere:
    """The days of a comparison touchpoint in two spans."""

    before: Sequence[Count]
    after: Sequence[Count]

    def shift(self, wanders: float) -> Shift:
        """wanders: how days elsewhere wander; one touchpoint's own days are too few to say that they do not."""
        own = levels.wandering((self.before, self.after))
        least = max(own.variance, wanders)
        return comparing.shift(*(levels.level(each, least, own.df) for each in (self.before, self.after)))


def own_levels(event: AlertEvent, spans: Spans, counts: Sequence[Count], elsewhere: Wandering) -> Own:
    """Its days wander at least as days elsewhere do."""
    each = [within(counts, span) for span in (spans.usual, spans.fresh, spans.after)]
    own = levels.wandering(one for one in each if levels.has_level(one))
    wanders = max(own.variance, elsewhere.variance)
    usual, fresh, after = (levels.level(one, wanders, own.df) if levels.has_level(one) else None for one in each)
    return Own(usual, fresh or levels.level_of(event.after), after)


def together(each: Iterable[Sequence[Count]]) -> Share | None:
    """The share of all their answers; None of none."""
    n, bad = levels.totals(count for counts in each for count in counts)
    return Share(bad=bad, n=n, low=wilson(bad, n)[0], high=wilson(bad, n)[1]) if n else None


def judged(
    seen: Findings, own: Own, fleet: Sequence[Elsewhere], usual: Sequence[Sequence[Count]], wanders: Wandering
) -> Findings:
    """The verdict, with all that it rests on. usual: days of the comparison touchpoints before the friction began."""
    assert own.after is not None, "what has no level after is not judged"
    drift = comparing.pooled([one.shift(wanders.variance) for one in fleet])
    found = comparing.effect(comparing.shift(own.before, own.after), drift)
    verdict: Verdict = "worked" if found.high < 0 else "worse" if found.low > 0 else "not_shown"
    judgement = replace(seen, verdict=verdict, expected=expected(own.after, found), chance=found.chance)
    each = [(before, one.after) for before, one in zip(usual, fleet, strict=True) if levels.has_level(before)]
    if own.usual is None or len(each) < LEAST_COMPARISONS:
        return judgement
    longer = comparing.pooled([Elsewhere(*spans).shift(wanders.variance) for spans in each])
    usually = expected(own.after, comparing.effect(comparing.shift(own.usual, own.after), longer))
    regained = regained_of(own.usual, own.before, own.after, drift, longer) if verdict == "worked" else None
    return replace(judgement, usually=usually, regained=regained)


def expected(after: Level, effect: Effect) -> Expected:
    """The level after, with the effect taken off."""
    return Expected(*(levels.share_of(after.odds - one) for one in (effect.value, effect.high, effect.low)))


def regained_of(usual: Level, before: Level, after: Level, drift: Drift, longer: Drift) -> Regained | None:
    """Which part of the rise was undone: (expected − after) ÷ (expected − usual), with Fieller's interval (1954).

    Both levels before are carried over to the days after by the drift elsewhere. longer: the drift since the usual
    days. None where the rise itself is in doubt: then no part of it can be told.
    """
    expected, usually = carried(before, drift), carried(usual, longer)
    now = levels.share_of(after.odds), after.variance * slope(after.odds) ** 2
    gain, rise = expected[0] - now[0], expected[0] - usually[0]
    gain_variance, rise_variance, common = expected[1] + now[1], expected[1] + usually[1], expected[1]
    z = quantile(Z95, min(before.df, after.df, usual.df))
    square = rise * rise - z * z * rise_variance
    middle = gain * rise - z * z * common
    root = middle * middle - square * (gain * gain - z * z * gain_variance)
    if rise <= 0 or square <= 0 or root < 0:
        return None
    return Regained(gain / rise, (middle - sqrt(root)) / square, (middle + sqrt(root)) / square)


def carried(level: Level, drift: Drift) -> tuple[float, float]:
    """The share that the level would have come to by the drift alone, and its variance (delta method)."""
    odds = level.odds + drift.value
    return levels.share_of(odds), (level.variance + drift.variance + drift.between) * slope(odds) ** 2


def slope(odds: float) -> float:
    share = levels.share_of(odds)
    return share * (1 - share)
