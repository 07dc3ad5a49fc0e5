"""Every public POST that may record an answer is counted, by its link and by its address (`domain/limits.py`).

What cannot be counted is refused: a counter that does not answer would otherwise be the way round it.
"""

from __future__ import annotations

from services.collector.domain.limits import DEVICES, PEOPLE, limit_of
from services.collector.domain.links import Link
from services.collector.usecases.ports import Deps
from shared.callers import Caller
from shared.codes import keyed_hash
from shared.errors import TooManyRequests
from shared.limits import Limit

LARGEST_BODY = 200_000
"""Bytes of what a widget or a kiosk sends: a hundred answers, or one with the longest comment, however it is spelt."""


def admit(link: Link, caller: Caller, deps: Deps, weight: int = 1) -> None:
    """Counts a request by its link and by its address. weight: how many answers it carries.

    The address is not kept: what is, is another every day and of use to nobody. Raises TooManyRequests, Unavailable.
    """
    is_ours = link.channel in ("kiosk", "agent", "paper")
    day = f"{deps.now():%Y-%m-%d}"
    address = keyed_hash(deps.secret, "address", f"{day}:{caller.network}")
    count(f"address-{address}", DEVICES if is_ours else PEOPLE, weight, deps)
    count(f"link-{link.link_id}", limit_of(link), weight, deps)


def count(what: str, limit: Limit, weight: int, deps: Deps) -> None:
    """A weight above the limit counts as the limit, so that what is sent at once is taken once a window at least."""
    now = deps.now()
    if not deps.counters.count(what, limit, now, min(max(weight, 1), limit.most)):
        raise TooManyRequests("too many answers from here; wait a little", retry_after=limit.seconds_left(now))
