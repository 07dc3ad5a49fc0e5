"""Alerts as pages show them: to whom they may be shown, and what of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, takewhile

from services.insights.usecases.causes import alert_named
from services.insights.usecases.home import concerns
from services.insights.usecases.lines import is_open
from services.insights.usecases.ports import PageDeps
from services.insights.usecases.reports import AlertQuery, candidates, cursor, is_wanted
from shared.catalogue import Touchpoint, Words
from shared.errors import Forbidden
from shared.events import AlertEvent
from shared.sessions import Visitor

PAGE = 20
MOST_READ = 500
"""Alerts that are looked through for a page."""
SINCE = timedelta(days=730)
SAME_ANSWERS = {"drop": "promise", "promise": "drop"}
"""Kinds of alerts that judge the same answers."""


@dataclass(frozen=True)
class FrictionList:
    """next: the cursor of the next page; None on the last. owners: the name of each team, by id."""

    alerts: list[AlertEvent]
    next: str | None
    owners: dict[str, str]


@dataclass(frozen=True)
class AlertView:
    """event: without what the visitor may not see. may_see_persons: whether comments are theirs to read.

    beside: the other alert that the same answers keep open there, where there is one. origins: the names, by id, of
    touchpoints from which those come whom it is about.
    """

    event: AlertEvent
    beside: AlertEvent | None
    touchpoint: Touchpoint | None
    may_see_persons: bool
    owners: dict[str, str]
    origins: dict[str, Words]


def friction(visitor: Visitor, state: str, owner: str | None, before: str | None, deps: PageDeps) -> FrictionList:
    """Newest first. state: `open` or `all`; owner: of one team; before: the cursor of the page before."""
    query = AlertQuery(owner=owner, since=deps.now() - SINCE, before=before)
    read = list(islice(newest(query, deps), MOST_READ))
    wanted = [one for one in read if is_wanted(one, query) and may_see(one, visitor)]
    shown = [one for one in wanted if state == "all" or is_open(one)][: PAGE + 1]
    goes_on = shown[PAGE - 1] if len(shown) > PAGE else read[-1] if len(read) == MOST_READ else None
    return FrictionList(shown[:PAGE], cursor(goes_on) if goes_on else None, deps.places.owners())


def newest(query: AlertQuery, deps: PageDeps) -> Iterator[AlertEvent]:
    """Everybody's, newest first, as far back as is asked."""
    return takewhile(lambda event: event.raised_at >= query.since, candidates(query, deps))


def may_see(event: AlertEvent, visitor: Visitor) -> bool:
    """Figures are everybody's, but for the front line, who see those of their own touchpoints."""
    return visitor.role != "front_line" or concerns(event, visitor)


def alert_view(visitor: Visitor, alert_id: str, deps: PageDeps) -> AlertView:
    """Raises NotFound, and Forbidden where it is of another front line. Comments and words go to their team only."""
    event = with_value(alert_named(alert_id, deps), deps)
    if not may_see(event, visitor):
        raise Forbidden("another front line works there")
    known = deps.catalogue.touchpoint(event.touchpoint)
    may = known is not None and visitor.may_see_persons_of(known)
    shown = event if may else without_words(event)
    return AlertView(shown, beside(event, deps), known, may, deps.places.owners(), origins(event, deps))


def origins(event: AlertEvent, deps: PageDeps) -> dict[str, Words]:
    """The names of the touchpoints that the alert names beside its own, of those that there are still."""
    named = {one for one in (event.origin, event.explained_by) if one}
    return {one: known.name for one in sorted(named) if (known := deps.catalogue.touchpoint(one))}


def beside(event: AlertEvent, deps: PageDeps) -> AlertEvent | None:
    """Of a drop that is open the broken promise that is open there too, and of that the drop; None of all else.

    Both judge the same answers: one by what was usual, the other by what was promised.
    """
    other = SAME_ANSWERS.get(event.kind)
    if other is None or not is_open(event):
        return None
    stands = (one for one in deps.alerts.of_touchpoint(event.touchpoint) if one.kind == other and is_open(one))
    return next((one for one in stands if one.audience == event.audience), None)


def with_value(event: AlertEvent, deps: PageDeps) -> AlertEvent:
    """With what friction costs there by what is known now, where outcomes became known after it was raised."""
    if event.value_at_risk or event.audience == "staff" or event.origin is not None:
        return event
    found = deps.studies.value(event.touchpoint, deps.now().date())
    return event.model_copy(update={"value_at_risk": found.value_at_risk}) if found else event


def without_words(event: AlertEvent) -> AlertEvent:
    """The alert without anything that somebody wrote."""
    segments = [one.model_copy(update={"examples": []}) for one in event.causes.segments]
    causes = event.causes.model_copy(update={"segments": segments, "words": []})
    return event.model_copy(update={"sample_comments": [], "causes": causes})
