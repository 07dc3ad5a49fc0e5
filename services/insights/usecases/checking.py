"""Checking whether what was done about an alert worked: which days are read, of which touchpoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice

from services.insights.domain import check
from services.insights.domain.check import Compared, Findings, Span, Spans
from services.insights.domain.levels import Count
from services.insights.domain.voices import shown_weeks
from services.insights.domain.windows import Window
from services.insights.usecases.ports import Deps
from shared.catalogue import Touchpoint
from shared.errors import NotFound
from shared.events import AlertEvent
from shared.remedies import Remedy
from shared.scales import Scale, told_from

MOST_LOOKED_AT = 120
MOST_COMPARED = 24
"""Touchpoints that are looked up, and whose days are read: beyond that many the interval hardly narrows."""
MOST_ALERTS = 50
MOST_REMEDIES = 20
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Checked:
    """A check, and what it is of."""

    event: AlertEvent
    remedy: Remedy
    findings: Findings


def checked(alert_id: str, remedy_id: str | None, deps: Deps) -> Checked:
    """The check of a remedy of an alert; of the last one, where none is named.

    Raises NotFound where there is no such alert, touchpoint or remedy, or nothing was done yet.
    """
    event = deps.alerts.named(alert_id)
    touchpoint = deps.catalogue.touchpoint(event.touchpoint) if event else None
    if event is None or touchpoint is None:
        raise NotFound("there is no such alert")
    remedies = deps.remedies.of_alert(alert_id)
    remedy = next((one for one in reversed(remedies) if remedy_id in (None, one.remedy_id)), None)
    if remedy is None:
        raise NotFound("there is no such remedy" if remedies else "nothing was done about this alert yet")
    return Checked(event, remedy, findings(event, remedy, remedies, touchpoint, deps))


def findings(event: AlertEvent, remedy: Remedy, remedies: list[Remedy], touchpoint: Touchpoint, deps: Deps) -> Findings:
    """What the check finds; the remedies before and after this one bound its days. Of staff, whole weeks only."""
    verdict = check.refusal(event, remedy.on)
    if verdict:
        return Findings(verdict)
    since = max((one.on for one in remedies if one.on < remedy.on), default=None)
    following = min((one.on for one in remedies if one.on > remedy.on), default=date.max)
    today = deps.now().date()
    spans = check.spans_of(event, since, remedy.on, min(today, following) - DAY)
    if event.audience == "staff":
        spans = check.in_weeks(spans, today)
    measure = measure_of(event, touchpoint)
    read = (spans.usual[0], max(spans.after[1], remedy.on))
    counts = counts_of(touchpoint.id, event, measure, read, deps)
    others = list(islice(comparable(event, measure.name, spans, read, deps), MOST_COMPARED))
    return check.check(event, spans, counts, others, is_first=since is None)


def measure_of(event: AlertEvent, touchpoint: Touchpoint) -> Scale:
    """The scale of the answers that the alert was told from, with the survey's own cut where it still asks on it."""
    return told_from(event.scale, touchpoint.survey_for(event.audience).measure)


def counts_of(touchpoint: str, event: AlertEvent, measure: Scale, span: Span, deps: Deps) -> list[Count]:
    """Bad and all answers of each day of the span that has any; of staff, of weeks that may be shown.

    A day may come in several parts.
    """
    bad: dict[date, int] = {}
    n: dict[date, int] = {}
    days = deps.figures.days(touchpoint, event.audience, measure.name, Window(*span))
    for part in shown_weeks(days, *span, deps.now().date()) if event.audience == "staff" else days:
        for counts in part.channels.values():
            bad[part.day] = bad.get(part.day, 0) + sum(counts[: measure.bad_levels])
            n[part.day] = n.get(part.day, 0) + sum(counts)
    return [Count(day, bad[day], n[day]) for day in sorted(n)]


def comparable(event: AlertEvent, asked: str, spans: Spans, read: Span, deps: Deps) -> Iterator[Compared]:
    """Touchpoints that ask on the same scale where nothing was done and nothing was wrong in all those days.

    Looked at in an order that depends on nothing but the alert and their ids: the same check of the same days finds
    the same, and no touchpoint is chosen for its answers.
    """
    names = sorted(deps.catalogue.touchpoints(), key=lambda name: sha256(f"{event.alert_id} {name}".encode()).digest())
    for name in [name for name in names if name != event.touchpoint][:MOST_LOOKED_AT]:
        touchpoint = deps.catalogue.touchpoint(name)
        if touchpoint is None or touchpoint.survey_for(event.audience).scale != asked:
            continue
        if is_quiet(touchpoint, event.audience, read, deps):
            measure = measure_of(event, touchpoint)
            yield Compared(name, counts_of(name, event, measure, (spans.usual[0], spans.after[1]), deps))


def is_quiet(touchpoint: Touchpoint, audience: str, span: Span, deps: Deps) -> bool:
    """Whether nothing was done there in the span, and no alert of that audience stood."""
    first, last = span
    done = [one.on for one in deps.remedies.of_touchpoint(touchpoint.id, MOST_REMEDIES)]
    done += [one.on for one in touchpoint.changes]
    alerts = islice(deps.alerts.of_touchpoint(touchpoint.id), MOST_ALERTS)
    stood = [one for one in alerts if one.audience == audience and one.state != "withdrawn"]
    return not any(first <= on <= last for on in done) and not any(overlaps(one, span) for one in stood)


def overlaps(event: AlertEvent, span: Span) -> bool:
    ended = event.resolved_at.date() if event.resolved_at else date.max
    return event.change_started_at.date() <= span[1] and ended >= span[0]
