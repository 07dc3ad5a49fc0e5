"""From a row of a file to a body as the API takes it, or why it cannot be one."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.kinds import Body, Kind
from cli.source import Row, Source
from shared.cells import plain

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


def answer(fields: Body, attributes: Body) -> Body:
    """A row of answers as it is sent."""
    whole = {name: as_whole(fields[name]) for name in ("score", "survey_version") if name in fields}
    return {"channel": "import"} | fields | whole | ({"attributes": attributes} if attributes else {})


RESPONSES = Kind("responses", FIELDS, (("touchpoint",), ("score",)), "response_id", answer)


@dataclass(frozen=True)
class Taken:
    """A row as it is sent. owner: who the file says is accountable. wrong: why it cannot be sent; empty if it can."""

    line: int
    body: Body
    owner: str | None = None
    wrong: str = ""
    raw: str = ""


@dataclass
class Reader:
    """Reads a file's rows as bodies to send, the same each time it is read.

    columns: which field a column is; fields: what holds for every row that says nothing else.
    """

    source: Source
    columns: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = RESPONSES

    def bodies(self) -> Iterator[Taken]:
        """Every row, each with an id: its own, or one made of what it holds and of how many like it came before."""
        alike: dict[bytes, int] = {}
        used: dict[tuple[str, str], tuple[bytes, int]] = {}
        for row in self.source.rows():
            content = digest(row.cells)
            taken = self.taken(row)
            if self.kind.own_id not in taken.body:
                alike[content] = alike.get(content, 0) + 1
                taken.body[self.kind.own_id] = f"row-{content.hex()[:32]}-{alike[content]}"
            yield self.unless_used(taken, content, used)

    def taken(self, row: Row) -> Taken:
        """The row's body, which may still be one the API refuses."""
        fields: dict[str, Any] = dict(self.fields)
        attributes: dict[str, Any] = {}
        for column, cell in row.cells.items():
            value = cell.strip() if isinstance(cell, str) and self.field_of(column) != "comment" else cell
            if value is None or (isinstance(value, str) and self.is_absent(value, column)):
                continue
            if isinstance(value, str) and self.source.delimiter is not None:
                value = plain(value)
            name = self.field_of(column)
            if name in self.known:
                fields[name] = value
            elif name == "attributes" and (several := as_object(value)) is not None:
                attributes |= several
            elif name != DROPPED:
                attributes[name] = as_number(value)
        owner = fields.pop(OWNER, None)
        absent = self.kind.absent(fields)
        wrong = row.wrong or (f"no {' and no '.join(absent)}" if absent else "")
        body = self.kind.shaped(fields, attributes)
        return Taken(row.line, body, str(owner) if owner is not None else None, wrong, row.raw)

    @property
    def known(self) -> tuple[str, ...]:
        """The fields that a column can be."""
        return (*self.kind.fields, OWNER) if self.kind is RESPONSES else self.kind.fields

    def is_absent(self, value: str, column: str) -> bool:
        """Blank, or `NA` as statistics programs write it; in JSON lines a comment is what it is."""
        is_said = self.source.delimiter is None and self.field_of(column) == "comment"
        return not value if is_said else value.strip() in ABSENT

    def field_of(self, column: str) -> str:
        """The field a column is: as it is mapped, else by its name, else an attribute of that name."""
        if column in self.columns:
            chosen = self.columns[column]
            return chosen if chosen in (*self.known, DROPPED) else snake(chosen)
        plain = snake(column)
        return plain or DROPPED

    def unless_used(self, taken: Taken, content: bytes, used: dict[tuple[str, str], tuple[bytes, int]]) -> Taken:
        """The row; as a wrong one where another row, not the same, has its id: the second would be lost in silence."""
        if taken.wrong:
            return taken
        place = str(taken.body.get("touchpoint", "")), str(taken.body[self.kind.own_id])
        first, line = used.setdefault(place, (content, taken.line))
        if first == content:
            return taken
        wrong = f"line {line} has the same {self.kind.own_id}"
        return Taken(taken.line, taken.body, taken.owner, wrong, taken.raw)


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


def as_object(value: Any) -> dict[str, Any] | None:
    """Attributes in one cell: a JSON object, or the text of one; None for anything else."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None
