"""Cells of a CSV file that a spreadsheet may open: none of them is a formula, and each can be read back as it was.

A text that a spreadsheet would take for a formula (it begins with = + - @ | %, or a wide form of them) gets an
apostrophe in front, which spreadsheets do not show. So does a text that begins with apostrophes and then such a sign,
one that begins with a tab or a line's end, and one that the importer would take for absent.

A formula is looked for behind every `,`, `;`, tab and line's end within a text, too: a program that splits the file
at another sign than ours (Excel in French, at `;`) takes no notice of quotation marks within what it takes for a cell.
Reading takes exactly one apostrophe away again in each such place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import IO

Cell = str | int | float | None
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something older."""
PART = re.compile(r"[^,;\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
"""What some program may take for a cell of its own."""
FORMULA = re.compile(r"[\s\"'\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠]")
"""OWASP, CSV Injection; before the sign, what programs trim, drop or do not show."""
LOST = re.compile(r"'*(?:[\t\r\n]|\s*(?:NA\s*)?\Z)")
"""A whole text that would be read as another, or as none."""


def write(rows: Iterable[Sequence[Cell]], file: IO[str]) -> int:
    """A CSV file as UTF-8 with its mark: texts guarded, numbers as they are, all in quotes. Gives how many rows."""
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    cells = ([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return sum(1 for row in cells if writer.writerow(row) is not None)


def guarded(text: str) -> str:
    """The text as it may stand in a cell; an empty one stays empty."""
    safe = PART.sub(lambda part: f"'{part[0]}" if FORMULA.match(part[0]) else part[0], text)
    return f"'{safe}" if text and LOST.match(safe) else safe


def plain(cell: str) -> str:
    """What `guarded` made the cell of; a cell that it cannot have made stays as it is."""
    safe = cell[1:] if cell.startswith("'") and LOST.match(cell, 1) else cell
    return PART.sub(
        lambda part: part[0][1:] if part[0].startswith("'") and FORMULA.match(part[0], 1) else part[0], safe
    )
