"""`etincelle remedies` and `etincelle check`: what was done about an alert, and whether it worked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import Failed, out, print_json, print_table
from cli.reports import Lang

Alert = Annotated[str, typer.Argument(help="Its id, as `alerts --json` shows it.", show_default=False)]
Identifier = Annotated[str, typer.Argument(help="The remedy's id, as `list` shows it.", show_default=False)]

group = typer.Typer(name="remedies", help="Write down what was done about an alert.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)
    app.command()(check)


@group.command("add")
def add(
    alert: Alert,
    text: Annotated[list[str], typer.Option(help="What was done, as fr=…; once for each language.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="In force since; today if left out.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show it to people who answer, with the thanks.")] = False,
    as_json: Json = False,
) -> None:
    """Write what was done. The same day and words again change only whether it is shown."""
    since = (on.date() if on else date.today()).isoformat()  # noqa: DTZ011 - the day where the command is typed
    body = {"on": since, "text": dict(map(in_language, text)), "show": show}
    made = connect().post(path_to("alerts", alert, "remedies"), body, again=True)
    if as_json:
        print_json(made)
    else:
        out.print(f"{made['remedy_id']}  in force since {made['on']}", markup=False)


def in_language(text: str) -> tuple[str, str]:
    lang, found, words = text.partition("=")
    if not found:
        raise Failed(f"--text {text!r} names no language; write it as fr=Une caisse de plus")
    return lang.strip(), words


@group.command("list")
def show(alert: Alert, as_json: Json = False) -> None:
    """List what was done about an alert, in the order of their days."""
    found = connect().get(path_to("alerts", alert, "remedies"))["remedies"]
    if as_json:
        print_json(found)
    elif not found:
        out.print("none")
    else:
        print_table(("remedy", "since", "shown", "by", "what"), map(row, found))


def row(one: dict[str, Any]) -> list[str]:
    said = " | ".join(f"{lang}: {text}" for lang, text in one["text"].items())
    return [one["remedy_id"], one["on"], "yes" if one["show"] else "no", one["by"], " ".join(said.split())]


@group.command("remove")
def remove(alert: Alert, remedy: Identifier, as_json: Json = False) -> None:
    """Take back what was written."""
    connect().delete(path_to("alerts", alert, "remedies", remedy))
    print_json({"id": remedy, "removed": True}) if as_json else out.print("taken back")


def check(
    alert: Alert,
    remedy: Annotated[str | None, typer.Option(help="A remedy's id; the last one if left out.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the sentence.")] = Lang.en,
    as_json: Json = False,
) -> None:
    """Say whether what was done about an alert worked, against touchpoints where nothing was done."""
    found = connect().get(path_to("alerts", alert, "check"), remedy=remedy)
    if as_json:
        print_json(found)
        return
    out.print(found["sentence"][lang.value], markup=False)
    parts = (("before the friction", "usual"), ("before it was done", "before"), ("since", "after"))
    rows = [line(name, found[part], found.get(f"{part}_days")) for name, part in parts if found.get(part)]
    if rows:
        print_table(("bad answers", "share", "95 % interval", "answers", "days"), rows)


def line(name: str, share: dict[str, Any], days: dict[str, str] | None) -> list[str]:
    span = f"{days['first']} to {days['last']}" if days else ""
    value = share["bad"] / share["n"] if share["n"] else 0.0
    return [name, f"{value:.1%}", f"{share['low']:.1%} to {share['high']:.1%}", str(share["n"]), span]
