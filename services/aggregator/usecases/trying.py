"""What other settings would have made of a touchpoint's own answers; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from services.aggregator.domain import alerts, watching
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.detector import Settings
from services.aggregator.domain.watching import Watch
from services.aggregator.usecases.ports import Deps
from shared.catalogue import Audience, Touchpoint, Typical
from shared.errors import FieldError, InvalidInput, NotFound
from shared.marks import cell_of


@dataclass(frozen=True)
class Wish:
    """What to try in place of what the registry says.

    settings: of the detector, by name. shares: of each score, from the worst to the best, that a touchpoint begins
    with; worth: outweighed by so many answers of its own.
    """

    settings: Mapping[str, float] = field(default_factory=dict)
    shares: tuple[float, ...] | None = None
    worth: float | None = None


@dataclass(frozen=True)
class Trial:
    """What other settings would have made of a series' own answers.

    typical: what the series begins with. alerts: those whose last transition lies in the days asked for, oldest first,
    as they would stand.
    """

    touchpoint: Touchpoint
    settings: Settings
    typical: Typical
    alerts: list[AlertFact]


def simulate(touchpoint: str, audience: Audience, days: int, wish: Wish, deps: Deps) -> Trial:
    """Replays the stored answers under other settings; nothing is written. Raises NotFound, InvalidInput.

    Alerts are those of this series alone: in a fleet, fewer are published.
    """
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound(f"there is no touchpoint {touchpoint!r}")
    now, series = deps.now(), Series(touchpoint, audience, known.survey_for(audience).scale)
    known = wished(known, series, wish)
    measure = watching.measure_of(series, known)
    settings = watching.settings_of(known, series)
    fresh = Watch(series, claimed_to=cell_of(now - timedelta(seconds=deps.lateness_s)))
    hours = list(deps.marks.hours(series, fresh.reads_from, watching.hour_of_cell(fresh.claimed_to)))
    _, transitions = watching.stepped(fresh, hours, measure, settings)
    stood = alerts.revisions(alerts.Context(series, known, deps.public_url), transitions)
    last = {fact.event.alert_id: fact for fact in stood}
    since = now - timedelta(days=days)
    recent = [f for f in last.values() if (f.event.resolved_at or now) >= since]
    return Trial(known, settings, begun_with(settings, series), recent)


def begun_with(settings: Settings, series: Series) -> Typical:
    """What the series is taken to be like before it has answers."""
    return Typical(shares=settings.typical[series.scale_name], worth=settings.typical_worth)


def wished(known: Touchpoint, series: Series, wish: Wish) -> Touchpoint:
    """The touchpoint as if the registry said so. Raises InvalidInput, of staff where anything is to be tried: an alert
    bears counts and a time, and those of two `least_answers` side by side would be one colleague's answer."""
    if series.audience == "staff" and wish != Wish():
        detail = "settings are tried on customers' answers; of staff see what is raised under those that stand"
        raise InvalidInput(errors=[FieldError("query:audience", detail, "staff_as_set")])
    update: dict[str, object] = {"detection": {**known.detection, **wish.settings}}
    if wish.shares or wish.worth:
        update["typical"] = {**known.typical, series.scale_name: typical_of(known, series, wish)}
    return known.model_copy(update=update)


def typical_of(known: Touchpoint, series: Series, wish: Wish) -> Typical:
    """What is wished to be typical; what of it is left out stays as it is. Raises InvalidInput."""
    stands = begun_with(watching.settings_of(known, series), series)
    levels, shares = len(stands.shares), wish.shares or stands.shares
    if len(shares) != levels:
        detail = f"{series.scale_name} has {levels} scores, and here are {len(shares)} shares"
        raise InvalidInput(errors=[FieldError("query:typical", detail, "shares")])
    return Typical(shares=shares, worth=wish.worth or stands.worth)
