"""A report's figures adjusted for who was asked and who answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from services.insights.domain import adjusting
from services.insights.domain.adjusting import Adjusted, Because, Counted
from services.insights.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.causes.answers import Given, Whose
from shared.causes.segments import shown

MOST_DAYS = 92
"""The last of those asked for: so many days of people are read, and no more."""
STILL_ANSWERING = timedelta(days=30)
"""An invitation is answered within so long: people of so many days before may be among those who answer."""


@dataclass(frozen=True)
class Adjustment:
    """The days that were taken, what came of it, and whether all answers of these days were read."""

    first: date
    last: date
    found: Adjusted | Because
    is_whole: bool = True


def adjusted(known: Touchpoint, audience: str, first: date, last: date, deps: Deps) -> Adjustment:
    """The figures of the newest days asked for, 92 at the most."""
    last = min(last, deps.now().date())
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    if audience == "staff" or not known.segments:
        return Adjustment(first, last, "staff" if audience == "staff" else "no_segments")
    days = list(deps.passers.days(known.id, first - STILL_ANSWERING, last))
    if not days:
        return Adjustment(first, last, "no_interactions")
    measure = known.survey_for(audience).measure
    begins, ends = (datetime.combine(day, time.min, UTC) for day in (first, last + timedelta(days=1)))
    reading = deps.responses.between(Whose(known.id, audience, measure), begins, ends)
    counted = [counted_of(one) for one in reading.answers]
    crowd = adjusting.Crowd(known.segments, days, first)
    return Adjustment(first, last, adjusting.adjusted(measure, crowd, counted), reading.is_whole)


def counted_of(one: Given) -> Counted:
    """The answer by the hash of its interaction, as the funnel has it."""
    person = sha256(one.invitation_id.encode()).digest()[:8] if one.invitation_id else None
    return Counted(one.score, person, {name: shown(value) for name, value in one.attributes.items()})
