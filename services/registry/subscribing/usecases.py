"""Making, changing and removing subscriptions without a journey file; and what became of each.

An id belongs to the file or to whoever made it here, as an id of an owner belongs to one document (ADR 9): neither side
replaces, or removes, what is the other's. Each change names the version it was made from, and is kept as a version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.registry.domain import compiling, subscriptions
from services.registry.domain.mistakes import Mistake
from services.registry.domain.subscriptions import MOST
from shared.catalogue import ID, Owner, Subscription
from shared.errors import Conflict, FieldError, InvalidInput, NotFound
from shared.events import WEEKLY


@dataclass(frozen=True)
class Kept:
    """A subscription as it was made, changed or removed here. version: from 1; changed_by: a key, or a person."""

    owner: str
    subscription: Subscription
    version: int
    changed_at: datetime
    changed_by: str
    is_removed: bool = False

    @property
    def id(self) -> str:
        return self.subscription.id


@dataclass(frozen=True)
class Team:
    """An owner as its journey file has it. time_zone: of its document."""

    owner: Owner
    time_zone: str


class Subscriptions(Protocol):
    """Where subscriptions that were made here are kept. Reads see every write that came before."""

    def team(self, owner: str) -> Team | None:
        """None where no document has the owner."""
        ...

    def teams(self) -> dict[str, str]:
        """The name of every owner that is in a document, by id."""
        ...

    def of(self, owner: str) -> list[Kept]:
        """By id; those that were removed are among them, marked."""
        ...

    def save(self, kept: Kept) -> None:
        """Writes it as its version, once: raises Conflict where another of that version stands."""
        ...

    def versions(self, owner: str, subscription: str) -> list[Kept]:
        """How it was changed, oldest first; without its secrets."""
        ...


class Mutes(Protocol):
    """What subscriptions do not want to hear of, as the alerts service keeps it."""

    def of(self, subscription: str, now: datetime) -> Mapping[str, datetime]:
        """Until when, by what it is: alerts and touchpoints by id, `*` for everything, WEEKLY for the weekly report.

        subscription: `owner/id`. A mute that is over is not among them; one that was just written or lifted counts.
        """
        ...


@dataclass(frozen=True)
class Deps:
    """now: aware UTC."""

    subscriptions: Subscriptions
    mutes: Mutes
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Muted:
    """That a subscription hears of nothing, or not of all, until then."""

    until: datetime
    is_whole: bool


@dataclass(frozen=True)
class Listed:
    """A subscription of an owner. kept: None where it is the journey file's."""

    subscription: Subscription
    kept: Kept | None


def listed(owner: str, deps: Deps) -> list[Listed]:
    """All of an owner's, by id. Raises NotFound where there is no such owner."""
    return of_team(team_of(owner, deps), deps)


def of_team(team: Team, deps: Deps) -> list[Listed]:
    by_file = {one.id: Listed(one, None) for one in team.owner.subscriptions}
    made = {one.id: Listed(one.subscription, one) for one in deps.subscriptions.of(team.owner.id) if not one.is_removed}
    return [found for _, found in sorted((made | by_file).items())]


def muted(owner: str, found: Iterable[Listed], deps: Deps) -> dict[str, Muted]:
    """Those that are muted, by id. The weekly report is none of it: it is stopped, and lives, by a link of its own."""
    now = deps.now()
    ends = {one.subscription.id: deps.mutes.of(f"{owner}/{one.subscription.id}", now) for one in found}
    told = {name: {what: until for what, until in each.items() if what != WEEKLY} for name, each in ends.items()}
    return {name: Muted(each.get("*") or max(each.values()), "*" in each) for name, each in told.items() if each}


def get(owner: str, subscription: str, deps: Deps) -> Listed:
    """One of an owner's. Raises NotFound."""
    found = next((one for one in listed(owner, deps) if one.subscription.id == subscription), None)
    if found is None:
        raise NotFound("there is no such subscription")
    return found


@dataclass(frozen=True)
class Written:
    """A subscription as somebody wrote it. sent: as a journey file has it.

    base_version: what it was made from, 0 where it is new; by: a key, or a person.
    may_watch: whether they may say that it hears of every team's touchpoints, with what customers wrote there.
    """

    sent: Any
    base_version: int
    by: str
    may_watch: bool = True


def put(owner: str, subscription: str, asked: Written, deps: Deps) -> tuple[Kept, list[Mistake]]:
    """Makes or changes a subscription; the same again changes nothing. Gives what is to be thought about, too.

    Secrets that are left out, or asterisks, stay; a new one makes the one before it the
    former one, unless `former_secret` is written; null removes one. Whoever may not say whether it watches everywhere
    leaves that as it stands.
    Raises NotFound, Conflict, and InvalidInput naming every mistake.
    """
    team = team_of(owner, deps)
    refuse_other(team, subscription)
    known = next((one for one in deps.subscriptions.of(owner) if one.id == subscription), None)
    current = known.subscription if known and not known.is_removed else None
    sent = asked.sent if asked.may_watch else watching_as_before(asked.sent, current)
    written, warnings = accepted(owner, subscription, sent, current)
    made = compiling.subscription_value(subscription, written, team.owner.lang, team.time_zone)
    if known and current == made:
        return known, warnings
    refuse_stale(known, asked.base_version)
    if current is None and len(listed(owner, deps)) >= 2 * MOST:
        detail = f"an owner has at most {2 * MOST}, of which the file at most {MOST}"
        raise InvalidInput(errors=[FieldError("#/subscription", detail)])
    kept = Kept(owner, made, known.version + 1 if known else 1, deps.now(), asked.by)
    deps.subscriptions.save(kept)
    return kept, warnings


def remove(owner: str, subscription: str, base_version: int | None, by: str, deps: Deps) -> None:
    """Removes a subscription that was made here; its versions stay. Raises NotFound and Conflict."""
    refuse_other(team_of(owner, deps), subscription)
    known = next((one for one in deps.subscriptions.of(owner) if one.id == subscription), None)
    if known is None or known.is_removed:
        raise NotFound("there is no such subscription")
    if base_version is not None:
        refuse_stale(known, base_version)
    bare = known.subscription.model_copy(update={"secret": None, "former_secret": None})
    deps.subscriptions.save(Kept(owner, bare, known.version + 1, deps.now(), by, is_removed=True))


def versions(owner: str, subscription: str, deps: Deps) -> list[Kept]:
    """How a subscription was made, changed and removed, oldest first. Raises NotFound where it never was."""
    team_of(owner, deps)
    found = deps.subscriptions.versions(owner, subscription) if ID.fullmatch(subscription) else []
    if not found:
        raise NotFound("there is no such subscription made here")
    return found


def team_of(owner: str, deps: Deps) -> Team:
    team = deps.subscriptions.team(owner) if ID.fullmatch(owner) else None
    if team is None:
        raise NotFound("there is no such owner")
    return team


def refuse_other(team: Team, subscription: str) -> None:
    """Raises InvalidInput for what can be no id, and Conflict where the id is the journey file's."""
    if not ID.fullmatch(subscription):
        detail = "an id has letters, digits, `.`, `_`, `-`, begins with a letter or digit, and at most 64 characters"
        raise InvalidInput(errors=[FieldError("path:id", detail, "id")])
    if any(one.id == subscription for one in team.owner.subscriptions):
        raise Conflict(f"`{subscription}` is written in the journey file: change it there, or choose another id")


def refuse_stale(known: Kept | None, base_version: int) -> None:
    newest = known.version if known else 0
    if base_version != newest and not (known and known.is_removed and base_version == 0):
        raise Conflict(f"it is at version {newest}, not {base_version}; look at it and change it again")


def watching_as_before(sent: Mapping[str, Any], known: Subscription | None) -> dict[str, Any]:
    """What was written, by who may see their own team's only: `everywhere` is as before. Raises InvalidInput.

    known: as it holds now; None where it is new, and so hears of its own team's touchpoints.
    """
    if "everywhere" in sent:
        raise InvalidInput(errors=[FieldError("#/subscription/everywhere", "only a pilot may choose this")])
    return {**sent, "everywhere": known.everywhere} if known else dict(sent)


def accepted(owner: str, identifier: str, sent: Any, known: Subscription | None) -> tuple[Any, list[Mistake]]:
    """The subscription as a file would have it, whole, and its warnings. Raises InvalidInput."""
    whole, unknown = subscriptions.with_secrets(sent, known)
    checked = subscriptions.checked(owner, identifier, whole)
    wrong = [*unknown, *(mistake for mistake in checked.mistakes if not mistake.warning)]
    if wrong or checked.subscription is None:
        raise InvalidInput(errors=[subscriptions.field_error(mistake) for mistake in wrong])
    return checked.subscription, [mistake for mistake in checked.mistakes if mistake.warning]


def secrets_of(subscription: Subscription) -> Mapping[str, bool]:
    """What may be told of its secrets: whether it has them."""
    return {
        "has_secret": subscription.secret is not None,
        "has_former_secret": subscription.former_secret is not None,
    }
