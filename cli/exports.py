"""`etincelle export responses TOUCHPOINT`: answers as a file, by the very columns that `import responses` takes."""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from cli import parquet
from cli.client import Client, connect
from cli.imported import count
from cli.printing import Failed, err
from cli.rows import ABSENT, FIELDS, OWNER, as_number, snake
from shared.cells import Cell, write

FIRST = ("response_id", "touchpoint", "collected_at", "score", OWNER)
COLUMNS = (*FIRST, *(name for name in FIELDS if name not in FIRST))
"""Of every file, in this order. Behind them come the attributes, a column each."""
EARLIEST = "2000-01-01"
PLACE = "place"
OTHERS = "attributes"
"""The column of what no cell of its own could carry as it is: a text that looks like a number, true and false."""
IN_MEMORY = 10_000_000
Answer = dict[str, Any]

group = typer.Typer(name="export", help="Take out what was collected.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


@group.callback()
def exports() -> None:
    """Take out what was collected."""


@group.command("responses")
def responses(
    touchpoint: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    since: Annotated[
        str | None, typer.Option("--from", help="Collected from this day or time (UTC) on.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="And before this one.", show_default=False)] = None,
    audience: Annotated[str, typer.Option(help="customer; or staff, by whole weeks of five or more.")] = "customer",
    form: Annotated[str, typer.Option("--format", help="csv, jsonl (a JSON object a line) or parquet.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="The file to write; else stdout.", show_default=False)] = None,
) -> None:
    """Export answers that count in the figures, as `import responses` reads them again."""
    if form not in ("csv", "jsonl", "parquet"):
        raise Failed(f"--format {form}: csv, jsonl or parquet")
    asked = {"touchpoint": touchpoint, "from": since or EARLIEST, "to": until, "audience": audience}
    if form == "parquet":
        written_n, left_out = export_parquet(connect(), asked, out)
    else:
        with written(out) as file:
            written_n, left_out = export(connect(), asked, form, file)
    where = f" to {out}" if out else ""
    err.print(f"{count(written_n, 'answer')} exported{where}", style="green", markup=False)
    if left_out:
        err.print(f"{count(left_out, 'answer')} left out: kept, but in no figure", style="yellow", markup=False)


@contextlib.contextmanager
def written(out: Path | None) -> Iterator[IO[str]]:
    """The file to write; it takes its name when it is whole, so that half a file is never taken for one."""
    if out is None:
        yield sys.stdout
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise Failed(f"{out} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def export(client: Client, asked: Mapping[str, Any], form: str, file: IO[str]) -> tuple[int, int]:
    """Writes the answers asked for; gives how many, and how many were left out as they do not count."""
    kept = left_out = 0
    with tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="") as spool:
        names: dict[str, bool] = {}
        for answer in client.every("/v1/responses", "responses", limit=100, **asked):
            if not answer["counted"]:
                left_out += 1
                continue
            kept += 1
            row = row_of(answer)
            names |= dict.fromkeys(row.get(OTHERS, {}), True)
            spool.write(json.dumps(row, ensure_ascii=True) + "\n")
        spool.seek(0)
        rows = (json.loads(line) for line in spool)
        write_csv(rows, list(names), file) if form == "csv" else write_lines(rows, file)
    return kept, left_out


def export_parquet(client: Client, asked: Mapping[str, Any], out: Path | None) -> tuple[int, int]:
    """The same as a Parquet file: times as times, attributes as one JSON object. Raises Failed without a file."""
    if out is None:
        raise Failed("a Parquet file needs a name: --out FILE")
    left_out = 0

    def rows() -> Iterator[Answer]:
        nonlocal left_out
        for answer in client.every("/v1/responses", "responses", limit=100, **asked):
            if answer["counted"]:
                row = row_of(answer)
                yield row | ({OTHERS: json.dumps(row[OTHERS], ensure_ascii=False)} if OTHERS in row else {})
            else:
                left_out += 1

    kinds = {"score": "int", "survey_version": "int", "collected_at": "timestamp", "invited_at": "timestamp"}
    columns = {name: kinds.get(name, "string") for name in (*COLUMNS, OTHERS)}
    with parquet.whole(out) as part:
        written_n = parquet.write(rows(), columns, part)
    return written_n, left_out


def row_of(answer: Answer) -> Answer:
    """The answer by the importer's names; what is absent is left out. The label of its link is an attribute."""
    row: Answer = {name: answer[name] for name in COLUMNS if answer.get(name) is not None}
    attributes = dict(answer.get(OTHERS) or {})
    if answer.get(PLACE) is not None:
        attributes.setdefault(PLACE, answer[PLACE])
    if answer.get("follow_up") is not None:
        attributes.setdefault("follow_up", answer["follow_up"])
    return row | ({OTHERS: attributes} if attributes else {})


def write_lines(rows: Iterable[Answer], file: IO[str]) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv(rows: Iterable[Answer], names: list[str], file: IO[str]) -> None:
    """names: the attributes that there are."""
    own = [name for name in names if name not in (*COLUMNS, OTHERS) and snake(name) == name]
    write(itertools.chain([[*COLUMNS, *own, OTHERS]], (cells_of(row, own) for row in rows)), file)


def cells_of(row: Answer, own: list[str]) -> list[Cell]:
    """The answer by the columns of its file. own: the attributes that have a column."""
    attributes = row.get(OTHERS, {})
    cells = {name: attributes[name] for name in own if name in attributes and is_itself(attributes[name])}
    others = {name: value for name, value in attributes.items() if name not in cells}
    text = json.dumps(others, ensure_ascii=False) if others else None
    return [*(row.get(name) for name in COLUMNS), *(cells.get(name) for name in own), text]


def is_itself(value: Any) -> bool:
    """Whether the importer reads the value back from a cell of its own as it is."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return value == value.strip() and value not in ABSENT and as_number(value) == value
    return bool(as_number(json.dumps(value)) == value)
