"""`etincelle invitations preview` and `etincelle suppressions`: messages before they leave, and who gets none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.client import Answered, Client, connect, path_to
from cli.options import Json
from cli.printing import Failed, err, out, print_json, save, unreadable

BATCH = 500
UNPROCESSABLE = 422
PLACE = re.compile("#/suppressions/([0-9]+)")
"""Of a wrong entry: its number in the list that was sent."""

invitations = typer.Typer(name="invitations", help="Look at the messages that invite people.", no_args_is_help=True)
suppressions = typer.Typer(
    name="suppressions", help="Addresses and numbers to which nothing is sent.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(invitations)
    app.add_typer(suppressions)


@invitations.callback()
def main() -> None:
    """Look at the messages that invite people."""


@invitations.command("preview")
def preview(
    touchpoint: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    channel: Annotated[Literal["email", "sms"], typer.Option(help="email or sms.")] = "email",
    lang: Annotated[str | None, typer.Option(help="A person's language: fr, en, ar …", show_default=False)] = None,
    country: Annotated[str | None, typer.Option(help="Whose price of a text: FR, US …", show_default=False)] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="The HTML file; else TOUCHPOINT.html.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a touchpoint's message as it would leave: a text with parts and price, an e-mail as HTML too."""
    shown = connect().get(path_to("touchpoints", touchpoint, "preview"), channel=channel, lang=lang, country=country)
    if as_json:
        print_json(shown)
        return
    if channel == "email":
        show_email(shown, out_file or Path(f"{touchpoint}.html"))
    else:
        show_text(shown, country)


def show_email(shown: dict[str, Any], file: Path) -> None:
    save(file, shown["html"])
    out.print(f"Subject: {shown['subject']}\n\n{shown['text']}", markup=False)
    err.print(f"{shown['bytes']} bytes in all; the HTML is in {file}", style="dim", markup=False)


def show_text(shown: dict[str, Any], country: str | None) -> None:
    out.print(shown["text"], markup=False)
    parts = shown["parts"]
    out.print(f"\n{parts} part{'s' if parts > 1 else ''}, {shown['units']} units of {shown['encoding']}", markup=False)
    price = shown.get("price")
    if price:
        cost = price["amount"] * parts
        out.print(f"{cost:.5f} {price['currency']} a message ({price['source']})", markup=False)
    elif country:
        err.print(f"no price is known for {country}; it is billed by the part", style="dim", markup=False)


@suppressions.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="An e-mail address or +number in each line.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Put addresses and numbers on the list. Those that are on it stay as they are; wrong ones keep no other off it."""
    client, taken, wrong = connect(), 0, []
    for batch in batches(lines_of(file)):
        refused = put_on(batch, client)
        wrong += [f"{batch[place]}: {detail}" for place, detail in sorted(refused.items())]
        good = [line for place, line in enumerate(batch) if place not in refused]
        taken += client.post("/v1/suppressions", listed(good), again=True)["taken"] if refused and good else 0
        taken += 0 if refused else len(batch)
    print_json({"taken": taken, "wrong": wrong}) if as_json else out.print(f"{taken} taken", markup=False)
    if wrong:
        raise Failed(f"{len(wrong)} are no address and no number; the others are on the list", tuple(wrong))


def listed(lines: list[str]) -> dict[str, Any]:
    """The body that puts them on the list."""
    return {"suppressions": [{"email" if "@" in line else "phone": line} for line in lines]}


def put_on(batch: list[str], client: Client) -> dict[int, str]:
    """Puts the batch on the list; or none of it, and gives what is wrong, by place."""
    try:
        client.post("/v1/suppressions", listed(batch), again=True)
    except Answered as answer:
        places = {int(found[1]): one["detail"] for one in answer.errors if (found := PLACE.match(one["pointer"]))}
        if answer.status != UNPROCESSABLE or not places:
            raise
        return places
    return {}


def lines_of(file: Path) -> Iterator[str]:
    """What stands in the lines, first columns of a CSV too; empty ones and comments are left out. Raises Failed."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from None
    for line in text.splitlines():
        first = line.split(",")[0].strip().strip('"')
        if first and not first.startswith("#") and first.lower() not in ("email", "phone"):
            yield first


def batches(lines: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        yield batch


@suppressions.command("export")
def export(as_json: Json = False) -> None:
    """Print the list: address or number, why, and since when. What is printed can be imported, but what has no name."""
    found = connect().every("/v1/suppressions", "suppressions", limit=BATCH)
    if as_json:
        print_json(list(found))
        return
    for one in found:
        named = one.get("email") or one.get("phone") or "# unknown"
        out.print(f"{named},{one['because']},{one['at']}", markup=False)
