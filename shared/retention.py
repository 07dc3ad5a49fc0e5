"""How long what is kept of people stays, by kind; DynamoDB removes an item some time after its `expires_at`.

The days run from when an item was last written, so that what is in use stays; an invitation's from its interaction,
without which nobody would find it. `KEPT_DAYS` in chalice.json, for all stages or for one, says otherwise:
`response=730 interaction=200`. What was counted of an item stays for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.settings import Environment
from shared.times import parse_time

A_DAY_S = 24 * 60 * 60
DAYS = {
    "interaction": 400,
    "invitation": 400,
    "step": 400,
    "ledger": 400,
    "link": 400,
    "opening": 400,
    "case_reply": 400,
    "outcome": 1095,
    "response": 1095,
    "case": 1095,
    "deed": 1095,
    "customer_case": 1095,
    "standing": 400,
    "note": 400,
    "delivery": 400,
}
"""A link that anybody may use has no customer, and stays until it is revoked."""
QUOTING = ("standing", "note", "delivery")
"""What quotes answers stays no longer than they do."""
Expiry = Callable[[Mapping[str, Any]], int | None]


def retention(environment: Environment, now: Callable[[], datetime]) -> Expiry:
    """When an item that is written now is to go, unix seconds; None where it stays, or says so itself.

    Raises RuntimeError where `KEPT_DAYS` names a kind that there is not, or no days.
    """
    days = days_kept(environment)

    def expiry(item: Mapping[str, Any]) -> int | None:
        kind = item.get("kind")
        is_anybodys = kind == "link" and "customer" not in item
        if kind not in days or "expires_at" in item or is_anybodys:
            return None
        since = parse_time(item["occurred_at"]) if kind == "invitation" else now()
        return int(since.timestamp()) + days[kind] * A_DAY_S

    return expiry


def kept(kind: str, environment: Environment) -> timedelta:
    """How long items of the kind stay. Raises as `retention`."""
    return timedelta(days=days_kept(environment)[kind])


def days_kept(environment: Environment) -> dict[str, int]:
    """The days by kind; what leads to others stays as long as they may. Raises as `retention`."""
    days = DAYS | said(environment.get("KEPT_DAYS", ""))
    days |= {kind: min(days[kind], days["response"]) for kind in QUOTING}
    days["invitation"] = min(days["invitation"], days["interaction"])
    days["customer_case"] = max(days["customer_case"], days["case"], days["deed"])
    return days


def said(text: str) -> dict[str, int]:
    """The days by kind that a setting names."""
    found = dict(part.partition("=")[::2] for part in text.split())
    wrong = [kind for kind, days in found.items() if kind not in DAYS or not days.isdecimal() or days == "0"]
    if wrong:
        raise RuntimeError(f"KEPT_DAYS: {', '.join(wrong)}; it takes {', '.join(DAYS)}, each with a number of days")
    return {kind: int(days) for kind, days in found.items()}
