"""What other settings would have made of a touchpoint's own answers; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.aggregator.domain import alerts, watching
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.detector import Settings
from services.aggregator.domain.watching import Watch
from services.aggregator.usecases.ports import Deps
from shared.catalogue import Audience, Touchpoint
from shared.errors import NotFound
from shared.marks import cell_of


@dataclass(frozen=True)
class Trial:
    """What other settings would have made of a series' own answers.

    alerts: those whose last transition lies in the days asked for, oldest first, as they would stand.
    """

    touchpoint: Touchpoint
    settings: Settings
    alerts: list[AlertFact]


def simulate(touchpoint: str, audience: Audience, days: int, chosen: Mapping[str, float], deps: Deps) -> Trial:
    """Replays the stored answers under other settings; nothing is written. Raises NotFound.

    chosen: settings by name, in place of those of the registry. Alerts are those of this series alone:
    in a fleet, fewer are published.
    """
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r}")
    known = known.model_copy(update={"detection": {**known.detection, **chosen}})
    now, series = deps.now(), Series(touchpoint, audience, known.survey_for(audience).scale)
    measure = watching.measure_of(series, known)
    settings = watching.settings_of(known, series)
    fresh = Watch(series, claimed_to=cell_of(now - timedelta(seconds=deps.lateness_s)))
    hours = list(deps.marks.hours(series, fresh.reads_from, watching.hour_of_cell(fresh.claimed_to)))
    _, transitions = watching.stepped(fresh, hours, measure, settings)
    stood = alerts.revisions(alerts.Context(series, known, deps.public_url), transitions)
    last = {fact.event.alert_id: fact for fact in stood}
    since = now - timedelta(days=days)
    recent = [f for f in last.values() if (f.event.resolved_at or now) >= since]
    return Trial(known, settings, recent)
