"""Keys, one module per table; each module's docstring is the table's access patterns."""

from __future__ import annotations

SEPARATOR = "#"


def key(*parts: str) -> str:
    """Joins the parts of a key. Raises ValueError where a part holds the separator."""
    joined = SEPARATOR.join(parts)
    if joined.count(SEPARATOR) >= len(parts):
        part = next(part for part in parts if SEPARATOR in part)
        raise ValueError(f"a key's part must not hold {SEPARATOR!r}: {part!r}")
    return joined
