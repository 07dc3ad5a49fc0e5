"""What is wrong with a document, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

Path = tuple[str | int, ...]
MOST = 200
"""Mistakes that are said at once; who has more begins with these."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong. path: keys and list places from the top, `("touchpoints", "checkout", "owner")`.

    warning: the document may be applied all the same. on_key: the key is at fault, not what stands under it.
    line, column: from 1; None where the document did not come from a file.
    """

    path: Path
    what: str
    hint: str = ""
    warning: bool = False
    on_key: bool = False
    line: int | None = None
    column: int | None = None

    @property
    def place(self) -> str:
        """`touchpoints.checkout.channels[0]`"""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.removeprefix(".") or "document"

    def as_json(self) -> dict[str, object]:
        severity = "warning" if self.warning else "error"
        return {
            "severity": severity,
            "line": self.line,
            "column": self.column,
            "path": self.place,
            "what": self.what,
            "hint": self.hint,
        }


def errors_among(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Those that keep a document from being applied."""
    return [mistake for mistake in mistakes if not mistake.warning]


def did_you_mean(written: object, known: Iterable[str], most: int = 12) -> str:
    """A hint naming the nearest of the known names; where none is near, all of them, if they are at most so many.

    Only the first 500 names are compared, and none that is too long to be an id: a hint is not worth seconds.
    """
    names = [name for name in islice(known, 500) if len(name) <= 64]
    near = get_close_matches(str(written)[:100], names, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"there is {', '.join(f'`{name}`' for name in names)}" if 0 < len(names) <= most else ""
