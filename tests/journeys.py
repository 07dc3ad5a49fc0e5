"""Journey documents for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def journey(name: str, owners: Mapping[str, str]) -> dict[str, Any]:
    """A document of touchpoints on CSAT, each with its owner, who is told by e-mail.

    owners: the owner of each touchpoint.
    """
    return {
        "name": name,
        "owners": {
            owner: {"name": owner, "lang": "en", "subscriptions": {"team": f"{owner}@example.com"}}
            for owner in sorted(set(owners.values()))
        },
        "journeys": {"shop": {"name": {"en": "Shop"}, "stages": {"buy": {"en": "Buy"}}}},
        "surveys": {"sat": {"scale": "csat", "question": {"en": "How was it?"}}},
        "touchpoints": {
            touchpoint: {
                "name": {"en": touchpoint},
                "owner": owner,
                "journey": "shop",
                "stage": "buy",
                "pillar": "process",
                "channels": ["web"],
                "survey": "sat",
            }
            for touchpoint, owner in owners.items()
        },
    }
