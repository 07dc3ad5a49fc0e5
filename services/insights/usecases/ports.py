"""The ports of insights: what its verbs read, and `Deps`, in which they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.insights.domain.reports import Day
from shared.catalogue import Catalogue
from shared.causes.answers import Responses
from shared.events import AlertEvent
from shared.remedies import Remedy


class Figures(Protocol):
    """The histograms the aggregator keeps."""

    def days(self, touchpoint: str, audience: str, scale: str, first: date, last: date) -> Iterable[Day]:
        """The days of the span that have answers, both ends included; one day may come in several parts."""
        ...


class Alerts(Protocol):
    """The alerts the aggregator raised."""

    def of_touchpoint(self, touchpoint: str) -> Iterable[AlertEvent]:
        """Newest first."""
        ...

    def of_year(self, year: int) -> Iterable[AlertEvent]:
        """Everybody's of a year, newest first."""
        ...

    def named(self, alert_id: str) -> AlertEvent | None:
        """The alert of that id, as it stands; None where there is none."""
        ...


class Passes(Protocol):
    """What the codes in messages to owners lead to."""

    def behind(self, code: str) -> str | None:
        """The id of the alert; None where the code is nobody's, or has expired."""
        ...


class Remedies(Protocol):
    """What was done about alerts."""

    def of_alert(self, alert_id: str) -> list[Remedy]:
        """In the order of their days."""
        ...

    def of_touchpoint(self, touchpoint: str, most: int) -> list[Remedy]:
        """The last so many by their day, newest first."""
        ...


@dataclass(frozen=True)
class Deps:
    figures: Figures
    alerts: Alerts
    responses: Responses
    passes: Passes
    remedies: Remedies
    catalogue: Catalogue
    now: Callable[[], datetime]
