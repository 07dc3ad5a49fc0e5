"""Documents, their entities and API keys in the `registry` table."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from services.registry.domain.compiling import Entry
from services.registry.usecases import ApiKey, Described, MadeHere, Version
from shared.catalogue import Survey
from shared.dynamo import ConditionFailed, Item, Put, Table, TransactionConflict, transact
from shared.errors import TooLarge
from shared.tables import registry as keys
from shared.times import format_time, parse_time

LARGEST_CONTENT = 350_000
"""Bytes of a document, compressed: an item holds 400 KB."""
AT_ONCE = 50
"""Puts in a transaction: an item of 400 KB is rare, but a transaction takes 4 MB."""
LAST = "~"
"""Beyond every id: it comes after all that an id may hold."""
NOT_OLDER = "attribute_not_exists(pk) OR turn <= :turn"


@dataclass(frozen=True)
class TableDocuments:
    """The documents. Every read is consistent. at_once: puts in a transaction."""

    table: Table
    at_once: int = AT_ONCE

    def head(self, name: str) -> Version | None:
        item = self.table.get(*keys.document_head_key(name), consistent=True)
        return self.version(name, item["version"]) if item else None

    def version(self, name: str, version: int) -> Version | None:
        item = self.table.get(*keys.document_version_key(name, version), consistent=True)
        return version_of(item) if item else None

    def heads(self) -> list[tuple[str, int, datetime]]:
        found = self.table.query_all(keys.INDEX, prefix=keys.index_key("DOCUMENT", "")[1], consistent=True)
        return [(item["document"], item["version"], parse_time(item["applied_at"])) for item in found]

    def last_turn(self) -> tuple[int, Version | None]:
        page = self.table.query(keys.TURN, forward=False, consistent=True, limit=1)
        if not page.items:
            return 0, None
        last = page.items[0]
        head = self.table.get(*keys.document_head_key(last["document"]), consistent=True)
        published = head is not None and head["version"] >= last["version"]
        return last["turn"], None if published else self.version(last["document"], last["version"])

    def commit(self, version: Version) -> bool:
        content = zlib.compress(json.dumps(version.document, ensure_ascii=False).encode("utf-8"))
        if len(content) > LARGEST_CONTENT:
            raise TooLarge("the document is too large to be kept; split it into several")
        taken = placed(keys.turn_key(version.turn)) | summary(version)
        kept = placed(keys.document_version_key(version.name, version.version)) | summary(version)
        kept |= {"content": content, "surveys": dict(version.surveys)}
        try:
            transact([Put(self.table, taken, new=True), Put(self.table, kept, new=True)])
        except (ConditionFailed, TransactionConflict):
            return False
        return True

    def publish(self, version: Version, entries: list[Entry]) -> None:
        items = [item for entry in entries for item in items_of(entry, version)]
        for first in range(0, len(items), self.at_once):
            self._put(items[first : first + self.at_once], version.turn)
        head = placed(keys.document_head_key(version.name)) | summary(version)
        self._put([placed(keys.index_key("DOCUMENT", version.name)) | summary(version), head], version.turn)

    def _put(self, items: list[Item], turn: int) -> None:
        """All at once; one by one where a later turn has been there already, which then stays."""
        puts = [Put(self.table, item, condition=NOT_OLDER, values={":turn": turn}) for item in items]
        try:
            transact(puts)
        except ConditionFailed:
            for item in items:
                self._put_unless_newer(item, turn)

    def _put_unless_newer(self, item: Item, turn: int) -> None:
        try:
            self.table.put(item, condition=NOT_OLDER, values={":turn": turn})
        except ConditionFailed:
            return

    def made_here(self) -> list[MadeHere]:
        lines = self.table.query_all(keys.SUBSCRIPTIONS, consistent=True)
        return [MadeHere(item["owner"], item["id"], item["changed_by"]) for item in lines if not item["removed"]]

    def belongings(self) -> dict[tuple[str, str], str]:
        found = {}
        for item in self.table.query_all(keys.INDEX, consistent=True):
            kind, _, identifier = item["sk"].partition("#")
            if kind != "DOCUMENT" and not item.get("removed"):
                found[kind, identifier] = item["document"]
        return found

    def newest_survey(self, survey: str) -> Survey | None:
        pk, prefix = keys.survey_version_key(survey, 0)[0], "VERSION#"
        page = self.table.query(pk, prefix=prefix, forward=False, consistent=True, limit=1)
        return Survey.model_validate(page.items[0]["value"]) if page.items else None

    def touchpoint(self, touchpoint: str) -> Described | None:
        item = self.table.get(*keys.touchpoint_key(touchpoint), consistent=True)
        return described(item) if item else None

    def touchpoints(self, after: str, limit: int) -> list[Described]:
        span = keys.index_key("TOUCHPOINT", after)[1], keys.index_key("TOUCHPOINT", LAST)[1]
        lines = self.table.query_all(keys.INDEX, between=span, consistent=True)
        found = (described(item) for item in lines if not item.get("removed"))
        return list(islice((one for one in found if one.value["id"] != after), limit))


def placed(place: keys.Key) -> Item:
    return {"pk": place[0], "sk": place[1]}


def summary(version: Version) -> Item:
    return {
        "document": version.name,
        "version": version.version,
        "turn": version.turn,
        "applied_at": format_time(version.applied_at),
        "applied_by": version.applied_by,
    }


def version_of(item: Item) -> Version:
    return Version(
        name=item["document"],
        version=item["version"],
        turn=item["turn"],
        document=json.loads(zlib.decompress(item["content"])),
        surveys=item["surveys"],
        applied_at=parse_time(item["applied_at"]),
        applied_by=item["applied_by"],
    )


def described(item: Item) -> Described:
    return Described(item["value"], item["document"], item.get("removed", False))


def items_of(entry: Entry, version: Version) -> list[Item]:
    """The entity, where it has an item of its own, and its line in the index. What is removed is marked, not deleted:
    a slow writer of an earlier turn could bring a deleted item back."""
    about: dict[str, Any] = {"kind": entry.kind.lower(), "document": version.name, "turn": version.turn}
    if entry.removed:
        about |= {"removed": True, "removed_at": format_time(version.applied_at)}
    line = placed(keys.index_key(entry.kind, entry.id)) | about | {"value": brief(entry)}
    place = place_of(entry)
    return [placed(place) | about | {"value": entry.value}, line] if place else [line]


def place_of(entry: Entry) -> keys.Key | None:
    """Where the entity is kept; None for journeys and pressure, which are index lines only, and for a survey that
    is removed: its versions stay as they are."""
    match entry.kind, entry.removed:
        case "SURVEY", False:
            return keys.survey_version_key(entry.id, entry.value["version"])
        case "OWNER", _:
            return keys.owner_key(entry.id)
        case "TOUCHPOINT", _:
            return keys.touchpoint_key(entry.id)
        case "PERSON", _:
            return keys.person_key(entry.id)
        case "ADDRESS", _:
            return keys.address_key(entry.id)
    return None


def brief(entry: Entry) -> dict[str, Any]:
    """What a list shows of the entity."""
    value = entry.value
    if entry.kind == "TOUCHPOINT":
        shown = {name: value[name] for name in ("id", "name", "journey", "stage", "paused")}
        return shown | {"owner": value["owner"]["id"]}
    if entry.kind == "SURVEY":
        return {"id": entry.id, "version": value["version"]}
    if entry.kind == "PERSON":
        return {"id": entry.id, "role": value["role"]}
    if entry.kind == "OWNER":
        watches = any(subscription["everywhere"] for subscription in value["subscriptions"])
        return {"id": entry.id, "name": value["name"]} | ({"watches": True} if watches else {})
    return value


@dataclass(frozen=True)
class TableKeyRing:
    """API keys: one item by digest, which authenticates, and one by id, which stays when the key is revoked."""

    table: Table

    def add(self, key: ApiKey) -> None:
        works = {"kind": "api_key", "key_id": key.id, "scopes": list(key.scopes)}
        listed = {"kind": "api_key", "name": key.name, "scopes": list(key.scopes), "digest": key.digest}
        listed |= {"created_at": format_time(key.created_at), "created_by": key.created_by}
        puts = [placed(keys.api_key_key(key.digest)) | works, placed(keys.api_key_index_key(key.id)) | listed]
        transact([Put(self.table, item, new=True) for item in puts])

    def all(self) -> list[ApiKey]:
        return [api_key_of(item) for item in self.table.query_all(keys.KEYS, consistent=True)]

    def revoke(self, key: ApiKey, at: datetime, by: str) -> None:
        self.table.delete(*keys.api_key_key(key.digest))
        self.table.update(
            *keys.api_key_index_key(key.id),
            "SET revoked_at = :at, revoked_by = :by",
            {":at": format_time(at), ":by": by},
            condition="attribute_exists(pk)",
        )


def api_key_of(item: Item) -> ApiKey:
    """The key as its item by id has it. revoked_by: None, too, of what was revoked before that was kept.

    Raises KeyError where it holds none.
    """
    revoked = item.get("revoked_at")
    return ApiKey(
        id=item["sk"],
        name=item["name"],
        scopes=tuple(item["scopes"]),
        digest=item["digest"],
        created_at=parse_time(item["created_at"]),
        created_by=item["created_by"],
        revoked_at=parse_time(revoked) if revoked else None,
        revoked_by=item.get("revoked_by"),
    )
