"""What every command prints with: results on stdout, everything else on stderr; and how a command fails."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Failed(Exception):
    """A command that cannot do what it was asked. The text says what to do next; it is printed, and the exit is 1.

    details: further lines, such as every wrong field.
    """

    def __init__(self, text: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.details = details


def unreadable(file: Path, error: OSError | UnicodeDecodeError) -> Failed:
    """What to say of a file of a user's."""
    return Failed(f"{file} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not in UTF-8'}")


def save(file: Path, text: str, *, is_private: bool = False) -> None:
    """Writes the file, in UTF-8. is_private: nobody else on the machine may read it. Raises Failed."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if is_private else 0o666)
        if is_private:
            os.fchmod(descriptor, 0o600)  # where the file was there already
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}") from None


def print_json(value: Any) -> None:
    """One JSON value on stdout, for programs: no colour, no wrapping."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as what stands in them, whatever the width of the terminal: a line a row, for grep."""
    table = [list(heads), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.print(line.rstrip(), markup=False)


def print_failure(failure: Failed) -> None:
    """The failure on stderr; Rich's markup in it is shown as it stands."""
    err.print(f"etincelle: {failure}", style="red", markup=False)
    for line in failure.details:
        err.print(f"  {line}", markup=False)
