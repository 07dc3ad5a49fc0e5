"""What the verbs need from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.collector.domain.history import Position
from services.collector.domain.links import Link
from services.collector.domain.openings import Opening
from services.collector.domain.responses import Response
from shared.auth import Authenticator
from shared.catalogue import Catalogue, Changed
from shared.limits import Counters


class Responses(Protocol):
    """Where answers stand: one for each id at a touchpoint, for ever the first that came."""

    def add(self, responses: Sequence[Response]) -> list[bool]:
        """For each answer whether it was new, in their order. One that was there stays as it was.

        Raises Unavailable, after which some may be stored: adding them again is safe.
        """
        ...

    def holds(self, touchpoint: str, response_id: str) -> bool:
        """Whether there is such an answer, as of now."""
        ...

    def get(self, touchpoint: str, response_id: str) -> Response | None:
        """The answer as it stands now; None where there is none."""
        ...

    def change(self, response: Response, now: datetime, *, only_confirmed: bool = False) -> bool:
        """Replaces what a person may change of an answer, as its next revision; `collected_at` stays.

        False, and nothing changed, where there is none of its id, on its scale, that `may_change` at that time;
        only_confirmed: or where the person has pressed Send, or it was voided.
        """
        ...

    def void(self, touchpoint: str, response_id: str, because: str) -> bool:
        """Takes an answer that only `BY_INPUT` confirmed out of the figures; False where there is no such one."""
        ...

    def between(self, touchpoint: str, after: Position, until: datetime, limit: int) -> tuple[list[Response], bool]:
        """Up to `limit` answers of the month that `after` is in, in the order of `collected_at`; and whether these
        are all that it has before `until`."""
        ...


class Openings(Protocol):
    """Who opened a single link with which score in its address; at most one time a score is kept."""

    def note(self, link: Link, at: datetime, *, score: int | None = None, marked: str | None = None) -> Opening:
        """Notes it, and says how things stand then. marked: a suspicion; the first one stays."""
        ...

    def get(self, link_id: str) -> Opening | None:
        """As of now; None where it never was."""
        ...


class Links(Protocol):
    """Where links stand, by the keyed hash of their code."""

    def add(self, link: Link) -> None: ...

    def get(self, link_id: str) -> Link | None: ...

    def of(self, touchpoint: str, after: Link | None, limit: int) -> list[Link]:
        """The touchpoint's links in the order they were made, those that follow `after`."""
        ...

    def revoke(self, link_id: str, at: datetime) -> Link | None:
        """The link, revoked then or earlier; None where there is none."""
        ...


class Remedies(Protocol):
    """What owners say they did about what people answered."""

    def shown(self, touchpoint: str) -> tuple[Changed, ...]:
        """What people may read of it, newest first. What is new may be missing; where nothing can be read, all is."""
        ...


@dataclass(frozen=True)
class Deps:
    """All that the verbs need from outside. new_code: a random code of base-62 characters.

    proxies: how many of ours stand between people and API Gateway.
    """

    responses: Responses
    links: Links
    openings: Openings
    counters: Counters
    catalogue: Catalogue
    remedies: Remedies
    authenticator: Authenticator
    now: Callable[[], datetime]
    new_code: Callable[[], str]
    secret: bytes
    public_url: str
    proxies: int
