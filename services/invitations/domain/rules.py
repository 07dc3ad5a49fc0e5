"""The rules by which one touchpoint may ask: its own, and the company's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from shared.catalogue import Cap, Pressure, Touchpoint


@dataclass(frozen=True)
class Rules:
    """channels: in the touchpoint's order. rest: before the same touchpoint asks a person again; None: none.

    delay, fresh: after the interaction; later than `fresh` nobody is asked.
    """

    touchpoint: str
    channels: tuple[str, ...] = ()
    is_paused: bool = False
    time_zone: str = "UTC"
    delay: timedelta = timedelta(0)
    fresh: timedelta = timedelta(hours=72)
    expires: timedelta = timedelta(days=30)
    rest: timedelta | None = None
    programme: str | None = None
    company_cap: Cap | None = None
    programme_cap: Cap | None = None
    channel_caps: Mapping[str, Cap] = field(default_factory=dict)
    consent_needed: frozenset[str] = frozenset()

    def for_less_often(self) -> Rules:
        """The same for a person who wishes to be asked less often: rests are doubled, caps halved."""
        return replace(
            self,
            rest=self.rest * 2 if self.rest else None,
            company_cap=halved(self.company_cap) if self.company_cap else None,
            programme_cap=halved(self.programme_cap) if self.programme_cap else None,
            channel_caps={channel: halved(cap) for channel, cap in self.channel_caps.items()},
        )


def rules_of(touchpoint: Touchpoint, pressure: Pressure) -> Rules:
    """What holds at that touchpoint. Its own rest goes before the company's."""
    rest_days = pressure.rest_days if touchpoint.rest_days is None else touchpoint.rest_days
    return Rules(
        touchpoint=touchpoint.id,
        channels=touchpoint.channels,
        is_paused=touchpoint.paused,
        time_zone=touchpoint.time_zone,
        delay=timedelta(minutes=touchpoint.ask.delay_minutes),
        fresh=timedelta(hours=touchpoint.ask.fresh_hours),
        expires=timedelta(days=touchpoint.ask.expires_days),
        rest=timedelta(days=rest_days) if rest_days else None,
        programme=touchpoint.programme,
        company_cap=pressure.company,
        programme_cap=pressure.programmes.get(touchpoint.programme) if touchpoint.programme else None,
        channel_caps={str(channel): cap for channel, cap in pressure.channels.items()},
        consent_needed=frozenset(pressure.consent_needed),
    )


def halved(cap: Cap) -> Cap:
    """Half as many in the same time, rounded down; of a cap of one, the one in twice the time."""
    return Cap(at_most=cap.at_most // 2, days=cap.days) if cap.at_most > 1 else Cap(at_most=1, days=2 * cap.days)


def longest_window(pressure: Pressure) -> timedelta:
    """How far back any cap looks, for a person who is asked less often."""
    caps = [pressure.company, *pressure.channels.values(), *pressure.programmes.values()]
    return timedelta(days=max((2 * cap.days for cap in caps if cap), default=0))
