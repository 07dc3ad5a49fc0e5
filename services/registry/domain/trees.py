"""The raw value of a document, as the rules read it: what is misshapen is passed over."""

from __future__ import annotations

from typing import Any

Tree = dict[str, Any]


def mapping(document: Any, name: str) -> Tree:
    """The part of that name; empty where it is none."""
    entries = document.get(name) if isinstance(document, dict) else None
    return entries if isinstance(entries, dict) else {}


def section(document: Any, name: str) -> dict[str, Tree]:
    """The well-formed entries of a section, by id."""
    return {i: e for i, e in mapping(document, name).items() if isinstance(e, dict)}
