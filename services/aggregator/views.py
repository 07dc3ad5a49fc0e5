"""The aggregator over HTTP: what would have been raised under other settings; studies that are asked for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.aggregator.usecases import Trial, Wish
from shared.catalogue import Audience, Typical, TypicalShare, TypicalWorth
from shared.events import AlertEvent

Positive = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]


def separate(text: object) -> object:
    """What stands between commas."""
    return text.split(",") if isinstance(text, str) else text


class Question(BaseModel):
    """Which days of which audience, and the settings to try; those left out are the registry's, and of staff all are.

    typical: shares of the scores that a touchpoint begins with, from the worst to the best, `6,4,10,25,55`;
    typical_worth: how many answers of its own outweigh them.
    """

    model_config = ConfigDict(extra="forbid")

    audience: Audience = "customer"
    days: int = Field(90, ge=1, le=3650)
    false_alarms_per_year: Positive | None = None
    patience_days: Positive | None = None
    least_answers: Annotated[int, Field(ge=1, le=100_000)] | None = None
    adopt_days: Positive | None = None
    resolve_per_year: Positive | None = None
    typical: Annotated[tuple[TypicalShare, ...], BeforeValidator(separate)] | None = None
    typical_worth: TypicalWorth | None = None

    @property
    def wish(self) -> Wish:
        """What is to be tried."""
        settings = self.model_dump(include=set(SETTINGS), exclude_none=True)
        return Wish(settings, self.typical, self.typical_worth)


SETTINGS = ("false_alarms_per_year", "patience_days", "least_answers", "adopt_days", "resolve_per_year")
"""Those that are one number each."""


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
    typical: Typical
    settings_version: str
    alerts: list[AlertEvent]


def simulation(asked: Question, trial: Trial) -> Simulation:
    """What is said of a trial, with the value of every setting that may be chosen."""
    return Simulation(
        touchpoint=trial.touchpoint.id,
        audience=asked.audience,
        days=asked.days,
        settings={name: getattr(trial.settings, name) for name in SETTINGS},
        typical=trial.typical,
        settings_version=trial.settings.version,
        alerts=[fact.event for fact in trial.alerts],
    )
