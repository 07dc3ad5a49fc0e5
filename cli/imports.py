"""`etincelle import …`: what a file holds, through the API, each row once however often it is run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
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
from cli.options import Json
from cli.printing import Failed, err, out, print_json
from cli.rows import FIELDS, OWNER, RESPONSES, Reader, Taken
from cli.sending import Progress, Rejects, State, send
from cli.source import open_source
from cli.waiting import Series, counted, wait_for
from shared.catalogue import CHANNELS

MOST_IN_A_BATCH = 500
SETTABLE = (*FIELDS, OWNER)

group = typer.Typer(name="import", help="Bring in what was collected elsewhere.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


@dataclass(frozen=True)
class Wanted:
    """How a file is to be imported, as it was asked for. aside: where rows not taken go."""

    file: Path
    reader: Reader
    aside: Path
    batch: int
    restart: bool = False
    is_waiting: bool = False
    as_json: bool = False


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
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines.", show_default=False)],
    mappings: Annotated[
        list[str] | None, typer.Option("--map", help="column=field; column=- leaves it out.", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="field=value for every row without one.", show_default=False)
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="How people answered, in rows that do not say it: paper …", show_default=False)
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rows not taken go; else FILE.rejects.csv.", show_default=False)
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=MOST_IN_A_BATCH, help="Answers in a request.")] = MOST_IN_A_BATCH,
    encoding: Annotated[str | None, typer.Option(help="Found out where it is left out.", show_default=False)] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Begin again where an import was stopped.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until every answer is in the figures.")] = False,
    as_json: Json = False,
) -> None:
    """Import answers: response_id, touchpoint, collected_at, score, and any further column as an attribute.

    Running it again changes nothing; after a stop it goes on. Rows that cannot be taken are set aside with
    their line and the reason, the others are taken. A touchpoint nobody knows is registered from the columns
    `owner` and `scale`; without them nothing is taken.
    """
    fields = settable(pairs(settings, "--set"), SETTABLE) | answered_by(channel)
    reader = Reader(open_source(file, encoding), pairs(mappings, "--map"), fields)
    bring_in(Wanted(file, reader, aside_of(file, rejects), batch, restart, wait, as_json))


def aside_of(file: Path, rejects: Path | None) -> Path:
    return rejects or file.with_name(file.name + ".rejects.csv")


def bring_in(wanted: Wanted) -> None:
    """Sends the file and says what became of it."""
    reader = wanted.reader
    refuse_columns(reader)
    plan, client = planned(reader), connect()
    say = partial(remark, is_quiet=wanted.as_json)
    say(f"{wanted.file}: {count(plan.rows, 'row')}, {reader.source.described}")
    registered = registered_for(plan, client)
    if registered:
        say(f"registered in the document `imported`: {', '.join(registered)}")
    state = state_of(reader, client, wanted.restart)
    if state.progress.rows:
        say(f"going on after row {state.progress.rows} (--restart begins again)")
    outcome = run(plan, client, state, wanted)
    outcome |= {"file": str(wanted.file), "read_as": reader.source.described, "registered": registered}
    print_json(outcome) if wanted.as_json else show(outcome)


def registered_for(plan: Plan, client: Client) -> list[str]:
    """The touchpoints that the file made known. Raises Failed where they stay unknown, before anything is sent."""
    unknown = unknown_among(plan.named, client) if plan.named else {}
    if plan.reader.kind is RESPONSES:
        return register_unknown(unknown, client)
    if unknown:
        raise Failed(
            "this file names touchpoints that the registry does not have; apply a journey that has them",
            tuple(sorted(unknown)),
        )
    return []


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


def settable(fields: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    strange = [name for name in fields if name not in names]
    if strange:
        raise Failed(f"--set {strange[0]}: there is no such field; there are {', '.join(names)}")
    return fields


def answered_by(channel: str | None) -> dict[str, str]:
    if channel is None:
        return {}
    if channel not in CHANNELS:
        raise Failed(f"--channel {channel}: there is no such channel; there are {', '.join(CHANNELS)}")
    return {"channel": channel}


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
    absent = reader.kind.absent(dict.fromkeys(have))
    if absent:
        advice = " or ".join(f"--map COLUMN={name.partition(' or ')[0]}" for name in absent)
        raise Failed(f"{reader.source.file} has no {' and no '.join(absent)}; {listed}; use {advice} (or --set)")


def planned(reader: Reader) -> Plan:
    """Reads the file once, to know what it holds before anything is sent."""
    rows, series = 0, {}

    def counted_rows() -> Iterator[Taken]:
        nonlocal rows
        for row in reader.bodies():
            rows += 1
            if not row.wrong and "touchpoint" in row.body:
                series[str(row.body["touchpoint"]), str(row.body.get("audience", "customer"))] = True
            yield row

    named = named_in(counted_rows())
    if not rows:
        raise Failed(f"{reader.source.file} has no rows")
    return Plan(reader, rows, named, list(series))


def state_of(reader: Reader, client: Client, restart: bool) -> State:
    """Where an earlier import of the same bytes, read in the same way, to the same address ended."""
    way = [
        reader.kind.name,
        reader.source.digest,
        reader.source.encoding,
        dict(reader.columns),
        dict(reader.fields),
        client.url,
    ]
    name = hashlib.sha256(json.dumps(way, sort_keys=True).encode()).hexdigest()[:32]
    state = State(home() / "imports" / f"{name}.json")
    return state if restart else state.load()


def run(plan: Plan, client: Client, state: State, wanted: Wanted) -> dict[str, Any]:
    """Sends the file, and says what became of it and how quickly."""
    before = counted(client, plan.series) if wanted.is_waiting else 0
    already, began = state.progress.answers, time.monotonic()
    stored_before = state.progress.stored
    aside = Rejects(wanted.aside, state.progress.aside_bytes)
    with bar(plan.rows, state.progress.rows, wanted.as_json) as tell:
        progress = send(plan.reader, client, state, aside, wanted.batch, tell)
    seconds = time.monotonic() - began
    outcome: dict[str, Any] = {name: n for name, n in asdict(progress).items() if name != "aside_bytes"} | {
        "rejects_file": str(aside.file) if progress.rejected else None,
        "seconds": round(seconds, 3),
        "rows_per_second": round((progress.answers - already) / seconds) if seconds else 0,
    }
    if wanted.is_waiting:
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
    out.print(f"{outcome['rows_per_second']:,} rows/s through the API ({outcome['seconds']} s)", markup=False)
    if stored and "figures_after_seconds" in outcome:
        rate, seconds = outcome["answers_per_second_to_figures"], outcome["figures_after_seconds"]
        out.print(f"{rate:,} answers/s into the figures ({seconds} s)", markup=False)
