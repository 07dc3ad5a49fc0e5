"""How often anybody may answer: every public POST that may record one is counted, by its link and by its address.

The limits are there for floods, not for people, and each is well above what people do:

| what | limit | why |
|---|---|---|
| a single link | 10 an hour | one person's answer, its changes and the page's own notices |
| a known customer's widget | 60 an hour | it sends each score as it is pressed, and the words must still arrive |
| an open link | 3,000 answers an hour | a poster in a full hall; a kiosk that was without network for a day |
| a widget's link | 30,000 an hour | one link serves every visitor of a site |
| a link of an agent, or for paper | 600 an hour | nobody keys in more than one in six seconds |
| an address | 300 a minute | everybody in an office or a shop has the same one, and a mailing comes to all at once |
| an address of kiosks and agents | 1,000 answers a minute | a call centre has one address, and all day long |

What cannot be counted is refused: a counter that does not answer would otherwise be the way round it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Protocol

from services.collector.domain import Link
from shared.callers import Caller
from shared.codes import keyed_hash
from shared.errors import TooManyRequests

LARGEST_BODY = 200_000
"""Bytes of what a widget or a kiosk sends: a hundred answers, or one with the longest comment, however it is spelt."""


@dataclass(frozen=True)
class Limit:
    """At most so many in a window; windows begin at whole multiples of their length since 1970."""

    most: int
    window: timedelta

    def began(self, now: datetime) -> datetime:
        """When the window began that `now` is in."""
        length = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)


SINGLE = Limit(10, timedelta(hours=1))
KNOWN_CUSTOMER = Limit(60, timedelta(hours=1))
"""Of single links: the page's, and the widget's."""
OPEN = Limit(3000, timedelta(hours=1))
BY_CHANNEL = {
    "widget": Limit(30_000, timedelta(hours=1)),
    "agent": Limit(600, timedelta(hours=1)),
    "paper": Limit(600, timedelta(hours=1)),
}
"""Of open links, where it is another than `OPEN`."""
PEOPLE = Limit(300, timedelta(minutes=1))
DEVICES = Limit(1000, timedelta(minutes=1))
"""Of one address: of people's own telephones and computers, and of ours."""


class Counters(Protocol):
    """Counts within windows."""

    def count(self, what: str, window: datetime, weight: int, limit: Limit) -> bool:
        """Adds the weight to what was counted in that window and says so; where that would be more than the limit,
        adds nothing. Raises Unavailable where it cannot be told."""
        ...


class HasCounters(Protocol):
    """What limits need of the service's dependencies."""

    @property
    def counters(self) -> Counters: ...

    @property
    def secret(self) -> bytes: ...

    @property
    def now(self) -> Callable[[], datetime]: ...


def admit(link: Link, caller: Caller, deps: HasCounters, weight: int = 1) -> None:
    """Counts a request by its link and by its address. weight: how many answers it carries.

    The address is not kept: what is, is another every day and of use to nobody. Raises TooManyRequests, Unavailable.
    """
    is_ours = link.channel in ("kiosk", "agent", "paper")
    day = f"{deps.now():%Y-%m-%d}"
    address = keyed_hash(deps.secret, "address", f"{day}:{caller.network}")
    count(f"address-{address}", DEVICES if is_ours else PEOPLE, weight, deps)
    count(f"link-{link.link_id}", limit_of(link), weight, deps)


def limit_of(link: Link) -> Limit:
    if link.mode == "single":
        return KNOWN_CUSTOMER if link.channel == "widget" else SINGLE
    return BY_CHANNEL.get(link.channel, OPEN)


def count(what: str, limit: Limit, weight: int, deps: HasCounters) -> None:
    """A weight above the limit counts as the limit, so that what is sent at once is taken once a window at least."""
    now = deps.now()
    began = limit.began(now)
    if not deps.counters.count(what, began, min(max(weight, 1), limit.most), limit):
        seconds = ceil((began + limit.window - now).total_seconds())
        raise TooManyRequests("too many answers from here; wait a little", retry_after=max(seconds, 1))
