"""What a page shows as a CSV file that is safe to open in a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from chalice.app import Response

from shared.cells import Cell, write


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download. name: of the file, letters, digits, `.`, `_`, `-`. Numbers stay numbers, texts stay texts."""
    text = io.StringIO(newline="")
    write([heads, *([rounded(cell) for cell in row] for row in rows)], text)
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
    }
    return Response(text.getvalue(), headers=headers)


def rounded(cell: Cell) -> Cell:
    return round(cell, 6) if isinstance(cell, float) else cell
