"""Looks: a series' accounts of evidence step over the complete cells, and what they say is written down.

Counting once rests on sets (`shared.marks`). Looking at everything once rests on a claim: `look`
writes up to which cell it is going to read *before* it reads, `fold` reads that claim *after* it has
written. So either the look sees the mark, or the fold sees the claim and notes that the series has
late answers; a noted series is recomputed from its sets once answers have stopped coming late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from services.aggregator.domain import floods, handoffs, promises, watching
from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.detector import Settings, Transition
from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED
from services.aggregator.domain.handoffs import BEFORE_S, Passed, Told, has_origins, told_in
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.watching import Hour, Watch
from services.aggregator.usecases.ports import Deps, Wanted
from shared.catalogue import Touchpoint
from shared.errors import Conflict
from shared.marks import CELL_SECONDS, cell_of, hour_of
from shared.scales import Scale
from shared.times import from_unix

Cells = tuple[int, Sequence[int], float]
"""A cell, its histogram, and how much whole days differed before it."""
DAY = timedelta(days=1)
DECIDED_AFTER_S = 2
"""Seconds within which the index over all that was said shows what was just written."""


def look(series: Series, deps: Deps) -> None:
    """Steps the series' account over the complete cells and writes what it found as alerts."""
    watch, now = deps.watches.read(series), deps.now()
    wait = watch.unsettled_for(now, deps.settle_s)
    if wait:
        deps.watches.postpone(series, now + timedelta(seconds=wait))
        deps.looks.ask([Wanted(series, wait)])
        return
    touchpoint = deps.catalogue.touchpoint(series.touchpoint)
    if touchpoint is None:
        return
    to_cell = cell_of(now - timedelta(seconds=deps.lateness_s))
    claimed = deps.watches.claim(watch, to_cell)
    settings = watching.settings_of(touchpoint, series)
    seen = claimed if claimed.goes_on(settings) else claimed.afresh(settings)
    step_over(seen, touchpoint, settings, deps)


@dataclass(frozen=True)
class Look:
    """One look at a series. seen: the watch as it was claimed; hours: those it reads, in order."""

    seen: Watch
    hours: Sequence[Hour]
    touchpoint: Touchpoint
    measure: Scale

    @cached_property
    def told(self) -> list[Told]:
        """Its answers with where their customers came from; none where that is known of nobody."""
        return told_in(self.hours) if has_origins(self.seen, self.hours) else []

    @cached_property
    def days(self) -> dict[date, list[int]]:
        """What was answered on each day of its hours, by any channel."""
        return watching.histograms_in(self.hours, self.seen.series.scale.levels)


def step_over(seen: Watch, touchpoint: Touchpoint, settings: Settings, deps: Deps) -> None:
    """Steps the claimed cells; what is said before the account, so that a crash between repeats it only.

    Raises Conflict, having written nothing, where another look claimed the series while this one read.
    """
    series, measure = seen.series, watching.measure_of(seen.series, touchpoint)
    hours = list(deps.marks.hours(series, seen.reads_from, watching.hour_of_cell(seen.claimed_to)))
    look = Look(seen, hours, touchpoint, measure)
    days: list[Cells] = []
    stepped, transitions = watching.stepped(seen, hours, measure, settings, lambda *cell: days.append(cell))
    transitions = [with_flood(one, look, settings, deps) for one in transitions]
    passed = handoffs.passed(seen, look.told, handoff_settings(look))
    promise, broken = promise_kept(look, days, settings)
    said = [*own_said(look, transitions, deps), *handoffs_said(look, passed, deps), *broken]
    if deps.watches.read(series).version != seen.version:
        raise Conflict("another look at this series was faster")
    for day, rolled in watching.whole_days(seen, hours, measure.levels):
        deps.marks.put_day(series, day, rolled)
    write_down(look, said, deps)
    deps.watches.save(replace(stepped, paths=passed.paths, promise=promise))


def with_flood(told: Transition, look: Look, settings: Settings, deps: Deps) -> Transition:
    """What an account said, with the flood of good answers without which it would not have said it."""
    series, measure = look.seen.series, look.measure
    if told.kind not in (RAISED, STRENGTHENED):
        return told
    found = floods.flooded(floods.counted(histograms(look, *floods.looked_for(told), deps), measure))
    if found is None:
        return told
    upto = Watch(series, claimed_to=told.at // CELL_SECONDS)
    hours = deps.marks.hours(series, upto.reads_from, watching.hour_of_cell(upto.claimed_to))
    is_said = floods.is_said_without(found, hours, upto, measure, settings)
    return told if is_said else replace(told, flood=found)


def histograms(look: Look, first: date, last: date, deps: Deps) -> dict[date, list[int]]:
    """All channels' of each day, both ends included: as they were rolled up, and of later ones by the look's hours."""
    series, rolled_to = look.seen.series, look.seen.rolled_to or date.min
    before = deps.marks.histograms(series, first, min(last, rolled_to - DAY)) if first < rolled_to else {}
    return before | {day: counts for day, counts in look.days.items() if max(first, rolled_to) <= day <= last}


def handoff_settings(look: Look) -> Settings:
    """Those of the touchpoint, for its hand-offs."""
    return watching.settings_of(look.touchpoint, look.seen.series.coming_from(look.touchpoint.id))


def promise_kept(look: Look, days: Sequence[Cells], settings: Settings) -> tuple[str | None, list[Said]]:
    """What is remembered of the touchpoint's promise, and what is said of it; nothing where none was made."""
    series, measure = look.seen.series, look.measure
    target = watching.target_of(series, look.touchpoint)
    if target is None:
        return None, []
    cells = [(cell, sum(counts), sum(counts[: measure.bad_levels]), wander) for cell, counts, wander in days]
    known = None if look.seen.is_afresh else look.seen.promise
    text, found = promises.followed(known, cells, target, settings)
    return text, watching.said(series.promised, watching.began_at(look.seen, look.hours), found, look.touchpoint)


def write_down(look: Look, said: Sequence[Said], deps: Deps) -> None:
    """What the accounts say; of an account that began afresh, in place of all that it said before."""
    series = look.seen.series
    if not look.seen.is_afresh:
        deps.evidence.add(said)
    else:
        formerly = {series.coming_from(name) for name in handoffs.names(look.seen.paths)}
        formerly |= {series.promised} if look.seen.promise else set()
        for each in sorted({series, *formerly, *(one.series for one in said)}, key=lambda one: one.partition):
            deps.evidence.replace(each, [one for one in said if one.series == each])
    if said:
        deps.looks.ask_to_decide(deps.settle_s if look.seen.is_afresh else DECIDED_AFTER_S)


def own_said(look: Look, transitions: Sequence[Transition], deps: Deps) -> list[Said]:
    """What the account of all answers says, beside what the hand-offs to here show."""
    if look.told or look.seen.paths:
        transitions = [handoffs.about_touchpoint(one, around(one, look, deps), look.measure) for one in transitions]
    return watching.said(look.seen.series, watching.began_at(look.seen, look.hours), transitions, look.touchpoint)


def handoffs_said(look: Look, passed: Passed, deps: Deps) -> list[Said]:
    """What the accounts of the hand-offs to here say."""
    found: dict[str, list[Transition]] = {name: [] for name in passed.began}
    for name, one in passed.transitions:
        about = handoffs.about_handoff(one, name, around(one, look, deps), look.measure)
        found.setdefault(name, []).append(about)
    series = look.seen.series
    return [
        said
        for name in sorted(found)
        for said in watching.said(series.coming_from(name), passed.began.get(name), found[name], look.touchpoint)
    ]


def around(transition: Transition, look: Look, deps: Deps) -> Sequence[Told]:
    """The answers from four weeks before the change to the transition; read where the look itself did not need them."""
    first = hour_of(from_unix(max(transition.change_started_at - BEFORE_S, 0)))
    if first >= look.seen.reads_from:
        return look.told
    return told_in(deps.marks.hours(look.seen.series, first, hour_of(from_unix(transition.at))))
