"""Apache Parquet files, as Athena and notebooks read them; by pyarrow, which is installed apart (`make parquet`)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from cli.printing import Failed

ROWS_TOGETHER = 10_000
"""In memory, and in each group of rows of the file."""
Row = Mapping[str, Any]
READ = {"timestamp": datetime.fromisoformat, "date": date.fromisoformat}
"""How the texts of the API become values of a column."""


def arrow() -> Any:
    """The library, at its first use. Raises Failed where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Failed("Parquet files need pyarrow: make parquet, or pip install 'etincelle[parquet]'") from None
    return pyarrow


def write(rows: Iterable[Row], columns: Mapping[str, str], file: Path) -> int:
    """Writes the rows; gives how many. columns: by name: string, int, double, boolean, timestamp or date.

    A column that a row lacks is null in it. Times are UTC, in microseconds.
    """
    pyarrow = arrow()
    kinds = {
        "string": pyarrow.string(),
        "int": pyarrow.int64(),
        "double": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "timestamp": pyarrow.timestamp("us", tz="UTC"),
        "date": pyarrow.date32(),
    }
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in columns.items()])
    count = 0
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in grouped(rows):
            held = {name: [value_of(row.get(name), kind) for row in group] for name, kind in columns.items()}
            writer.write_table(pyarrow.table(held, schema=schema))
            count += len(group)
    return count


def value_of(value: Any, kind: str) -> Any:
    """The value as its column holds it."""
    return READ[kind](value) if value is not None and kind in READ else value


def grouped(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    several = iter(rows)
    while group := list(islice(several, ROWS_TOGETHER)):
        yield group


@contextlib.contextmanager
def whole(out: Path) -> Iterator[Path]:
    """Where to write; it takes its name when it is whole, so that half a file is never taken for one."""
    part = out.with_name(out.name + ".part")
    try:
        yield part
        part.replace(out)
    except OSError as error:
        raise Failed(f"{out} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
