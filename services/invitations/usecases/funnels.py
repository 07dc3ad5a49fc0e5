"""A touchpoint's funnel over some days: in all, by day, by channel, by segment; and who crowds it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.invitations.domain.funnel import Counts, Label, Passage, Tally, counts, passages
from services.invitations.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.errors import NotFound

SMALLEST_GROUP = 5
"""Of fewer people nothing is shown: whoever knows one of them would know who did what."""


@dataclass(frozen=True)
class Segment:
    """A value of one of the touchpoint's segments, with its funnel."""

    attribute: str
    value: str
    counts: Counts


@dataclass(frozen=True)
class Crowding:
    """How many were refused for that reason because of contacts of that touchpoint. owner: whose it is, if known."""

    touchpoint: str
    owner: str | None
    reason: str
    n: int


@dataclass(frozen=True)
class Funnel:
    """hidden: how many segments' values are not shown, by attribute, as they are too small."""

    touchpoint: Touchpoint
    counts: Counts
    days: Mapping[date, Counts]
    channels: Mapping[str, Counts]
    segments: tuple[Segment, ...]
    hidden: Mapping[str, int]
    crowding: tuple[Crowding, ...]


def funnel(touchpoint: str, first: date, last: date, deps: Deps) -> Funnel:
    """The funnel of the interactions of these days, both included. Raises NotFound."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r}")
    tallies = list(deps.tallies.days(touchpoint, first, last))
    by_day = {one.day: passages(one.marks) for one in tallies}
    everybody = [one for day in by_day.values() for one in day]
    labelled = by_label(tallies, by_day)
    segments = [segment(label, some) for label, some in labelled.items() if label.kind == "segment"]
    attributes = dict.fromkeys(one.attribute for one in segments)
    shown = [one for attribute in attributes for one in large(attribute, segments, everybody)]
    return Funnel(
        touchpoint=known,
        counts=counts(everybody),
        days={day: counts(found) for day, found in by_day.items()},
        channels={name: counts(some) for name, some in grouped(everybody, lambda one: one.channel or "none").items()},
        segments=tuple(sorted(shown, key=lambda one: (one.attribute, -one.counts.happened, one.value))),
        hidden=dict(Counter(one.attribute for one in segments if one not in shown)),
        crowding=crowding(labelled, deps),
    )


def grouped(found: Iterable[Passage], name_of: Callable[[Passage], str]) -> dict[str, list[Passage]]:
    groups: dict[str, list[Passage]] = {}
    for one in found:
        groups.setdefault(name_of(one), []).append(one)
    return dict(sorted(groups.items()))


def by_label(tallies: Iterable[Tally], by_day: Mapping[date, list[Passage]]) -> dict[Label, list[Passage]]:
    """The interactions for which each label holds, over all days."""
    found: dict[Label, list[Passage]] = {}
    for tally in tallies:
        by_digest = {one.digest: one for one in by_day[tally.day]}
        for label, members in tally.labels.items():
            found.setdefault(label, []).extend(by_digest[one] for one in members if one in by_digest)
    return found


def segment(label: Label, found: Iterable[Passage]) -> Segment:
    return Segment(label.name, label.value, counts(found))


def large(attribute: str, segments: Iterable[Segment], everybody: list[Passage]) -> list[Segment]:
    """The values of an attribute that are shown: of five people or more, and so that the rest is nobody or five too.

    The rest is what a reader can work out by taking the shown ones from the whole.
    """
    by_size = sorted((one for one in segments if one.attribute == attribute), key=lambda one: -one.counts.happened)
    shown = [one for one in by_size if one.counts.happened >= SMALLEST_GROUP]
    while shown and 0 < len(everybody) - sum(one.counts.happened for one in shown) < SMALLEST_GROUP:
        shown.pop()
    return shown


def crowding(labelled: Mapping[Label, list[Passage]], deps: Deps) -> tuple[Crowding, ...]:
    """Whose contacts were in the way of how many, the most first."""
    found = []
    for label, some in labelled.items():
        known = deps.catalogue.touchpoint(label.value) if label.kind == "whose" else None
        reasons = Counter(one.reason for one in some if one.reason) if label.kind == "whose" else Counter[str]()
        owner = known.owner.id if known else None
        found += [Crowding(label.value, owner, reason, n) for reason, n in reasons.items()]
    return tuple(sorted(found, key=lambda one: (-one.n, one.touchpoint, one.reason)))
