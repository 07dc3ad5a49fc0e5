"""`etincelle export figures`: every touchpoint's figures by week, with n and interval, as a file."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from cli import parquet
from cli.client import Answered, Client, connect
from cli.exports import group, written
from cli.imported import count
from cli.printing import Failed, err
from cli.reports import NOT_FOUND, report_of, touchpoints
from shared.cells import write

COLUMNS = {
    "touchpoint": "string",
    "owner": "string",
    "audience": "string",
    "scale": "string",
    "week": "date",
    "n": "int",
    "figure": "string",
    "value": "double",
    "low": "double",
    "high": "double",
}
"""Of every file, in this order; a row for each figure of each week."""
Row = dict[str, Any]


def register(_: typer.Typer) -> None:
    group.command("figures")(figures)


def figures(
    touchpoint: Annotated[str | None, typer.Argument(help="Its id; all if left out.", show_default=False)] = None,
    audience: Annotated[str, typer.Option(help="customer or staff.")] = "customer",
    form: Annotated[str, typer.Option("--format", help="csv, jsonl (a JSON object a line) or parquet.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="The file to write; else stdout.", show_default=False)] = None,
) -> None:
    """Export the figures of each week, with n and 95 % interval: a row for each figure."""
    if form not in ("csv", "jsonl", "parquet"):
        raise Failed(f"--format {form}: csv, jsonl or parquet")
    client = connect()
    rows = rows_of(client, [touchpoint] if touchpoint else touchpoints(client), audience, is_lone=bool(touchpoint))
    if form == "parquet":
        if out is None:
            raise Failed("a Parquet file needs a name: --out FILE")
        with parquet.whole(out) as part:
            n = parquet.write(rows, COLUMNS, part)
    else:
        with written(out) as file:
            n = write_csv(rows, file) if form == "csv" else write_lines(rows, file)
    err.print(f"{count(n, 'figure')} exported{f' to {out}' if out else ''}", style="green", markup=False)


def rows_of(client: Client, names: Iterable[str], audience: str, *, is_lone: bool) -> Iterator[Row]:
    """A row for each figure of each week. Of many touchpoints, those that have nothing to show are passed over."""
    for name in names:
        try:
            found = report_of(client, name, audience)
        except Answered as refusal:
            if is_lone or refusal.status != NOT_FOUND:
                raise
            continue
        same = {part: found[part] for part in ("touchpoint", "owner", "audience", "scale")}
        for week in found["weeks"]:
            for figure in week["figures"]:
                values = {part: float(figure[part]) for part in ("value", "low", "high")}
                yield {**same, "week": week["week"], "n": week["n"], "figure": figure["name"], **values}


def write_csv(rows: Iterable[Row], file: IO[str]) -> int:
    """Gives how many."""
    return write(itertools.chain([list(COLUMNS)], ([row[name] for name in COLUMNS] for row in rows)), file) - 1


def write_lines(rows: Iterable[Row], file: IO[str]) -> int:
    """A JSON object a line; gives how many."""
    return sum(1 for row in rows if file.write(json.dumps(row, ensure_ascii=False) + "\n"))
