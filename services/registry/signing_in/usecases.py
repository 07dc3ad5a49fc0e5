"""Signing in: a link is asked for by address, comes by e-mail, and begins one session when its button is pressed.

Whoever asks hears the same after the same time, whether the address is known or not. Opening the link does nothing:
mail scanners open every link they see. Only a form that a person sends uses it up, and ends the person's other links.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Protocol

from shared.catalogue import People, Person
from shared.codes import keyed_hash, random_code
from shared.errors import Gone, TooManyRequests, Unavailable
from shared.limits import Counters, Limit
from shared.sessions import seal_of

LINK_LASTS = timedelta(minutes=15)
ANSWERS_AFTER = timedelta(milliseconds=800)
"""How long asking takes whoever asks; sending a mail takes less, as a rule."""
BY_ASKER = Limit(5, timedelta(hours=1))
"""Mails to one address that one network asks for: who knows an address keeps nobody elsewhere from theirs."""
BY_ADDRESS = Limit(30, timedelta(hours=1))
"""Mails to one address, whoever asks: nobody's box is filled by somebody else."""
BY_NETWORK = Limit(40, timedelta(minutes=10))
"""Questions from one network: an office has the same address outside."""


@dataclass(frozen=True)
class SignInLink:
    """A link as it is kept. seal: of the person as of when it was asked for; next: the path it leads to."""

    person: str
    seal: str
    next: str
    expires_at: datetime

    @property
    def asked_at(self) -> datetime:
        return self.expires_at - LINK_LASTS


class Links(Protocol):
    """Links to sign in by, under the keyed hashes of their codes."""

    def add(self, code_hash: str, link: SignInLink) -> None: ...

    def get(self, code_hash: str) -> SignInLink | None:
        """The link, if it was not used yet."""
        ...

    def use(self, code_hash: str) -> SignInLink | None:
        """The link, to the first who asks; None to everybody after."""
        ...


class Visits(Protocol):
    """When people signed in."""

    def began(self, person: str, asked_at: datetime, now: datetime) -> datetime | None:
        """Notes that the person signs in now, and says when they did before; None the first time.

        Raises Gone, and notes nothing, where that was after `asked_at`.
        """
        ...


class Mailer(Protocol):
    """What sends the mail. Raises Unavailable where it could not."""

    def send(self, person: Person, address: str) -> None: ...


@dataclass(frozen=True)
class Deps:
    """wait_until: returns at that time. public_url: where our pages are."""

    people: People
    links: Links
    visits: Visits
    counters: Counters
    mailer: Mailer
    secret: Callable[[], bytes]
    random_bytes: Callable[[int], bytes]
    now: Callable[[], datetime]
    wait_until: Callable[[datetime], None]
    public_url: str


def ask_for_link(email: str, path: str, network: str, deps: Deps) -> bool:
    """Sends a link to the person whose address it is, if it is anybody's; False where the mail could not be sent.

    path: where the link leads; network: where the question comes from.
    Raises TooManyRequests where a network asks too often, whatever it asks.
    """
    now = deps.now()
    answer_at = now + ANSWERS_AFTER
    if not deps.counters.count(counted("network", network, deps), BY_NETWORK, now):
        raise TooManyRequests(retry_after=BY_NETWORK.seconds_left(now))
    person = deps.people.person_at(email)
    has_room = is_counted(email.strip().casefold(), network, now, deps)
    try:
        if person and has_room:
            deps.mailer.send(person, link_for(person, path, deps))
    except Unavailable:
        return False
    finally:
        deps.wait_until(answer_at)
    return True


def is_counted(address: str, network: str, now: datetime, deps: Deps) -> bool:
    """Whether the address may be sent one more, which is then counted; what a network asks for in vain is not."""
    asker = counted("asker", f"{address}\n{network}", deps)
    to_all = counted("address", address, deps)
    return deps.counters.count(asker, BY_ASKER, now) and deps.counters.count(to_all, BY_ADDRESS, now)


def link_for(person: Person, path: str, deps: Deps) -> str:
    """The address of a new link for the person."""
    code = random_code(deps.random_bytes)
    seal = seal_of(person, deps.secret())
    deps.links.add(hashed(code, deps), SignInLink(person.id, seal, path, deps.now() + LINK_LASTS))
    return f"{deps.public_url}/sign-in/{code}"


def opened(code: str, deps: Deps) -> Person:
    """Whose link it is, which is left as it was. Raises Gone where it was used, is too old, or nobody's any more."""
    return _person_of(deps.links.get(hashed(code, deps)), deps)


def sign_in(code: str, deps: Deps) -> tuple[Person, str, datetime | None]:
    """The person, the path to go on to, and when they signed in before; the link is used up.

    Raises Gone as `opened` does, and where the person signed in by another link since this one was asked for.
    """
    link = deps.links.use(hashed(code, deps))
    person = _person_of(link, deps)
    assert link is not None
    return person, link.next, deps.visits.began(person.id, link.asked_at, deps.now())


def _person_of(link: SignInLink | None, deps: Deps) -> Person:
    person = deps.people.person(link.person) if link and deps.now() < link.expires_at else None
    if link is None or person is None or not compare_digest(link.seal, seal_of(person, deps.secret())):
        raise Gone()
    return person


def hashed(code: str, deps: Deps) -> str:
    return keyed_hash(deps.secret(), "sign-in", code)


def counted(kind: str, value: str, deps: Deps) -> str:
    """What a counter is kept under: nothing that tells the address."""
    return f"{kind}-{keyed_hash(deps.secret(), f'sign-in-{kind}', f'{deps.now():%Y-%m-%d}:{value}')}"
