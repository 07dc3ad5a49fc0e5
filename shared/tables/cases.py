"""Keys of the table `cases`: what is to be told to whom, and what became of it.

| to find | partition key | sort key |
|---|---|---|
| everything to be told of one alert | `ALERT#alert_id` | `DELIVERY#…` (`delivery_key`) |
| one message: this alert, this transition, this subscription | same | `DELIVERY#0001#subscription` (`delivery_key`) |
| what is parked, oldest first | index `state`: `PARKED` (`state_partition`) | `created_at#alert_id…` (`state_key`) |
| what was delivered lately | index `state`: `DELIVERED#2024-03-01` | `created_at#…` (`state_key`) |
"""

from __future__ import annotations

from datetime import date, datetime

from shared.tables import key
from shared.times import key_time

Key = tuple[str, str]
STATE_INDEX = "state"


def delivery_key(alert_id: str, revision: int, subscription: str) -> Key:
    return key("ALERT", alert_id), key("DELIVERY", f"{revision:04}", subscription)


def state_key(state: str, created_at: datetime, alert_id: str, subscription: str) -> Key:
    """state: PENDING, DELIVERED or PARKED."""
    return state_partition(state, created_at.date()), key(key_time(created_at), alert_id, subscription)


def state_partition(state: str, day: date) -> str:
    """The day keeps each partition short; what is parked is little, and looked for whenever it was written."""
    return state if state == "PARKED" else key(state, day.isoformat())
