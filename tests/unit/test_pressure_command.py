"""What `etincelle pressure` prints: reasons in words, and a row for the channels that stand alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cli.invitations import WHY, hindrance, minute, together
from services.invitations.domain.interactions import REASONS

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


def standing(channel: str, start: str | None, **more: Any) -> dict[str, Any]:
    return {"touchpoint": "checkout", "owner": "shop", "channel": channel, "may_be_asked_at": start, **more}


def test_every_reason_has_words() -> None:
    assert set(WHY) == set(REASONS)


def test_channels_that_stand_alike_share_a_row() -> None:
    later, rest = "2024-04-01T09:30:12.5Z", {"reason": "quarantine", "whose": "checkout"}
    rows = together(
        [
            standing("web", "2024-03-01T11:59:59Z"),
            standing("email", later, **rest),
            standing("widget", "2024-03-01T11:59:58Z"),
            standing("sms", None, reason="opted_out"),
        ],
        NOW,
    )
    assert [(row["channels"], row["from"], row["because of"]) for row in rows] == [
        ("web, widget", "now", None),
        ("email", "2024-04-01 09:30Z", "checkout"),
        ("sms", "never", None),
    ]


def test_a_reason_stands_behind_its_words_and_an_unknown_one_alone() -> None:
    assert hindrance({"reason": "quarantine"})["why"] == "asked here lately (quarantine)"
    assert hindrance({"reason": "new_reason"})["why"] == "new_reason"
    assert minute(None) is None
