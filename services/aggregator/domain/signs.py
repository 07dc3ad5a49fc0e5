"""Early signs: what people do before they say anything, each counted like an answer that is bad or not. Pure.

| sign | an event | bad |
|---|---|---|
| silence | an invitation was sent, a day ago | it has not been answered |
| abandonment | a question was opened, an hour ago | it has not been answered |
| pressure | somebody could have been asked | they were asked too often already |

An event stands at the time at which it is known how it went, so that an account can step over it like over any
answer. What becomes known later is the same event's mark of a higher revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.aggregator.domain.answers import Answer, Series
from shared.events import AlertKind
from shared.times import parse_time

SIGNS: tuple[AlertKind, ...] = ("silence", "abandonment", "pressure")
ANSWERED_WITHIN = timedelta(days=1)
"""Most who answer an invitation at all do so on the same day."""
FINISHED_WITHIN = timedelta(hours=1)
"""One question takes ten seconds; whoever has not answered within the hour has left."""
TOO_OFTEN = frozenset({"quarantine", "company_cap", "programme_cap", "channel_cap", "displaced"})
ASKABLE = frozenset({"not_sampled", "quiet_hours"})
"""Reasons that are looked at after those of pressure: it was not in the way."""
GONE = frozenset({"bounced", "suppressed"})
"""An invitation in such a state reached nobody; its silence says nothing."""


def signs_of_invitation(item: Mapping[str, Any]) -> list[Answer]:
    """What an invitation tells as it stands.

    Raises an error that `shared.streams.readable` knows where the item is no invitation.
    """
    sent_at, opened_at, answered_at = (time_in(item, name) for name in ("sent_at", "opened_at", "answered_at"))
    touchpoint, name, channel = item["touchpoint"], item["invitation_id"], item["channel"]
    is_gone = item["state"] in GONE
    waits = (("silence", sent_at, ANSWERED_WITHIN), ("abandonment", opened_at, FINISHED_WITHIN))
    signs = []
    for source, since, within in waits:
        if since is not None:
            due, series = since + within, Series(touchpoint, source, source)
            is_good = answered_at is not None and answered_at <= due
            revision = 1 + is_good + 2 * is_gone
            signs.append(Answer(name, series, due, int(is_good), channel, revision, not is_gone))
    return signs


def signs_of_interaction(item: Mapping[str, Any]) -> list[Answer]:
    """Whether somebody could not be asked for having been asked too often; nothing where that was not looked at.

    Raises an error that `shared.streams.readable` knows where the item is no interaction.
    """
    reason = item.get("reason")
    if item["decision"] != "planned" and reason not in ASKABLE | TOO_OFTEN:
        return []
    series, at = Series(item["touchpoint"], "pressure", "pressure"), parse_time(item["occurred_at"])
    channel, is_good = item.get("channel") or "api", reason not in TOO_OFTEN
    revision = 2 if reason == "displaced" else 1
    return [Answer(item["invitation_id"], series, at, int(is_good), channel, revision, True)]


def time_in(item: Mapping[str, Any], name: str) -> datetime | None:
    return parse_time(item[name]) if item.get(name) else None
