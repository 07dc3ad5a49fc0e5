"""`etincelle import responses FILE`: answers from a file, through the API, once each however often it is run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from cli.client import Client, connect, home
from cli.imported import Named, count, named_in, register_unknown, unknown_among
from cli.printing import Failed, err, out, print_json
from cli.rows import FIELDS, OWNER, Reader, Taken
from cli.sending import Progress, Rejects, State, send
from cli.source import open_source
from cli.waiting import Series, counted, wait_for

MOST_IN_A_BATCH = 500
SETTABLE = (*FIELDS, OWNER)

group = typer.Typer(name="import", help="Bring in what was collected elsewhere.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


@dataclass(frozen=True)
class Plan:
    """A file as it is going to be imported. rows: how many it has; named: its touchpoints; series: with audiences."""

    reader: Reader
    rows: int
    named: dict[str, Named]
    series: list[Series]


@group.callback()
def imports() -> None:
    """Bring in what was collected elsewhere."""


@group.command("responses")
def responses(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines", show_default=False)],
    mappings: Annotated[
        list[str] | None, typer.Option("--map", help="column=field; column=- leaves it out", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="field=value for every row without one", show_default=False)
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="where rows not taken go; else FILE.rejects.csv", show_default=False)
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=MOST_IN_A_BATCH, help="answers in a request")] = MOST_IN_A_BATCH,
    encoding: Annotated[str | None, typer.Option(help="found out where it is left out", show_default=False)] = None,
    restart: Annotated[bool, typer.Option("--restart", help="begin again where an import was stopped")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="wait until every answer is in the figures")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout, for programs")] = False,
) -> None:
    """Import answers: response_id, touchpoint, collected_at, score, and any further column as an attribute.

    Running it again changes nothing; after a stop it goes on. Rows that cannot be taken are set aside with
    their line and the reason, the others are taken. A touchpoint nobody knows is registered from the columns
    `owner` and `scale`; without them nothing is taken.
    """
    reader = Reader(open_source(file, encoding), pairs(mappings, "--map"), settable(pairs(settings, "--set")))
    refuse_columns(reader)
    plan, client = planned(reader), connect()
    say = partial(remark, is_quiet=as_json)
    say(f"{file}: {count(plan.rows, 'row')}, {reader.source.described}")
    registered = register_unknown(unknown_among(plan.named, client), client)
    if registered:
        say(f"registered in the document `imported`: {', '.join(registered)}")
    state = state_of(reader, client, restart)
    if state.progress.rows:
        say(f"going on after row {state.progress.rows} (--restart begins again)")
    aside = Rejects(rejects or file.with_name(file.name + ".rejects.csv"), state.progress.aside_bytes)
    outcome = run(plan, client, state, aside, batch, is_quiet=as_json, is_waiting=wait)
    outcome |= {"file": str(file), "read_as": reader.source.described, "registered": registered}
    print_json(outcome) if as_json else show(outcome)


def remark(text: str, *, is_quiet: bool) -> None:
    if not is_quiet:
        err.print(text, markup=False)


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """`["a=b"]` as `{"a": "b"}`. Raises Failed."""
    found = {}
    for pair in given or []:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise Failed(f"{option} {pair}: write it as name=value")
        found[name.strip()] = value.strip()
    return found


def settable(fields: dict[str, str]) -> dict[str, str]:
    strange = [name for name in fields if name not in SETTABLE]
    if strange:
        raise Failed(f"--set {strange[0]}: there is no such field; there are {', '.join(SETTABLE)}")
    return fields


def refuse_columns(reader: Reader) -> None:
    """Raises Failed where the file lacks a column it needs, or one that is to be mapped."""
    columns = reader.source.columns
    if reader.source.delimiter is None:
        return
    listed = f"its columns are {', '.join(columns)}"
    lost = [column for column in reader.columns if column not in columns]
    if lost:
        raise Failed(f"{reader.source.file} has no column {lost[0]}; {listed}")
    have = {reader.field_of(column) for column in columns} | set(reader.fields)
    absent = [name for name in ("touchpoint", "score") if name not in have]
    if absent:
        advice = " or ".join(f"--map COLUMN={name}" for name in absent)
        raise Failed(f"{reader.source.file} has no {' and no '.join(absent)}; {listed}; use {advice} (or --set)")


def planned(reader: Reader) -> Plan:
    """Reads the file once, to know what it holds before anything is sent."""
    rows, series = 0, {}

    def counted_rows() -> Iterator[Taken]:
        nonlocal rows
        for row in reader.answers():
            rows += 1
            if not row.wrong:
                series[str(row.answer["touchpoint"]), str(row.answer.get("audience", "customer"))] = True
            yield row

    named = named_in(counted_rows())
    if not rows:
        raise Failed(f"{reader.source.file} has no rows")
    return Plan(reader, rows, named, list(series))


def state_of(reader: Reader, client: Client, restart: bool) -> State:
    """Where an earlier import of the same bytes, read in the same way, to the same address ended."""
    way = [reader.source.digest, reader.source.encoding, dict(reader.columns), dict(reader.fields), client.url]
    name = hashlib.sha256(json.dumps(way, sort_keys=True).encode()).hexdigest()[:32]
    state = State(home() / "imports" / f"{name}.json")
    return state if restart else state.load()


def run(
    plan: Plan, client: Client, state: State, aside: Rejects, size: int, *, is_quiet: bool, is_waiting: bool
) -> dict[str, Any]:
    """Sends the file, and says what became of it and how quickly."""
    before = counted(client, plan.series) if is_waiting else 0
    already, began = state.progress.answers, time.monotonic()
    stored_before = state.progress.stored
    with bar(plan.rows, state.progress.rows, is_quiet) as tell:
        progress = send(plan.reader.answers(), client, state, aside, size, tell)
    seconds = time.monotonic() - began
    outcome: dict[str, Any] = {name: n for name, n in asdict(progress).items() if name != "aside_bytes"} | {
        "rejects_file": str(aside.file) if progress.rejected else None,
        "seconds": round(seconds, 3),
        "answers_per_second": round((progress.answers - already) / seconds) if seconds else 0,
    }
    if is_waiting:
        target = before + progress.stored - stored_before
        waited = wait_for(lambda: counted(client, plan.series), target)
        outcome["answers_per_second_to_figures"] = round((progress.stored - stored_before) / (seconds + waited))
        outcome["figures_after_seconds"] = round(seconds + waited, 3)
    return outcome


@contextmanager
def bar(rows: int, settled: int, is_quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on stderr, with the rate; gives what moves it."""
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    with Bar(*columns, console=err, disable=is_quiet) as shown:
        task = shown.add_task("rows", total=rows, completed=settled)
        yield lambda progress: shown.update(task, completed=progress.rows)


class RateColumn(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} rows/s" if task.speed else "")


def show(outcome: dict[str, Any]) -> None:
    """The end of an import, in a few lines."""
    stored, already = outcome["stored"], outcome["already_stored"]
    if stored:
        out.print(f"{stored} stored, {already} were there already", style="green", markup=False)
    else:
        out.print(f"nothing changed: {already} were there already", markup=False)
    if outcome["rejected"]:
        where = f"{outcome['rejects_file']} says which and why"
        err.print(f"{count(outcome['rejected'], 'row')} set aside: {where}", style="yellow", markup=False)
    out.print(f"{outcome['answers_per_second']:,} answers/s through the API ({outcome['seconds']} s)", markup=False)
    if stored and "figures_after_seconds" in outcome:
        rate, seconds = outcome["answers_per_second_to_figures"], outcome["figures_after_seconds"]
        out.print(f"{rate:,} answers/s into the figures ({seconds} s)", markup=False)
