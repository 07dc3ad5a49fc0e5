"""From a row of a file to an answer as the API takes it, or why it cannot be one."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.source import Row, Source

FIELDS = (
    "response_id",
    "touchpoint",
    "score",
    "collected_at",
    "scale",
    "comment",
    "customer_id",
    "channel",
    "lang",
    "audience",
    "invited_at",
    "survey_version",
)
"""What the API takes, in the order of a file. Any further column becomes an attribute; `owner` is for the registry."""
OWNER = "owner"
DROPPED = "-"
ABSENT = {"", "NA"}
WHOLE = re.compile(r"[+-]?[0-9]{1,15}(\.0+)?")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Taken:
    """A row as an answer. owner: who the file says is accountable. wrong: why it cannot be sent; empty if it can."""

    line: int
    answer: dict[str, Any]
    owner: str | None = None
    wrong: str = ""
    raw: str = ""


@dataclass
class Reader:
    """Reads a file's rows as answers, the same each time it is read.

    columns: which field a column is; fields: what holds for every row that says nothing else.
    """

    source: Source
    columns: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def answers(self) -> Iterator[Taken]:
        """Every row, each with an id: its own, or one made of what it holds and of how many like it came before."""
        alike: dict[bytes, int] = {}
        used: dict[tuple[str, str], tuple[bytes, int]] = {}
        for row in self.source.rows():
            content = digest(row.cells)
            taken = self.answer(row)
            if "response_id" not in taken.answer:
                alike[content] = alike.get(content, 0) + 1
                taken.answer["response_id"] = f"row-{content.hex()[:32]}-{alike[content]}"
            yield unless_used(taken, content, used)

    def answer(self, row: Row) -> Taken:
        """The row's answer, which may still be one the API refuses."""
        fields: dict[str, Any] = dict(self.fields)
        attributes: dict[str, Any] = {}
        for column, cell in row.cells.items():
            value = cell.strip() if isinstance(cell, str) and self.field_of(column) != "comment" else cell
            if value is None or (isinstance(value, str) and value.strip() in ABSENT):
                continue
            name = self.field_of(column)
            if name in FIELDS or name == OWNER:
                fields[name] = value
            elif name == "attributes" and isinstance(value, dict):
                attributes |= value
            elif name != DROPPED:
                attributes[name] = as_number(value)
        owner = fields.pop(OWNER, None)
        fields |= {name: as_whole(fields[name]) for name in ("score", "survey_version") if name in fields}
        fields.setdefault("channel", "import")
        if attributes:
            fields["attributes"] = attributes
        return Taken(row.line, fields, str(owner) if owner is not None else None, row.wrong or missing(fields), row.raw)

    def field_of(self, column: str) -> str:
        """The field a column is: as it is mapped, else by its name, else an attribute of that name."""
        if column in self.columns:
            chosen = self.columns[column]
            return chosen if chosen in (*FIELDS, OWNER, DROPPED) else snake(chosen)
        plain = snake(column)
        return plain if plain in (*FIELDS, OWNER, "attributes") else plain or DROPPED


def missing(fields: Mapping[str, Any]) -> str:
    absent = [name for name in ("touchpoint", "score") if name not in fields]
    return f"no {' and no '.join(absent)}" if absent else ""


def unless_used(taken: Taken, content: bytes, used: dict[tuple[str, str], tuple[bytes, int]]) -> Taken:
    """The row; as a wrong one where another row, not the same, has its id: the second would be lost in silence."""
    if taken.wrong:
        return taken
    place = str(taken.answer["touchpoint"]), str(taken.answer["response_id"])
    first, line = used.setdefault(place, (content, taken.line))
    if first == content:
        return taken
    return Taken(taken.line, taken.answer, taken.owner, f"line {line} has the same response_id", taken.raw)


def digest(cells: Mapping[str, Any]) -> bytes:
    """What a row holds, as 16 bytes; the order of its columns does not matter."""
    text = json.dumps(cells, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()[:16]


def snake(column: str) -> str:
    """`NbPassageKS` is `nb_passage_ks`, `Délai (jours)` is `delai_jours`: at most 40 characters."""
    plain = unicodedata.normalize("NFKD", CAMEL.sub("_", column.strip())).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40]


def as_whole(value: Any) -> Any:
    """`9` and `9.0` are 9; anything else stays as it is, for the API to refuse."""
    return int(float(value)) if isinstance(value, str) and WHOLE.fullmatch(value) else value


def as_number(value: Any) -> Any:
    """`12.85` is a number; `007`, which may be a code, and `1e5` stay text."""
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)
