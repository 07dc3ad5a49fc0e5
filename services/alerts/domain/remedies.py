"""What was done about an alert: which days it may hold from, and how it is known again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

from shared.events import AlertEvent

MOST = 20
"""Of one alert: more is a diary, and the check could tell none of them apart."""
DAY = timedelta(days=1)


def days_allowed(event: AlertEvent, now: datetime) -> tuple[date, date]:
    """The first and the last day from which a remedy may hold: not before the alert, and not in the future.

    A day more on either side: where the owner is it may be another day than in UTC.
    """
    return event.raised_at.date() - DAY, now.date() + DAY


def remedy_id(alert_id: str, on: date, text: Mapping[str, str]) -> str:
    """The same for the same remedy: written twice, it is one."""
    written = json.dumps([alert_id, on.isoformat(), dict(text)], ensure_ascii=False, sort_keys=True)
    return sha256(written.encode()).hexdigest()[:16]
