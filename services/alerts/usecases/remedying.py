"""Writing down what was done about an alert, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.alerts.domain import remedies
from services.alerts.usecases.ports import Deps
from shared.catalogue import Words
from shared.errors import FieldError, InvalidInput, NotFound
from shared.events import AlertEvent
from shared.remedies import Remedy


@dataclass(frozen=True)
class Done:
    """What somebody says was done. on: the day from which it held."""

    on: date
    text: Words
    is_shown: bool


def write_remedy(alert_id: str, done: Done, by: str, deps: Deps) -> Remedy:
    """Writes it down, once: the same day and words again change only whether it is shown, and who said so.

    by: a subscription's name, or an API key's id. Raises NotFound; InvalidInput for a day before the alert or to
    come, and beyond 20 remedies of one alert.
    """
    event, now = alert(alert_id, deps), deps.now()
    first, last = remedies.days_allowed(event, now)
    if not first <= done.on <= last:
        raise InvalidInput(errors=[FieldError("#/on", f"a day from {first} to {last}: after the alert, not to come")])
    remedy_id = remedies.remedy_id(alert_id, done.on, done.text)
    others = [one for one in deps.remedies.of_alert(alert_id) if one.remedy_id != remedy_id]
    if len(others) >= remedies.MOST:
        raise InvalidInput(errors=[FieldError("#/text", f"at most {remedies.MOST} are kept about an alert")])
    remedy = Remedy(remedy_id, alert_id, event.touchpoint, done.on, done.text, done.is_shown, by, now)
    deps.remedies.put(remedy)
    return remedy


def remedies_of(alert_id: str, deps: Deps) -> list[Remedy]:
    """What was done about the alert, in the order of their days. Raises NotFound where there is no such alert."""
    alert(alert_id, deps)
    return deps.remedies.of_alert(alert_id)


def take_back(alert_id: str, remedy_id: str, deps: Deps) -> None:
    """Takes away what was written. Raises NotFound."""
    known = next((one for one in deps.remedies.of_alert(alert_id) if one.remedy_id == remedy_id), None)
    if known is None:
        raise NotFound("there is no such remedy")
    deps.remedies.remove(known)


def alert(alert_id: str, deps: Deps) -> AlertEvent:
    standing = deps.standings.get(alert_id)
    if standing is None:
        raise NotFound("there is no such alert")
    return standing.event
