"""What changes between two documents, entity by entity, as people read it before they say yes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SECTIONS = {
    "owners": "owner",
    "journeys": "journey",
    "surveys": "survey",
    "touchpoints": "touchpoint",
    "people": "person",
}
HIDDEN = "********"
SECRETS = ("secret", "former_secret")
ADDRESSES = ("slack", "teams")
"""Ways whose https address lets anybody who knows it post: its path and query are a secret."""
HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
Canonical = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One entity that was added, changed or removed.

    kind: owner, journey, survey, touchpoint, person; document where it is new; or defaults, pressure, lang, of
    which there is one (id is empty).
    before, after: the entity as the document has it, secrets hidden; None where there is none.
    """

    kind: str
    id: str
    change: Literal["added", "changed", "removed"]
    before: Any
    after: Any


def difference(before: Canonical | None, after: Canonical | None) -> list[Change]:
    """The changes between two canonical documents, sorted by kind and id; empty just when they are equal."""
    old, new = entities(before or {}), entities(after or {})
    return [
        Change(kind, identifier, what_became(old, new, (kind, identifier)), *hidden_pair(old, new, (kind, identifier)))
        for kind, identifier in sorted(old.keys() | new.keys())
        if text_of(old.get((kind, identifier))) != text_of(new.get((kind, identifier)))
    ]


def entities(document: Canonical) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for name, value in document.items():
        if name in SECTIONS:
            found |= {(SECTIONS[name], identifier): entity for identifier, entity in value.items()}
        else:
            found[("document", value) if name == "name" else (name, "")] = value
    return found


def text_of(value: Any) -> str:
    """Equal texts mean equal entities; the order counts, as stages are in the customer's order."""
    return json.dumps(value, ensure_ascii=False)


def what_became(old: Mapping[Any, Any], new: Mapping[Any, Any], one: Any) -> Literal["added", "changed", "removed"]:
    if one not in old:
        return "added"
    return "changed" if one in new else "removed"


def hidden_pair(old: Mapping[Any, Any], new: Mapping[Any, Any], one: Any) -> tuple[Any, Any]:
    return hidden(old.get(one)), hidden(new.get(one))


def hidden(value: Any) -> Any:
    """The value with every secret replaced by asterisks: what signs a webhook is written, and never read back."""
    if isinstance(value, dict):
        return {name: hidden_field(name, inner, value) for name, inner in value.items()}
    return [hidden(inner) for inner in value] if isinstance(value, list) else value


def hidden_field(name: str, value: Any, of: Mapping[str, Any]) -> Any:
    """A field of a mapping, which has an address under its way, as documents do, or as the `target` of its `kind`."""
    if is_secret(name, value):
        return HIDDEN
    way = of.get("kind") if name == "target" else name
    return hidden_address(str(way), value) if isinstance(value, str) else hidden(value)


def hidden_address(way: str, target: str) -> str:
    """Where a way leads, without what is secret of it: of Slack's and Teams' https addresses the host is left."""
    host = HOST.match(target) if way in ADDRESSES else None
    return f"{host[0]}/{HIDDEN}" if host else target


def is_secret(name: str, value: Any) -> bool:
    """A touchpoint or a stage may be called `secret`, too; but those are mappings."""
    return name in SECRETS and isinstance(value, str)


def revealed(document: Canonical, before: Canonical | None) -> tuple[dict[str, Any], list[tuple[str, ...]]]:
    """The document with hidden secrets put back from the one before, and the paths of those that are not there.

    So a document that was read over HTTP may be changed and applied again without knowing its secrets.
    """
    unknown: list[tuple[str, ...]] = []
    whole = json.loads(text_of(document))
    for owner, entry in whole.get("owners", {}).items():
        for identifier, target in entry.get("subscriptions", {}).items():
            for name in (*SECRETS, *ADDRESSES):
                path = ("owners", owner, "subscriptions", identifier, name)
                if is_hidden(target.get(name)):
                    target[name] = put_back(name, target[name], at_path(before or {}, path))
                    unknown += [] if target[name] else [path]
    return whole, unknown


def is_hidden(value: Any) -> bool:
    return isinstance(value, str) and (value == HIDDEN or value.endswith(f"/{HIDDEN}"))


def put_back(name: str, sent: str, kept: str | None) -> str | None:
    """What is kept, where the hidden form that was sent is its own; else None. name: of a secret, or a way."""
    own = HIDDEN if name in SECRETS else hidden_address(name, kept or "")
    return kept if sent == own else None


def at_path(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value
