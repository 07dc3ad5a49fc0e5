"""The aggregator over HTTP: what would have been raised under other settings; studies that are asked for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.aggregator.usecases import Trial
from shared.catalogue import Audience
from shared.events import AlertEvent

Positive = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]


class Question(BaseModel):
    """Which days of which audience, and the settings to try; those left out are the registry's."""

    model_config = ConfigDict(extra="forbid")

    audience: Audience = "customer"
    days: int = Field(90, ge=1, le=3650)
    false_alarms_per_year: Positive | None = None
    patience_days: Positive | None = None
    least_answers: Annotated[int, Field(ge=1, le=100_000)] | None = None
    adopt_days: Positive | None = None
    resolve_per_year: Positive | None = None

    @property
    def settings(self) -> dict[str, float]:
        """The settings that were chosen."""
        return self.model_dump(exclude={"audience", "days"}, exclude_none=True)


class WantedStudy(BaseModel):
    """The day, UTC, as of whose beginning a study is wanted; not one to come."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    day: date


class Simulation(BaseModel):
    """The alerts that would have been raised, or were still standing, in those days; and under which settings."""

    touchpoint: str
    audience: str
    days: int
    settings: dict[str, float]
    settings_version: str
    alerts: list[AlertEvent]


def simulation(asked: Question, trial: Trial) -> Simulation:
    """What is said of a trial, with the value of every setting that may be chosen."""
    names = [name for name in Question.model_fields if name not in ("audience", "days")]
    return Simulation(
        touchpoint=trial.touchpoint.id,
        audience=asked.audience,
        days=asked.days,
        settings={name: getattr(trial.settings, name) for name in names},
        settings_version=trial.settings.version,
        alerts=[fact.event for fact in trial.alerts],
    )
