"""What the routes take and give, as Pydantic models: the bodies of the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.auth import Scope

KeyName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Application(Message):
    """A document to be applied. base_version: the version it was made from; 0 where there is none yet."""

    document: dict[str, Any]
    base_version: int = Field(ge=0, strict=True)


class Difference(Message):
    """One entity that changes. before, after: as the document has it; secrets are hidden."""

    kind: str
    id: str
    change: Literal["added", "changed", "removed"]
    before: Any = None
    after: Any = None


class Remark(Message):
    """Something that may be meant, and may be a mistake. pointer: into the body."""

    pointer: str
    detail: str


class KeptSubscription(Message):
    """A subscription made by API or on the page, which the document leaves as it is.

    is_told: whether it is told of anything; not where the document removes its owner.
    """

    owner: str
    id: str
    is_told: bool


class Outcome(Message):
    """What applying did, or with `dry_run` would do. version: the document's newest, after it."""

    name: str
    version: int
    changed: bool
    dry_run: bool
    difference: list[Difference]
    warnings: list[Remark]
    kept: list[KeptSubscription] = []


class DocumentVersion(Message):
    """A document as it was applied. document: every word in its language, no default spelt out."""

    name: str
    version: int
    applied_at: datetime
    applied_by: str
    document: dict[str, Any]


class DocumentLine(Message):
    name: str
    version: int
    applied_at: datetime


class DocumentList(Message):
    documents: list[DocumentLine]


class TouchpointLine(Message):
    id: str
    name: dict[str, str]
    owner: str
    journey: str
    stage: str
    paused: bool
    document: str


class TouchpointList(Message):
    """next_cursor: hand it in as `cursor` for the next page; null at the end."""

    touchpoints: list[TouchpointLine]
    next_cursor: str | None = None


class TouchpointDetail(Message):
    """A touchpoint as every service reads it, with its survey and its owner. removed: it is in no document now."""

    touchpoint: dict[str, Any]
    document: str
    removed: bool


class NewKey(Message):
    """A key to be made. scopes: no more than the asking key has."""

    name: KeyName
    scopes: list[Scope] = Field(min_length=1, max_length=20)


class KeyLine(Message):
    """An API key, without the key. created_by, revoked_by: the ids of the keys that made and revoked it."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None
    revoked_by: str | None = None


class KeyList(Message):
    keys: list[KeyLine]


class MadeKey(Message):
    """A new key. key: shown this once; only its digest is kept."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    key: str
