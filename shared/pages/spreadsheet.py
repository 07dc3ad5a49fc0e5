"""What a page shows as a CSV file that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from chalice.app import Response

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""A text that begins so could be taken for a formula (OWASP, CSV Injection)."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something older."""


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download. name: of the file, letters, digits, `.`, `_`, `-`. Numbers stay numbers, texts stay texts."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
    }
    return Response(BYTE_ORDER_MARK + text.getvalue(), headers=headers)


def guarded(cell: Cell) -> Cell:
    """A text that a spreadsheet would calculate gets an apostrophe in front."""
    if isinstance(cell, float):
        return round(cell, 6)
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(FORMULA) else cell
