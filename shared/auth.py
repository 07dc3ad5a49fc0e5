"""API keys: what they look like, how they are kept, and who a request is from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from shared.errors import Unauthenticated

KEY_PREFIX = "etk_"
Scope = Literal[
    "registry:read",
    "registry:write",
    "keys:write",
    "responses:write",
    "responses:read",
    "links:write",
    "figures:read",
    "alerts:read",
    "alerts:write",
    "interactions:write",
    "cases:read",
    "cases:write",
    "persons:read",
    "people:read",
    "people:write",
]
SCOPES: tuple[Scope, ...] = Scope.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Principal:
    """Who asks: the key's id and what it may do. The key itself is not kept."""

    key_id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        return scope in self.scopes


class ApiKeys(Protocol):
    """Where keys are kept, by their digest."""

    def principal(self, digest: str) -> Principal | None:
        """Whose digest this is; None where nobody's, or where the key was revoked."""
        ...


def digest(key: str) -> str:
    """What is kept of a key: SHA-256, in hex. The key has 160 random bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True)
class Authenticator:
    """Turns an Authorization header into a principal."""

    keys: ApiKeys

    def principal(self, authorization: str | None) -> Principal:
        """Who asks. Raises Unauthenticated where the header is missing, malformed or unknown."""
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.startswith(KEY_PREFIX):
            raise Unauthenticated("send the API key as `Authorization: Bearer etk_…`")
        found = self.keys.principal(digest(key.strip()))
        if found is None:
            raise Unauthenticated("this API key is not known, or was revoked")
        return found


@dataclass
class CachedKeys:
    """Remembers what it read for `seconds`; a revoked key works at the most that much longer."""

    keys: ApiKeys
    now: Callable[[], datetime]
    seconds: float = 30.0

    def __post_init__(self) -> None:
        self._seen: dict[str, tuple[datetime, Principal | None]] = {}

    def principal(self, digest: str) -> Principal | None:
        now = self.now()
        at, known = self._seen.get(digest, (None, None))
        if known and at is not None and 0 <= (now - at).total_seconds() < self.seconds:
            return known
        if len(self._seen) > 1000:
            self._seen.clear()
        found = self.keys.principal(digest)
        self._seen[digest] = (now, found)
        return found
