"""A file of answers as people have them: its encoding and delimiter found out, its rows with their true lines."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.printing import Failed

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CHUNK = 1 << 20
LONGEST_FIELD = 1_000_000


@dataclass(frozen=True)
class Row:
    """One row. line: where it begins in the file, from 1. cells: by column; where wrong is set, what could be read."""

    line: int
    cells: dict[str, Any]
    wrong: str = ""
    raw: str = field(default="", compare=False)


@dataclass(frozen=True)
class Source:
    """A file and how it is to be read. delimiter: None for JSON lines. columns: the header, without unnamed ones."""

    file: Path
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    digest: str

    @property
    def described(self) -> str:
        kind = f"CSV, {DELIMITERS[self.delimiter]}" if self.delimiter else "JSON lines"
        return f"{kind}, {self.encoding}"

    def rows(self) -> Iterator[Row]:
        """Every row but blank ones. Raises Failed where the file cannot be read on."""
        try:
            with self.file.open(encoding=self.encoding, newline="") as text:
                yield from csv_rows(text, self.delimiter) if self.delimiter else json_rows(text)
        except OSError as error:
            raise Failed(f"{self.file} cannot be read: {error.strerror}") from None
        except UnicodeError as error:
            raise Failed(f"{self.file} is not {self.encoding}: {error}; name its encoding with --encoding") from None


def open_source(file: Path, encoding: str | None) -> Source:
    """The file as it is to be read. encoding: None to find out. Raises Failed."""
    try:
        found, digest = inspected(file)
        encoding = encoding or found
        with file.open(encoding=encoding, newline="") as text:
            head = text.read(64 * 1024).lstrip()
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None
    except (LookupError, UnicodeError) as error:
        raise Failed(f"{file} cannot be read as {encoding}: {error}; name its encoding with --encoding") from None
    if not head:
        raise Failed(f"{file} is empty")
    if head[0] == "[":
        raise Failed(f"{file} is one JSON list; write one object a line (jq -c '.[]')")
    if head[0] == "{":
        return Source(file, encoding, None, (), digest)
    delimiter = delimiter_of(head)
    header = next(csv.reader([*head.splitlines(keepends=True)], delimiter=delimiter))
    return Source(file, encoding, delimiter, tuple(name for name in names_of(header) if name), digest)


def inspected(file: Path) -> tuple[str, str]:
    """The encoding, and the SHA-256 of the bytes, in one reading: UTF-8 if every byte is, else Windows or Latin-1."""
    whole, strict, is_utf8, is_windows = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True, True
    head = b""
    with file.open("rb") as data:
        while chunk := data.read(CHUNK):
            head = head or chunk
            whole.update(chunk)
            is_utf8 = is_utf8 and decodes(strict, chunk)
            is_windows = is_windows and not any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d")
    is_utf8 = is_utf8 and decodes(strict, b"", final=True)
    return encoding_of(head, is_utf8=is_utf8, is_windows=is_windows), whole.hexdigest()


def decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(head: bytes, *, is_utf8: bool, is_windows: bool) -> str:
    """By its mark; else UTF-16 where every other byte of the beginning is 0; else by what the bytes can be."""
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    beginning = head[:4096]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = beginning[first::2].count(0)
        if len(beginning) > 3 and zeros > len(beginning) * 0.4:
            return encoding
    if is_utf8:
        return "utf-8"
    return "cp1252" if is_windows else "latin-1"


def delimiter_of(head: str) -> str:
    """What separates the columns of the header; a comma where nothing does."""
    outside, quoted = [], False
    for character in head:
        quoted ^= character == '"'
        if not quoted and character in "\r\n":
            break
        if not quoted:
            outside.append(character)
    return max(DELIMITERS, key=outside.count)


def names_of(header: list[str]) -> list[str]:
    """The columns' names; those that come twice are numbered. Those without one are left out (`""`)."""
    seen: dict[str, int] = {}
    names = []
    for cell in header:
        name = cell.strip()
        seen[name] = seen.get(name, 0) + 1
        names.append(f"{name}_{seen[name]}" if name and seen[name] > 1 else name)
    return names


def csv_rows(text: Any, delimiter: str) -> Iterator[Row]:
    """The rows of a CSV file, each with the line it begins on; the first row names the columns."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    names: list[str] = []
    try:
        for cells in reader:
            begins, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = names_of(cells)
                continue
            yield csv_row(begins, names, cells, delimiter)
    except csv.Error as error:
        raise Failed(f"line {line}: {error}; a quotation mark may not be closed there") from None


def csv_row(line: int, names: list[str], cells: list[str], delimiter: str) -> Row:
    by_name = {name: cell for name, cell in zip(names, cells, strict=False) if name}
    raw = delimiter.join(cells)
    if len(cells) != len(names):
        return Row(line, by_name, f"{len(cells)} cells where the header has {len(names)}", raw)
    return Row(line, by_name, raw=raw)


def json_rows(text: Any) -> Iterator[Row]:
    """The rows of a JSON-lines file; a line that is no object is a row that cannot be read."""
    for line, content in enumerate(text, 1):
        if not content.strip():
            continue
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield Row(line, value, raw=content.strip())
        else:
            yield Row(line, {}, "this line is no JSON object", content.strip())
