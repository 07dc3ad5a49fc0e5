"""Traces of customers, from touchpoint to touchpoint, and where each answer's customer came from. Pure.

A customer comes from the touchpoint, another one of the same journey, where they were last before the visit that
an answer is about. That visit is the interaction which the answer was invited after; else the answer itself. An
answer to an invitation is therefore no stop of its own on the way: its interaction is one.

A trace that comes late may put another touchpoint nearer, or tell when the visit was. Whoever adds a trace reads all
the others afterwards, so of two that are added at once at least one is seen beside the other; and what more traces
say ranks above what fewer of them said (`shared.marks.Arrival.rank`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aggregator.domain.answers import Answer, Series
from shared.marks import NOWHERE, Arrival, Trait, cell_of, digest, first_cell, hour_of

KEPT_BEYOND = timedelta(days=30)
"""How much longer than the journey's reach a trace is kept: an invitation is answered within so long."""


@dataclass(frozen=True)
class Trace:
    """That a customer was at a touchpoint.

    customer: keyed hash. at: aware UTC. name: hash of the interaction's or response's id, in hex.
    invitation: hash of the invitation that the interaction led to, or that is answered. scale_name: of an answer;
    None where it is an interaction. segments: that the interaction's customer is in, by attribute and value.
    """

    customer: str
    journey: str
    touchpoint: str
    at: datetime
    name: str
    invitation: str | None = None
    scale_name: str | None = None
    segments: tuple[tuple[str, str], ...] = ()

    @property
    def is_stop(self) -> bool:
        """Whether somebody can come from it."""
        return self.scale_name is None or self.invitation is None

    @property
    def series(self) -> Series:
        """The series in which it is counted. Raises ValueError where it is no answer."""
        if self.scale_name is None:
            raise ValueError("an interaction is not counted")
        return Series(self.touchpoint, "customer", self.scale_name)


def trace_of_answer(answer: Answer, journey: str) -> Trace | None:
    """None where the customer is not known, is staff, or it does not count."""
    if answer.customer is None or answer.series.source != "customer" or not answer.is_counted:
        return None
    series, name = answer.series, digest(answer.response_id).hex()
    return Trace(
        answer.customer,
        journey,
        series.touchpoint,
        answer.collected_at,
        name,
        answer.invitation,
        series.scale_name,
    )


def arrival_of(answer: Trace, traces: Iterable[Trace], reach: timedelta) -> Arrival | None:
    """Where the answer's customer came from, as far as the traces tell; None where there is nothing to write down.

    reach: a touchpoint further back than this is left out.
    """
    others = [one for one in traces if one.is_stop and one.touchpoint != answer.touchpoint]
    visit = visited_at(answer, traces)
    by_answer = nearest(answer, answer.at, others, reach)
    if visit is None:
        return by_answer
    by_visit = nearest(answer, visit, others, reach, is_visit=True)
    if by_visit is None and by_answer is not None:
        return arrival(answer, "", NOWHERE, is_visit=True)
    return by_visit


def visited_at(answer: Trace, traces: Iterable[Trace]) -> datetime | None:
    """When the interaction was that the answer was invited after; None where it is not known."""
    visit = visit_of(answer, traces)
    return visit.at if visit else None


def visit_of(answer: Trace, traces: Iterable[Trace]) -> Trace | None:
    """The interaction that the answer was invited after; None where it is not known."""
    if answer.invitation is None:
        return None
    return next((one for one in traces if one.scale_name is None and one.invitation == answer.invitation), None)


def nearest(
    answer: Trace, at: datetime, others: Sequence[Trace], reach: timedelta, *, is_visit: bool = False
) -> Arrival | None:
    before = [one for one in others if timedelta(0) < at - one.at <= reach]
    found = [arrival(answer, one.touchpoint, int((at - one.at).total_seconds()), is_visit=is_visit) for one in before]
    return max(found, key=lambda one: one.rank, default=None)


def arrival(answer: Trace, touchpoint: str, seconds: int, *, is_visit: bool) -> Arrival:
    return Arrival(cell_in_hour(answer.at), is_visit, seconds, bytes.fromhex(answer.name), touchpoint)


def cell_in_hour(at: datetime) -> int:
    return cell_of(at) - first_cell(hour_of(at))


def traits(answer: Trace, added: Collection[Trace], known: Iterable[Trace]) -> list[bytes]:
    """The segments that the answer's interaction says its customer is in, as marks, where either is new."""
    visit = visit_of(answer, known)
    if visit is None or (answer not in added and visit not in added):
        return []
    cell, name = cell_in_hour(answer.at), bytes.fromhex(answer.name)
    return [Trait(cell, True, 0, name, attribute, value).to_bytes() for attribute, value in visit.segments]


def news(
    answers: Iterable[Trace], added: Collection[Trace], known: Sequence[Trace], reach: timedelta
) -> list[tuple[Series, datetime, bytes]]:
    """What the added traces say of the answers, as marks with their series and hour; said again when added again."""
    before = [one for one in known if one not in added]
    found: list[tuple[Series, datetime, bytes]] = []
    for one in answers:
        now, then = arrival_of(one, known, reach), arrival_of(one, before, reach)
        marks = [now.to_bytes()] if now is not None and (one in added or now != then) else []
        found += [(one.series, hour_of(one.at), mark) for mark in (*marks, *traits(one, added, known))]
    return found
