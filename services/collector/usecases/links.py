"""Links: made, listed, revoked."""

from __future__ import annotations

import re
from typing import Any

from services.collector.domain.link_requests import LinkRequest
from services.collector.domain.links import Link
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import TOUCHPOINT_ID, hash_of, known_to
from shared import bodies
from shared.codes import keyed_hash, printed_code
from shared.errors import FieldError, InvalidInput, NotFound


def create_link(sent: Any, deps: Deps) -> tuple[Link, str]:
    """A new link and its code, which is not kept. Raises InvalidInput naming every wrong field."""
    known = known_to(deps, [sent])
    request = bodies.parse_as(LinkRequest, sent, known)
    code = printed_code(deps.new_code()) if request.channel == "qr" else deps.new_code()
    link = Link(
        link_id=code_hash(code, deps),
        touchpoint=request.touchpoint,
        mode=request.mode,
        channel=request.channel,
        audience=request.audience,
        created_at=known.now,
        invitation_id=request.invitation_id,
        customer=hash_of(deps.secret, request.customer_id),
        expires_at=request.expires_at,
        must_send=request.must_send,
        place=request.place,
    )
    deps.links.add(link)
    return link, code


def links_of(touchpoint: str, after: str | None, limit: int, deps: Deps) -> list[Link]:
    """The touchpoint's links, oldest first, those after the link of that id. Raises NotFound, InvalidInput."""
    if not TOUCHPOINT_ID.fullmatch(touchpoint):
        raise NotFound("there is no such touchpoint")
    last = deps.links.get(after) if after is not None else None
    if after is not None and (last is None or last.touchpoint != touchpoint):
        raise InvalidInput(errors=[FieldError("query:cursor", "this cursor was not given by us", "cursor")])
    links = deps.links.of(touchpoint, last, limit)
    if not links and last is None and deps.catalogue.touchpoint(touchpoint) is None:
        raise NotFound("there is no such touchpoint")
    return links


def revoke_link(link_id: str, deps: Deps) -> Link:
    """Stops a link; one that is stopped stays as it is. Raises NotFound."""
    link = deps.links.revoke(link_id, deps.now()) if re.fullmatch("[0-9a-f]{32}", link_id) else None
    if link is None:
        raise NotFound("there is no such link")
    return link


def code_hash(code: str, deps: Deps) -> str:
    """What is kept of a link's code."""
    return keyed_hash(deps.secret, "link", code)
