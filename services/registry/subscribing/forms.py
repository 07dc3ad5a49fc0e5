"""The page's form: from a subscription to its fields, and from its fields to a subscription as a file has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from services.registry.domain.difference import hidden_address
from services.registry.domain.journey import WAYS, Pillar
from shared.catalogue import Subscription
from shared.events import NewsKind, Severity

SEVERITIES: tuple[str, ...] = get_args(Severity)
PILLARS: tuple[str, ...] = get_args(Pillar)
KINDS: tuple[str, ...] = get_args(NewsKind)
TICKED = {"kinds": KINDS, "severities": SEVERITIES, "pillars": PILLARS}
"""Filters that are chosen by ticks, and what each may name."""
LISTS = ("touchpoints", "journeys")


def subscription_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """What the form says; what is left empty is left out, but an empty secret, which stays as it is."""
    way = fields.get("way", "")
    sent: dict[str, Any] = {way if way in WAYS else "email": fields.get("target", "").strip()}
    sent |= {name: text for name in ("lang", "time_zone", "secret") if (text := fields.get(name, "").strip())}
    sent |= {name: ids for name in LISTS if (ids := re.split(r"[\s,;]+", fields.get(name, "").strip())) != [""]}
    sent |= {"everywhere": True} if "everywhere" in fields else {}
    sent |= {
        name: ticked
        for name, all_of in TICKED.items()
        if (ticked := [one for one in all_of if f"{name}-{one}" in fields])
    }
    if fields.get("digest") in ("day", "week"):
        sent["digest"] = {"every": fields["digest"], "at": fields.get("digest_at") or "08:00"} | urgent(fields)
    if fields.get("quiet_start") or fields.get("quiet_end"):
        hours = {"start": fields.get("quiet_start", ""), "end": fields.get("quiet_end", "")}
        sent["quiet_hours"] = hours | {"weekends": "weekends" in fields} | urgent(fields)
    return sent


def urgent(fields: Mapping[str, str]) -> dict[str, Any]:
    """Which severities are told at once all the same."""
    return {"except_for": ["high"] if "urgent" in fields else []}


def fields_of(one: Subscription) -> dict[str, str]:
    """The form's fields as they show a subscription."""
    target = hidden_address(one.kind, one.target)
    shown = {"id": one.id, "way": one.kind, "target": target, "lang": one.lang, "time_zone": one.time_zone}
    shown |= {name: " ".join(getattr(one, name)) for name in LISTS}
    shown |= {f"{name}-{value}": "1" for name in TICKED for value in getattr(one, name)}
    exceptions = {
        *(one.digest.except_for if one.digest else ()),
        *(one.quiet_hours.except_for if one.quiet_hours else ()),
    }
    shown |= {"digest": one.digest.every, "digest_at": one.digest.at} if one.digest else {}
    if one.quiet_hours:
        shown |= {"quiet_start": one.quiet_hours.start, "quiet_end": one.quiet_hours.end}
        shown |= {"weekends": "1"} if one.quiet_hours.weekends else {}
    return shown | ({"urgent": "1"} if "high" in exceptions else {}) | ({"everywhere": "1"} if one.everywhere else {})
