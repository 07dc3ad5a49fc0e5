"""Links to a touchpoint's page: what is kept of one, and what whoever opens it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.catalogue import Channel

Mode = Literal["open", "single"]
State = Literal["ready", "answered", "expired", "revoked", "paused"]

KEYED_IN: tuple[Channel, ...] = ("agent", "paper")
"""Channels by which staff key in what customers said or wrote."""
SHARED: tuple[Channel, ...] = ("widget", "kiosk", *KEYED_IN)
"""Channels whose link many people answer by."""


@dataclass(frozen=True)
class Link:
    """A way to the page of a touchpoint. link_id: the keyed hash of its code; the code itself is not kept.

    mode: `open` takes any number of answers, `single` takes one.
    must_send: a score in its address only counts once the person presses Send, whatever else they do.
    expires_at: from then on it takes none; None: it stays.
    place: where it hangs or who has it: the label of a counter, a table, a parcel, a device.
    """

    link_id: str
    touchpoint: str
    mode: Mode
    channel: str
    audience: str
    created_at: datetime
    invitation_id: str | None = None
    customer: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    must_send: bool = False
    place: str | None = None

    @property
    def evidence(self) -> dict[str, str]:
        """What an answer by this link says of it."""
        known = {"link": self.link_id, "place": self.place, "invitation": self.invitation_id}
        return {name: value for name, value in known.items() if value is not None}

    @property
    def only_response_id(self) -> str | None:
        """The id of the one answer a single link can have; links of one invitation share it."""
        if self.mode == "open":
            return None
        return f"invitation:{self.invitation_id}" if self.invitation_id else f"link:{self.link_id}"

    def state(self, now: datetime, *, is_answered: bool, is_paused: bool) -> State:
        """What somebody who opens it finds; an answer given outlives the link."""
        if is_answered:
            return "answered"
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "paused" if is_paused else "ready"
