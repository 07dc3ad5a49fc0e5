"""How links are asked for over HTTP, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from services.collector.domain.links import Link
from services.collector.views.replies import Reply
from shared.errors import FieldError, InvalidInput
from shared.times import format_time

MOST_LINKS = 200
ROOMS = {"qr": "S", "widget": "w", "kiosk": "k", "agent": "a", "paper": "a"}
"""The first part of a link's path by its channel; `s`, the page, for every other. `S` is the page as squares say it."""


class LinkView(Reply):
    """A link, without its code."""

    link_id: str
    touchpoint: str
    mode: str
    channel: str
    audience: str
    created_at: str
    place: str | None = None
    invitation_id: str | None = None
    expires_at: str | None = None
    revoked_at: str | None = None


class NewLink(LinkView):
    """A link just made: the only time its code is shown."""

    code: str
    url: str


class LinkList(Reply):
    """Links in the order they were made. next_cursor: given back as `cursor`, leads to those that follow."""

    links: list[LinkView]
    next_cursor: str | None = None


def links_query(query: Callable[[str], str | None]) -> tuple[str, str | None, int]:
    """touchpoint, cursor and limit. Raises InvalidInput naming each that is wrong."""
    touchpoint, limit, errors = query("touchpoint"), query("limit") or "50", []
    if touchpoint is None:
        errors.append(FieldError("query:touchpoint", "name a touchpoint", "missing"))
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST_LINKS:
        errors.append(FieldError("query:limit", f"1 to {MOST_LINKS}", "limit"))
    if errors:
        raise InvalidInput(errors=errors)
    return touchpoint or "", query("cursor"), int(limit)


def link_view(link: Link) -> LinkView:
    return LinkView.model_validate(link_fields(link))


def link_fields(link: Link) -> dict[str, str | None]:
    """What the API says of a link: everything but its code, which nobody can read back."""
    return {
        "link_id": link.link_id,
        "touchpoint": link.touchpoint,
        "mode": link.mode,
        "channel": link.channel,
        "audience": link.audience,
        "created_at": format_time(link.created_at),
        "place": link.place,
        "invitation_id": link.invitation_id,
        "expires_at": format_time(link.expires_at) if link.expires_at else None,
        "revoked_at": format_time(link.revoked_at) if link.revoked_at else None,
    }


def new_link(link: Link, code: str, public_url: str) -> NewLink:
    return NewLink.model_validate(
        link_fields(link) | {"code": code, "url": f"{public_url}/{ROOMS.get(link.channel, 's')}/{code}"}
    )


def link_list(links: Sequence[Link], limit: int) -> LinkList:
    """A full page has a cursor, even where nothing follows it."""
    cursor = links[-1].link_id if len(links) == limit else None
    return LinkList(links=[link_view(link) for link in links], next_cursor=cursor)
