"""Answers and interactions in: each is counted once, and its series is asked to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.aggregator.domain.answers import (
    Answer,
    Parcel,
    Series,
    by_series,
    gathered,
    parcels,
    seconds_until_complete,
)
from services.aggregator.domain.traces import KEPT_BEYOND, Trace, news, trace_of_answer
from services.aggregator.domain.watching import Claim
from services.aggregator.usecases.ports import Deps, Wanted
from shared.marks import cell_of

LONGEST_DELAY = 900
"""Seconds an SQS message can wait."""
Mark = tuple[Series, datetime, bytes]


def fold(answers: Sequence[Answer], deps: Deps) -> None:
    """Counts the answers, once each, and sees to it that their series are looked at.

    Where their customers came from is found first, so that it is written with the answers themselves.
    """
    own = [(one.series, one.hour, mark) for one in answers for mark in (one.mark, *traits_of(one, deps))]
    count(gathered([*own, *traced(traces_of(answers, deps), deps)]), deps)


def traits_of(answer: Answer, deps: Deps) -> list[bytes]:
    """The segments that an answer itself says it is in, of those that its touchpoint names."""
    touchpoint = deps.catalogue.touchpoint(answer.series.touchpoint) if answer.attributes else None
    return answer.traits(touchpoint.segments) if touchpoint else []


def follow(interactions: Iterable[Trace], deps: Deps) -> None:
    """Keeps where customers were, and tells it of their answers that are there already.

    interactions: with no journey yet; one at a touchpoint that is in none is passed over.
    """
    known = [one for each in interactions if (one := in_journey(each, deps))]
    count(gathered(traced(known, deps)), deps)


def in_journey(trace: Trace, deps: Deps) -> Trace | None:
    """In the journey of its touchpoint, with the segments that this names; None where hand-offs are not watched."""
    touchpoint = deps.catalogue.touchpoint(trace.touchpoint)
    if touchpoint is None or not touchpoint.handoff_days:
        return None
    segments = tuple(one for one in trace.segments if one[0] in touchpoint.segments)
    return replace(trace, journey=touchpoint.journey, segments=segments)


def traces_of(answers: Iterable[Answer], deps: Deps) -> list[Trace]:
    """Those that the answers of known customers leave, where hand-offs are watched."""
    found = (trace_of_answer(answer, "") for answer in answers)
    return [one for each in found if each and (one := in_journey(each, deps))]


def traced(added: Sequence[Trace], deps: Deps) -> list[Mark]:
    """Keeps the traces, and gives what they tell of where the customers of answers came from.

    All are kept before any is read, so that of two who do this at once at least one sees both.
    """
    new = {one: kept_until(one, deps) for one in added}
    deps.traces.add(new)
    marks: list[Mark] = []
    for customer, journey in sorted({(one.customer, one.journey) for one in new}):
        known = deps.traces.of(customer, journey)
        for answer in (one for one in known if one.scale_name is not None):
            marks += news([answer], new.keys(), known, reach_of(answer.touchpoint, deps))
    return marks


def kept_until(trace: Trace, deps: Deps) -> datetime:
    return max(deps.now(), trace.at) + reach_of(trace.touchpoint, deps) + KEPT_BEYOND


def reach_of(touchpoint: str, deps: Deps) -> timedelta:
    """How far back a touchpoint may lie from which customers come to this one."""
    known = deps.catalogue.touchpoint(touchpoint)
    return timedelta(days=known.handoff_days if known else 0)


def count(parcels: Sequence[Parcel], deps: Deps) -> None:
    """Adds the marks to their sets, and asks for looks. What a look has claimed is read after all were written."""
    now = deps.now()
    complete = cell_of(now - timedelta(seconds=deps.lateness_s))
    deps.marks.add_history([parcel for parcel in parcels if parcel.newest_cell < complete])
    deps.marks.add([parcel for parcel in parcels if parcel.newest_cell >= complete])
    folded = by_series(parcels)
    claims = deps.watches.claims(folded)
    late = {series: claims[series] for series in folded if comes_late(folded[series], claims[series], complete)}
    looks_at = {series: claim.look_at or now for series, claim in late.items()}
    due = {series: now + timedelta(seconds=deps.settle_s) for series, at in looks_at.items() if at <= now}
    newest = {series: max(parcel.newest_cell for parcel in of_series) for series, of_series in folded.items()}
    ask_when_complete({series: cell for series, cell in newest.items() if cell >= complete}, due, now, deps)
    deps.watches.note_late(looks_at | due, now)


def comes_late(folded: Sequence[Parcel], claim: Claim, complete: int) -> bool:
    """Whether a look may have read, or be reading, the cells without what was folded."""
    return min(parcel.oldest_cell for parcel in folded) < max(claim.claimed_to, complete)


def ask_when_complete(cells: Mapping[Series, int], settling: Iterable[Series], now: datetime, deps: Deps) -> None:
    """Asks for looks when the cells are complete, by a message where it can wait so long, else by a note; and for
    looks at what came late once that has settled."""
    delays = {series: seconds_until_complete(cell, now, deps.lateness_s) + 1 for series, cell in cells.items()}
    soon = [Wanted(series, delay, cells[series]) for series, delay in delays.items() if delay <= LONGEST_DELAY]
    deps.looks.ask([*soon, *(Wanted(series, deps.settle_s) for series in settling)])
    for series, delay in delays.items():
        if delay > LONGEST_DELAY:
            deps.due.note(series, now + timedelta(seconds=delay))


def remind(deps: Deps) -> None:
    """Asks for looks at the series whose time has come."""
    for series in deps.due.take(deps.now()):
        deps.looks.ask([Wanted(series, 0)])


def notice(signs: Iterable[Answer], deps: Deps) -> None:
    """Counts early signs, each once, as answers are."""
    count(parcels(signs), deps)
