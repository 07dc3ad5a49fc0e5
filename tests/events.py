"""Events for tests: a valid one of an alert and of a case, any field of which can be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events import AlertEvent, CaseEvent, Evidence, Share

RAISED = datetime(2024, 3, 1, 10, 15, tzinfo=UTC)
PAGE = "https://example.com/cases/0123456789abcdef"
"""Of the case."""


def alert_event(**fields: Any) -> AlertEvent:
    """A raised drop at the checkout of the web team."""
    raised_at = fields.get("raised_at", RAISED)
    audience = fields.get("audience", "customer")
    touchpoint = fields.get("touchpoint", "checkout")
    usual = {
        "alert_id": f"drop.{touchpoint}.{audience}.{raised_at:%Y%m%dT%H%M%SZ}",
        "revision": 1,
        "kind": "drop",
        "state": "raised",
        "touchpoint": touchpoint,
        "touchpoint_name": {"en": "Checkout", "fr": "Paiement"},
        "audience": audience,
        "scale": "csat",
        "owner": "web",
        "owners": ["web"],
        "journey": "shop",
        "severity": "medium",
        "raised_at": raised_at,
        "change_started_at": raised_at - timedelta(days=2),
        "change_started_between": (raised_at - timedelta(days=3), raised_at - timedelta(days=1)),
        "n": 240,
        "before": Share(bad=80, n=1000, low=0.065, high=0.098),
        "after": Share(bad=46, n=240, low=0.147, high=0.246),
        "evidence": Evidence(method="e-detector/1", e_value=10000, false_alarms_per_year=1, settings_version="test"),
        "sentence": {"en": "Since Tuesday, 19% bad answers.", "fr": "Depuis mardi, 19 % de mauvaises réponses."},
    }
    return AlertEvent(**{**usual, **fields})


def case_event(**fields: Any) -> CaseEvent:
    """A case that was just opened at the checkout."""
    usual = {
        "case_id": "0123456789abcdef",
        "revision": 1,
        "state": "opened",
        "touchpoint": "checkout",
        "touchpoint_name": {"en": "Checkout", "fr": "Paiement"},
        "owner": "web",
        "owners": ["web"],
        "journey": "shop",
        "reasons": ["score", "call_back"],
        "raised_at": RAISED,
        "due_at": RAISED + timedelta(hours=24),
        "links": {"page": PAGE},
    }
    return CaseEvent(**usual | fields)
