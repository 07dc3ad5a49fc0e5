"""The verbs of the registry: apply a document, read what holds, make and revoke API keys.

How a document is applied, so that nobody ever sees half of it do harm:

1. Documents are applied one after the other, over all of them: each takes the next *turn*. A turn is taken, and the
   new version written, in one transaction of two new items. That is the moment at which it is applied; of two at the
   same moment one loses, reads again and is checked again.
2. Then the entities are published: survey versions, owners, journeys, touchpoints, then removals. Every touchpoint is
   one item with its survey and owner inside, so a reader sees it wholly before or wholly after, and never one that
   names what is not there. The document's head moves last.
3. Whoever takes the next turn first publishes a version whose head has not moved: a crash between two writes heals by
   applying anything, the same document included. Publishing is the same writes each time, and a write of an earlier
   turn never replaces a later one's, however slow the writer was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from services.registry.domain import compiling, difference
from services.registry.domain.checking import check
from services.registry.domain.compiling import Entry
from services.registry.domain.difference import SECTIONS, Change
from services.registry.domain.journey import JourneyDocument
from services.registry.domain.mistakes import Mistake, errors_among
from services.registry.messages import Application, NewKey
from shared.auth import KEY_PREFIX, Principal, Scope, digest
from shared.bodies import pointer
from shared.catalogue import ID, Survey, address_digest
from shared.codes import random_code
from shared.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound

TRIES = 3
MAKES_CREDENTIALS: Scope = "keys:write"
KEY_LENGTH = 27
"""160 bits and a little more, in base 62."""


@dataclass(frozen=True)
class Version:
    """A document as it was applied. turn: its place among all documents. surveys: the version of each."""

    name: str
    version: int
    turn: int
    document: dict[str, Any]
    surveys: Mapping[str, int]
    applied_at: datetime
    applied_by: str


@dataclass(frozen=True)
class Described:
    """An entity as it is kept, the document it belongs to, and whether it is still in it."""

    value: dict[str, Any]
    document: str
    removed: bool


@dataclass(frozen=True)
class ApiKey:
    """An API key as it is kept. The key itself is not."""

    id: str
    name: str
    scopes: tuple[str, ...]
    digest: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None
    revoked_by: str | None = None


@dataclass(frozen=True)
class MadeHere:
    """A subscription that was made by API or on the page. is_told: its owner is in a document."""

    owner: str
    id: str
    changed_by: str
    is_told: bool = True


class Documents(Protocol):
    """Where documents and their entities are kept. Reads see every write that came before."""

    def head(self, name: str) -> Version | None:
        """The newest version that is published."""
        ...

    def version(self, name: str, version: int) -> Version | None: ...

    def heads(self) -> list[tuple[str, int, datetime]]:
        """Name, version and time of every document, by name."""
        ...

    def last_turn(self) -> tuple[int, Version | None]:
        """The last turn taken (0: none yet), and its version where that is not wholly published."""
        ...

    def commit(self, version: Version) -> bool:
        """Takes the version's turn and keeps it; False where the turn was taken meanwhile."""
        ...

    def publish(self, version: Version, entries: list[Entry]) -> None:
        """Writes the entries in their order, then the head. Doing it again changes nothing."""
        ...

    def made_here(self) -> list[MadeHere]:
        """Every subscription that was made without a document, by owner and id."""
        ...

    def belongings(self) -> dict[tuple[str, str], str]:
        """The document each kind and id belongs to."""
        ...

    def newest_survey(self, survey: str) -> Survey | None: ...

    def touchpoint(self, touchpoint: str) -> Described | None: ...

    def touchpoints(self, after: str, limit: int) -> list[Described]:
        """The first so many that are in a document, by id, beyond the id `after`."""
        ...


class KeyRing(Protocol):
    """Where API keys are kept."""

    def add(self, key: ApiKey) -> None: ...

    def all(self) -> list[ApiKey]:
        """Every key, revoked ones too, by id."""
        ...

    def revoke(self, key: ApiKey, at: datetime, by: str) -> None:
        """by: the id of the key that revokes it."""
        ...


@dataclass(frozen=True)
class Deps:
    """now: aware UTC. random_bytes: so many of them, from the system's source."""

    documents: Documents
    keys: KeyRing
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]


@dataclass(frozen=True)
class Applied:
    """What applying did, or would do. version: the newest after it.

    kept: subscriptions of the document's owners, before and after, that were made without it; they stay as they are.
    """

    version: int
    changes: list[Change]
    warnings: list[Mistake]
    kept: list[MadeHere] = field(default_factory=list)


def apply_document(name: str, asked: Application, by: Principal, deps: Deps, *, dry_run: bool = False) -> Applied:
    """Makes the document the newest version, once: the same content again changes nothing.

    Raises InvalidInput naming every mistake, Conflict where the base version is not the newest, and Forbidden where
    the difference touches who signs in and the key may make no keys.
    """
    if not ID.fullmatch(name):
        raise InvalidInput(errors=[FieldError("#/document/name", "an id has letters, digits, `.`, `_` and `-`")])
    for _ in range(TRIES):
        turn = deps.documents.last_turn()[0] if dry_run else heal(deps)
        current = deps.documents.head(name)
        document, warnings = accepted(name, asked.document, current)
        kept = kept_beside(document, current, deps.documents.made_here())
        changes = difference.difference(current.document if current else None, document.canonical())
        newest = current.version if current else 0
        if current and not changes:
            return Applied(newest, [], warnings, kept)
        refuse_people(changes, by)
        if asked.base_version != newest:
            raise Conflict(f"`{name}` is at version {newest}, not {asked.base_version}; look at it and apply again")
        refuse_taken(name, document, deps.documents.belongings())
        if dry_run:
            return Applied(newest, changes, warnings, kept)
        version = drafted(document, newest + 1, turn + 1, by, deps)
        if deps.documents.commit(version):
            publish(version, current, deps)
            return Applied(version.version, changes, warnings, kept)
    raise Conflict("others are applying documents at this very moment; try again")


def refuse_people(changes: list[Change], by: Principal) -> None:
    """Who signs in may do more than the key, so they are made as keys are. Raises Forbidden without `keys:write`."""
    if MAKES_CREDENTIALS not in by.scopes and any(change.kind == SECTIONS["people"] for change in changes):
        raise Forbidden(f"this document changes `people`, which needs a key with {MAKES_CREDENTIALS}, too")


def kept_beside(document: JourneyDocument, current: Version | None, made: list[MadeHere]) -> list[MadeHere]:
    """What was made without the document of its owners, old and new.

    Raises InvalidInput naming each that the document has, too: what was made here is never replaced unseen.
    """
    errors = [
        FieldError(
            pointer(("document", "owners", one.owner, "subscriptions", one.id)),
            f"was made by API or on the page, last changed by {one.changed_by}; remove it there, or choose another id",
            "taken",
        )
        for one in made
        if one.owner in document.owners and one.id in document.owners[one.owner].subscriptions
    ]
    if errors:
        raise InvalidInput(errors=errors)
    owners = {*document.owners, *(current.document.get("owners", {}) if current else ())}
    return [replace(one, is_told=one.owner in document.owners) for one in made if one.owner in owners]


def heal(deps: Deps) -> int:
    """The last turn taken, after what was left half published in it is published."""
    turn, unpublished = deps.documents.last_turn()
    if unpublished:
        publish(unpublished, deps.documents.version(unpublished.name, unpublished.version - 1), deps)
    return turn


def publish(version: Version, before: Version | None, deps: Deps) -> None:
    old = entities_of(before) if before else {}
    deps.documents.publish(version, compiling.to_write(old, entities_of(version)))


def entities_of(version: Version) -> dict[tuple[str, str], Entry]:
    return compiling.compiled(JourneyDocument.model_validate(version.document), version.surveys)


def accepted(name: str, value: dict[str, Any], current: Version | None) -> tuple[JourneyDocument, list[Mistake]]:
    """The document and its warnings. Raises InvalidInput naming every mistake."""
    checked = check({"name": name} | value)
    mistakes = list(checked.mistakes)
    if value.get("name", name) != name:
        mistakes.append(Mistake(("name",), f"the address says `{name[:80]}`"))
    if checked.document:
        whole, unknown = difference.revealed(checked.document.canonical(), current.document if current else None)
        mistakes += [Mistake(path, "no secret is kept here yet; write it out") for path in unknown]
    errors = errors_among(mistakes)
    if errors or not checked.document:
        raise InvalidInput(errors=[field_error(mistake) for mistake in errors])
    return JourneyDocument.model_validate(whole), [mistake for mistake in mistakes if mistake.warning]


def field_error(mistake: Mistake) -> FieldError:
    return FieldError(pointer(("document", *mistake.path)), said(mistake))


def said(mistake: Mistake) -> str:
    return f"{mistake.what}; {mistake.hint}" if mistake.hint else mistake.what


def refuse_taken(name: str, document: JourneyDocument, belongings: Mapping[tuple[str, str], str]) -> None:
    """An id belongs to one document. Raises InvalidInput naming each other document."""
    written = document.canonical()
    claims = [((kind.upper(), i), (section, i)) for section, kind in SECTIONS.items() for i in written.get(section, {})]
    if document.pressure:
        claims.append((("PRESSURE", "company"), ("pressure",)))  # type: ignore[arg-type]
    addresses = [(address_digest(one.email), ("people", i, "email")) for i, one in document.people.items()]
    claims += [(("ADDRESS", address), path) for address, path in addresses]  # type: ignore[misc]
    errors = [
        FieldError(pointer(("document", *path)), f"belongs to the document `{belongings[claim]}`", "taken")
        for claim, path in claims
        if belongings.get(claim, name) != name
    ]
    if errors:
        raise InvalidInput(errors=errors)


def drafted(document: JourneyDocument, version: int, turn: int, by: Principal, deps: Deps) -> Version:
    surveys = {
        i: compiling.next_version(compiling.survey_value(i, survey, 1), deps.documents.newest_survey(i))
        for i, survey in document.surveys.items()
    }
    return Version(document.name, version, turn, document.canonical(), surveys, deps.now(), by.key_id)


def create_key(asked: NewKey, by: Principal, deps: Deps) -> tuple[str, ApiKey]:
    """A new key, to be shown once, and what is kept of it. Raises Forbidden for scopes the asking key lacks."""
    refuse_lacking(asked.scopes, by, "give")
    key = KEY_PREFIX + random_code(deps.random_bytes, KEY_LENGTH)
    identifier = random_code(deps.random_bytes, 12)
    scopes = tuple(sorted(set(asked.scopes)))
    kept = ApiKey(identifier, asked.name, scopes, digest(key), deps.now(), by.key_id)
    deps.keys.add(kept)
    return key, kept


def revoke_key(identifier: str, by: Principal, deps: Deps) -> ApiKey:
    """The key, which works no more; revoking it again changes nothing.

    Raises NotFound, and Forbidden for a key with scopes that the asking key lacks.
    """
    known = next((key for key in deps.keys.all() if key.id == identifier), None)
    if known is None:
        raise NotFound("there is no such key")
    refuse_lacking(known.scopes, by, "take away")
    if known.revoked_at is None:
        deps.keys.revoke(known, deps.now(), by.key_id)
    return known


def refuse_lacking(scopes: Iterable[str], by: Principal, deed: str) -> None:
    """A key rules over keys that may no more than itself. Raises Forbidden naming each scope that it lacks."""
    lacking = sorted(set(scopes) - by.scopes)
    if lacking:
        raise Forbidden(f"this key cannot {deed} what it lacks: {', '.join(lacking)}")
