"""Who asks whom how often: the last four weeks of some touchpoints' funnels, for the page of contact pressure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.invitations.usecases.funnels import Funnel, funnel
from services.invitations.usecases.ports import Deps
from shared.sessions import Visitor

DAYS = 28
PAGE = 8
"""Touchpoints on one page."""


@dataclass(frozen=True)
class Asked:
    """funnels: of the touchpoints on this page. total: touchpoints on all pages."""

    funnels: list[Funnel]
    page: int
    total: int


def asked(visitor: Visitor, page: int, deps: Deps) -> Asked:
    """An owner's own touchpoints, a front-line person's, or all of a pilot's. page: from 1."""
    names = [name for name, owner in deps.catalogue.owned() if is_theirs(visitor, name, owner)]
    last = deps.now().date()
    shown = names[(page - 1) * PAGE : page * PAGE]
    return Asked([funnel(name, last - timedelta(days=DAYS - 1), last, deps) for name in shown], page, len(names))


def is_theirs(visitor: Visitor, touchpoint: str, owner: str) -> bool:
    if visitor.role == "front_line":
        return touchpoint in visitor.person.touchpoints
    return visitor.role == "pilot" or owner == visitor.owner
